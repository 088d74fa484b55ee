import type { Person } from '@/api/types';

/** What a person is called on screen. The server has masked it where the reader may not see more. */
export function personName(p: Person | null | undefined): string {
  return p?.display_name ?? '–';
}
