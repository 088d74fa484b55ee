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

describe('backoff', () => {
  it('doubles, is spread, and has a ceiling', () => {
    expect([0, 1, 2, 3].map((n) => backoff(n, () => 0.5))).toEqual([500, 1000, 2000, 4000]);
    expect(backoff(50, () => 0.5)).toBe(15_000);
    expect(backoff(0, () => 0)).toBe(375);
    expect(backoff(0, () => 1)).toBe(625);
  });
});
