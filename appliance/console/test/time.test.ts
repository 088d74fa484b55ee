import { describe, expect, it } from 'vitest';
import { bytes, clock, dateTime, day, preciseClock, secondsSince, shortTime, span, withOffset } from '@/lib/time';

describe('time', () => {
  it('is shown in +08:00 whatever zone it came in', () => {
    expect(dateTime('2026-11-20T16:05:07Z')).toBe('2026-11-21 00:05:07');
    expect(dateTime('2026-11-21T00:05:07+08:00')).toBe('2026-11-21 00:05:07');
    expect(day('2026-11-20T16:05:07Z')).toBe('2026-11-21');
  });

  it('is a dash where there is none', () => {
    for (const none of [null, undefined, '', 'yesterday']) expect(dateTime(none)).toBe('–');
  });

  it('is short for what is near', () => {
    const now = new Date('2026-11-21T04:00:00Z');
    expect(shortTime('2026-11-21T01:05:00Z', now)).toBe('09:05');
    expect(shortTime('2026-11-20T01:05:00Z', now)).toBe('11-20 09:05');
    expect(shortTime('2025-11-20T01:05:00Z', now)).toBe('2025-11-20');
    // 23:30 of the day before in +08:00, though the same day in UTC.
    expect(shortTime('2026-11-20T15:30:00Z', now)).toBe('11-20 23:30');
  });

  it('counts positions in a call', () => {
    expect(clock(0)).toBe('0:00');
    expect(clock(65_400)).toBe('1:05');
    expect(clock(3_725_000)).toBe('1:02:05');
    expect(clock(-5)).toBe('0:00');
    expect(preciseClock(16_249)).toBe('0:16.2');
    expect(preciseClock(59_999)).toBe('0:59.9');
  });

  it('cuts a waiting time into two units', () => {
    expect(span(12.9)).toEqual({ unit: 's', value: 12, rest: 0 });
    expect(span(125)).toEqual({ unit: 'm', value: 2, rest: 5 });
    expect(span(3_725)).toEqual({ unit: 'h', value: 1, rest: 2 });
    expect(span(90_000)).toEqual({ unit: 'd', value: 1, rest: 1 });
    expect(span(-3)).toEqual({ unit: 's', value: 0, rest: 0 });
  });

  it('never waits a negative time when clocks differ', () => {
    const now = Date.parse('2026-11-21T00:00:00Z');
    expect(secondsSince('2026-11-21T00:00:05Z', now)).toBe(0);
    expect(secondsSince('2026-11-20T23:59:00Z', now)).toBe(60);
    expect(secondsSince(null, now)).toBe(0);
  });

  it('gives a picked date its zone', () => {
    expect(withOffset('2026-11-21T00:00:00')).toBe('2026-11-21T00:00:00+08:00');
    expect(withOffset(null)).toBeUndefined();
  });

  it('says sizes', () => {
    expect([bytes(999), bytes(1500), bytes(2_048_000), bytes(3_200_000_000)]).toEqual(['999 B', '1.5 kB', '2.0 MB', '3.20 GB']);
  });
});
