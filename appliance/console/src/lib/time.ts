// All times are shown in +08:00, whatever the desktop's own zone: a record must read the same on every screen.
const ZONE = 'Asia/Shanghai';
export const OFFSET = '+08:00';

interface Parts {
  year: string;
  month: string;
  day: string;
  hour: string;
  minute: string;
  second: string;
}

const format = new Intl.DateTimeFormat('en-GB', {
  timeZone: ZONE,
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

function parts(at: Date): Parts {
  const out: Record<string, string> = {};
  for (const p of format.formatToParts(at)) out[p.type] = p.value;
  return out as unknown as Parts;
}

function parse(iso: string | null | undefined): Date | null {
  if (!iso) return null;
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? null : at;
}

/** `2026-11-21 09:05:07`, or an en dash where there is no time. */
export function dateTime(iso: string | null | undefined): string {
  const at = parse(iso);
  if (!at) return '–';
  const p = parts(at);
  return `${p.year}-${p.month}-${p.day} ${p.hour}:${p.minute}:${p.second}`;
}

/** `09:05` today, `11-20 09:05` this year, `2025-11-20` before. */
export function shortTime(iso: string | null | undefined, now: Date = new Date()): string {
  const at = parse(iso);
  if (!at) return '–';
  const p = parts(at);
  const n = parts(now);
  if (p.year === n.year && p.month === n.month && p.day === n.day) return `${p.hour}:${p.minute}`;
  if (p.year === n.year) return `${p.month}-${p.day} ${p.hour}:${p.minute}`;
  return `${p.year}-${p.month}-${p.day}`;
}

/** `2026-11-21`, the calendar day in +08:00. */
export function day(iso: string | null | undefined): string {
  return dateTime(iso).slice(0, 10);
}

/** A position in a call: `1:05`, or `1:02:05` past an hour. */
export function clock(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const h = Math.floor(s / 3600);
  const m = Math.floor(s / 60) % 60;
  const ss = String(s % 60).padStart(2, '0');
  return h > 0 ? `${h}:${String(m).padStart(2, '0')}:${ss}` : `${m}:${ss}`;
}

/** A position with tenths, as a deduction quotes it: `1:05.3`. */
export function preciseClock(ms: number): string {
  const tenth = Math.floor((Math.max(0, ms) % 1000) / 100);
  return `${clock(ms)}.${tenth}`;
}

export interface Span {
  unit: 's' | 'm' | 'h' | 'd';
  value: number;
  rest: number;
}

/** How long something waits, in the largest whole unit and the rest in the next smaller one. */
export function span(seconds: number): Span {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) return { unit: 's', value: s, rest: 0 };
  if (s < 3600) return { unit: 'm', value: Math.floor(s / 60), rest: s % 60 };
  if (s < 86_400) return { unit: 'h', value: Math.floor(s / 3600), rest: Math.floor((s % 3600) / 60) };
  return { unit: 'd', value: Math.floor(s / 86_400), rest: Math.floor((s % 86_400) / 3600) };
}

/** Seconds from `iso` to `now`; 0 where the time lies ahead (clocks differ a little). */
export function secondsSince(iso: string | null | undefined, now: number): number {
  const at = parse(iso);
  return at ? Math.max(0, (now - at.getTime()) / 1000) : 0;
}

/** What a date picker gives (`2026-11-21T00:00:00`, meant in +08:00) as RFC 3339. */
export function withOffset(local: string | null | undefined): string | undefined {
  return local ? `${local}${OFFSET}` : undefined;
}

/** `1.4 MB`. */
export function bytes(n: number): string {
  if (n < 1000) return `${n} B`;
  if (n < 1_000_000) return `${(n / 1000).toFixed(1)} kB`;
  if (n < 1_000_000_000) return `${(n / 1_000_000).toFixed(1)} MB`;
  return `${(n / 1_000_000_000).toFixed(2)} GB`;
}
