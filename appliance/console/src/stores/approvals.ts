import { defineStore } from 'pinia';
import { ref } from 'vue';
import { api, call } from '@/api/client';
import { useLive } from './live';

/** How many requests wait for this person's decision: the badge in the menu. */
export const useApprovals = defineStore('approvals', () => {
  const live = useLive();
  const pending = ref(0);
  let started = false;

  async function count(): Promise<void> {
    try {
      pending.value = (await call(api.GET('/api/v1/approvals', { params: { query: { state: 'pending', limit: 100 } } }))).items.length;
    } catch {
      // Only a badge: the page itself shows why the list cannot be read.
    }
  }

  function start(): void {
    if (started) return;
    started = true;
    live.on('approval.updated', () => void count());
    live.onUp(() => void count());
    void count();
  }

  return { pending, start, count };
});
