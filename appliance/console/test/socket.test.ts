import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LiveLink, SESSION_ENDED_CLOSE, type LinkState, type Socket } from '@/live/socket';
import type { LiveFrame } from '@/live/frames';

class FakeSocket implements Socket {
  sent: string[] = [];
  onopen: ((e: unknown) => void) | null = null;
  onmessage: ((e: { data: unknown }) => void) | null = null;
  onclose: ((e: { code: number }) => void) | null = null;
  onerror: ((e: unknown) => void) | null = null;
  send(data: string): void {
    this.sent.push(data);
  }
  close(): void {
    this.onclose?.({ code: 1000 });
  }
}

let sockets: FakeSocket[];
let states: LinkState[];
let frames: LiveFrame[];
let ups: boolean[];
let ended: number;
let link: LiveLink;
const last = (): FakeSocket => sockets[sockets.length - 1] as FakeSocket;

beforeEach(() => {
  vi.useFakeTimers();
  sockets = [];
  states = [];
  frames = [];
  ups = [];
  ended = 0;
  link = new LiveLink({
    url: 'ws://x/live',
    open: () => {
      const s = new FakeSocket();
      sockets.push(s);
      return s;
    },
    onFrame: (f) => frames.push(f),
    onState: (s) => states.push(s),
    onUp: (first) => ups.push(first),
    onSessionEnded: () => (ended += 1),
    random: () => 0.5,
  });
  link.start();
});
afterEach(() => {
  link.stop();
  vi.useRealTimers();
});

describe('live link', () => {
  it('hands over frames and passes over what is not one', () => {
    last().onopen?.({});
    last().onmessage?.({ data: '{"type":"resync"}' });
    last().onmessage?.({ data: 'not json' });
    last().onmessage?.({ data: '{"no":"type"}' });
    expect(frames).toEqual([{ type: 'resync' }]);
    expect(ups).toEqual([true]);
  });

  it('comes back with growing pauses and tells that it was away', async () => {
    last().onopen?.({});
    last().onclose?.({ code: 1006 });
    expect(states[states.length - 1]).toBe('lost');
    await vi.advanceTimersByTimeAsync(499);
    expect(sockets).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(sockets).toHaveLength(2);
    last().onclose?.({ code: 1006 });
    await vi.advanceTimersByTimeAsync(999);
    expect(sockets).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    last().onopen?.({});
    expect(ups).toEqual([true, false]);
    expect(states[states.length - 1]).toBe('open');
  });

  it('says that a restart is a restart', async () => {
    last().onopen?.({});
    last().onmessage?.({ data: '{"type":"restart"}' });
    last().onclose?.({ code: 1012 });
    expect(states[states.length - 1]).toBe('restarting');
    await vi.advanceTimersByTimeAsync(500);
    last().onopen?.({});
    expect(states[states.length - 1]).toBe('open');
  });

  it('stops where the session has ended', async () => {
    last().onopen?.({});
    last().onclose?.({ code: SESSION_ENDED_CLOSE });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(ended).toBe(1);
    expect(sockets).toHaveLength(1);
    link.start();
    expect(sockets).toHaveLength(2);
  });

  it('takes long silence for the end', async () => {
    last().onopen?.({});
    await vi.advanceTimersByTimeAsync(40_000);
    expect(last().sent).toEqual(['{"type":"ping"}', '{"type":"ping"}']);
    await vi.advanceTimersByTimeAsync(20_000 + 500);
    expect(sockets).toHaveLength(2);
  });

  it('does not send into a closed link', () => {
    link.send({ type: 'typing', conversation_id: 'c1' });
    expect(last().sent).toEqual([]);
    last().onopen?.({});
    link.send({ type: 'typing', conversation_id: 'c1' });
    expect(last().sent).toHaveLength(1);
  });
});
