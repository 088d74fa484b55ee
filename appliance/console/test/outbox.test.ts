import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '@/api/errors';
import type { Message } from '@/api/types';
import { Outbox, type Unsent } from '@/live/outbox';
import { backoff } from '@/lib/backoff';
import { message } from './make';

const gone = () => new ApiError(0, 'network', '');
let sent: { client_id: string; body: string }[];
let answers: (() => Promise<Message>)[];
let confirmed: Message[];
let outbox: Outbox;

function send(m: Unsent): Promise<Message> {
  sent.push({ client_id: m.client_id, body: m.body });
  const answer = answers.shift();
  return answer ? answer() : Promise.resolve(message(sent.length, { client_id: m.client_id, body: m.body }));
}

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  answers = [];
  confirmed = [];
  outbox = new Outbox({ send, onSent: (m) => confirmed.push(m), random: () => 0.5 });
});
afterEach(() => vi.useRealTimers());

const settle = () => vi.advanceTimersByTimeAsync(0);

describe('unsent messages', () => {
  it('leave when the server has them', async () => {
    outbox.post('c1', '您好', 'now');
    await settle();
    expect(outbox.items).toEqual([]);
    expect(confirmed).toHaveLength(1);
  });

  it('are sent again with the same client_id until they arrive', async () => {
    answers = [() => Promise.reject(gone()), () => Promise.reject(new ApiError(503, 'dependency.database', ''))];
    const id = outbox.post('c1', '您好', 'now');
    await settle();
    expect(outbox.items[0]?.state).toBe('waiting');
    await vi.advanceTimersByTimeAsync(backoff(0, () => 0.5));
    expect(outbox.items[0]?.code).toBe('dependency.database');
    await vi.advanceTimersByTimeAsync(backoff(1, () => 0.5));
    expect(outbox.items).toEqual([]);
    expect(sent.map((s) => s.client_id)).toEqual([id, id, id]);
  });

  it('keep their order within a conversation and do not hold up another', async () => {
    answers = [() => Promise.reject(gone())];
    outbox.post('c1', '一', 'now');
    outbox.post('c1', '二', 'now');
    outbox.post('c2', '别处', 'now');
    await settle();
    expect(sent.map((s) => s.body)).toEqual(['一', '别处']);
    outbox.flushAll();
    await settle();
    expect(sent.map((s) => s.body)).toEqual(['一', '别处', '一', '二']);
    expect(outbox.items).toEqual([]);
  });

  it('that are refused wait for the person, and do not block the next', async () => {
    answers = [() => Promise.reject(new ApiError(409, 'conversation.closed', '会话已结束'))];
    const id = outbox.post('c1', '一', 'now');
    outbox.post('c1', '二', 'now');
    await settle();
    expect(outbox.items.map((m) => [m.body, m.state])).toEqual([['一', 'refused']]);
    outbox.retry(id);
    await settle();
    expect(outbox.items).toEqual([]);
    expect(sent.map((s) => s.client_id === id)).toEqual([true, false, true]);
  });

  it('stay over an ended session', async () => {
    answers = [() => Promise.reject(new ApiError(401, 'identity.not_signed_in', ''))];
    outbox.post('c1', '一', 'now');
    await settle();
    expect(outbox.items[0]?.state).toBe('waiting');
    outbox.flushAll();
    await settle();
    expect(outbox.items).toEqual([]);
  });

  it('are acknowledged by the live link as well', async () => {
    answers = [() => Promise.reject(gone())];
    const id = outbox.post('c1', '一', 'now');
    await settle();
    outbox.acknowledge(message(4, { client_id: id }));
    expect(outbox.items).toEqual([]);
    await vi.runAllTimersAsync();
    expect(sent).toHaveLength(1);
  });
});

describe('files', () => {
  const file = new File(['x'], '回单.png');
  const never = () => new Promise<Message>(() => undefined);

  it('do not hold up what is said, and keep their own order', async () => {
    answers = [never];
    outbox.post('c1', '回单.png', 'now', file);
    outbox.post('c1', '协议.pdf', 'now', file);
    outbox.post('c1', '请看附件', 'now');
    await settle();
    expect(sent.map((s) => s.body)).toEqual(['回单.png', '请看附件']);
    expect(outbox.items.map((m) => [m.body, m.state])).toEqual([['回单.png', 'sending'], ['协议.pdf', 'waiting']]);
  });

  it('begin anew with the same client_id when the link comes back', async () => {
    const shares: number[] = [];
    answers = [() => Promise.reject(gone())];
    const id = outbox.post('c1', '回单.png', 'now', file);
    await settle();
    Object.assign(outbox.items[0] as Unsent, { share: 0.7 });
    answers = [() => Promise.resolve(message(1)).finally(() => shares.push(outbox.items[0]?.share ?? -1))];
    outbox.flushAll();
    await settle();
    expect(sent.map((s) => s.client_id)).toEqual([id, id]);
    expect(shares).toEqual([0]);
    expect(outbox.items).toEqual([]);
  });

  it('are taken away while they are being sent, and the next one goes', async () => {
    let changes = 0;
    const signals: AbortSignal[] = [];
    outbox = new Outbox({
      send: (m, signal) => {
        sent.push(m);
        signals.push(signal);
        return new Promise((_, fail) => signal.addEventListener('abort', () => fail(gone())));
      },
      onSent: (m) => confirmed.push(m),
      onChange: () => (changes += 1),
    });
    const first = outbox.post('c1', '一.png', 'now', file);
    await settle();
    changes = 0;
    outbox.post('c1', '二.png', 'now', file);
    expect(changes, 'one that waits in line is seen').toBe(1);
    outbox.discard(first);
    await settle();
    expect(signals.map((s) => s.aborted)).toEqual([true, false]);
    expect(sent.map((s) => s.body)).toEqual(['一.png', '二.png']);
    expect(changes).toBeGreaterThan(1);
    outbox.clear();
    await settle();
    expect(signals[1]?.aborted).toBe(true);
    expect([outbox.items, confirmed]).toEqual([[], []]);
  });
});

describe('backoff', () => {
  it('doubles, is spread, and has a ceiling', () => {
    expect([0, 1, 2, 3].map((n) => backoff(n, () => 0.5))).toEqual([500, 1000, 2000, 4000]);
    expect(backoff(50, () => 0.5)).toBe(15_000);
    expect(backoff(0, () => 0)).toBe(375);
    expect(backoff(0, () => 1)).toBe(625);
  });
});
