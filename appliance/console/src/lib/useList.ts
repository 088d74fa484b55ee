import { ref, shallowRef, type Ref, type ShallowRef } from 'vue';
import { asApiError, type ApiError } from '@/api/errors';
import type { List } from '@/api/types';

export interface PagedList<T> {
  items: ShallowRef<T[]>;
  loading: Ref<boolean>;
  loadingMore: Ref<boolean>;
  failure: ShallowRef<ApiError | null>;
  cursor: Ref<string | null>;
  total: Ref<number | null>;
  reload: () => Promise<void>;
  more: () => Promise<void>;
}

/** A list that grows page by page. An answer that was overtaken by a newer question is dropped. */
export function useList<T>(fetchPage: (cursor?: string) => Promise<List<T> & { total?: number }>): PagedList<T> {
  const items = shallowRef<T[]>([]);
  const loading = ref(false);
  const loadingMore = ref(false);
  const failure = shallowRef<ApiError | null>(null);
  const cursor = ref<string | null>(null);
  const total = ref<number | null>(null);
  let asked = 0;

  async function load(busy: Ref<boolean>, from?: string): Promise<void> {
    const mine = ++asked;
    busy.value = true;
    failure.value = null;
    try {
      const page = await fetchPage(from);
      if (mine !== asked) return;
      items.value = from ? [...items.value, ...page.items] : page.items;
      cursor.value = page.next_cursor ?? null;
      total.value = page.total ?? null;
    } catch (e) {
      if (mine === asked) failure.value = asApiError(e);
    } finally {
      if (mine === asked) {
        loading.value = false;
        loadingMore.value = false;
      }
    }
  }

  return {
    items, loading, loadingMore, failure, cursor, total,
    reload: () => load(loading),
    more: () => (cursor.value ? load(loadingMore, cursor.value) : Promise.resolve()),
  };
}
