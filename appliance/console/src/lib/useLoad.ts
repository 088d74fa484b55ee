import { ref, shallowRef, type Ref, type ShallowRef } from 'vue';
import { asApiError, type ApiError } from '@/api/errors';

export interface Loaded<T> {
  data: ShallowRef<T | null>;
  loading: Ref<boolean>;
  failure: ShallowRef<ApiError | null>;
  reload: () => Promise<void>;
}

/** One thing fetched from the server, with its waiting and its failure. */
export function useLoad<T>(fetchIt: () => Promise<T>): Loaded<T> {
  const data = shallowRef<T | null>(null);
  const loading = ref(false);
  const failure = shallowRef<ApiError | null>(null);
  let asked = 0;
  async function reload(): Promise<void> {
    const mine = ++asked;
    loading.value = true;
    failure.value = null;
    try {
      const got = await fetchIt();
      if (mine === asked) data.value = got;
    } catch (e) {
      if (mine === asked) failure.value = asApiError(e);
    } finally {
      if (mine === asked) loading.value = false;
    }
  }
  return { data, loading, failure, reload };
}
