import type { Person } from '@/api/types';

/** What a person is called on screen. The server has masked it where the reader may not see more. */
export function personName(p: Person | string | null | undefined): string {
  if (!p) return '–';
  if (typeof p === 'string') return p;
  return p.display_name ?? p.name ?? p.id.slice(0, 8);
}
