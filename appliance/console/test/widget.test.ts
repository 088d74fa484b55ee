import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '@/api/errors';
import { ChatLink } from '../../widget/src/link';
import type { CustomerMessage } from '../../widget/src/protocol';

class FakeSocket {
  readyState = 1;
  sent: Record<string, unknown>[] = [];
  onmessage: ((e: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  send(data: string): void {
    this.sent.push(JSON.parse(data) as Record<string, unknown>);
  }
  close(): void {
    this.onclose?.();
  }
  say(frame: unknown): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

const m = (seq: number, over: Partial<CustomerMessage> = {}): CustomerMessage => ({ id: `m${seq}`, seq, author: { kind: 'bot', name: 'b' }, kind: 'answer', body: '答', ai: true, citations: [], client_id: null, at: '2026-11-21T00:00:00Z', ...over });
const standing = { state: 'bot' as const, agent_name: null, queue_position: null };
let sockets: FakeSocket[];
let sessions: number;
let fail: boolean;
let conversation: string;
let arrived: number;
let files: { client_id: string; signal: AbortSignal }[];
let answers: (() => Promise<CustomerMessage>)[];
let link: ChatLink;
const last = (): FakeSocket => sockets[sockets.length - 1] as FakeSocket;
const welcome = (messages: CustomerMessage[] = []) => last().say({ type: 'welcome', conversation: { id: conversation, ...standing }, messages });

beforeEach(async () => {
  vi.useFakeTimers();
  sockets = [];
  sessions = 0;
  arrived = 0;
  files = [];
  answers = [];
  fail = false;
  conversation = 'c1';
  let n = 0;
  link = new ChatLink(
    { changed: () => undefined, typing: () => undefined, arrived: () => (arrived += 1) },
    {
      startSession: () => {
        sessions += 1;
        return fail ? Promise.reject(new Error('503')) : Promise.resolve({ conversation_id: conversation, resumed: false, notice: 'AI', expires_at: '' });
      },
      openSocket: () => {
        const s = new FakeSocket();
        sockets.push(s);
        return s as unknown as WebSocket;
      },
      sendFile: (u, signal) => {
        files.push({ client_id: u.client_id, signal });
        return answers.shift()?.() ?? new Promise(() => undefined);
      },
      random: () => 0.5,
      newId: () => `k${(n += 1)}`,
    },
  );
  await link.start({ page_url: 'https://bank.example/' });
});
afterEach(() => vi.useRealTimers());

describe('the customer’s chat', () => {
  it('sends only after the welcome and forgets a message when it comes back', () => {
    link.send('你好');
    expect(last().sent).toEqual([]);
    welcome();
    expect(last().sent).toEqual([{ type: 'message', client_id: 'k1', body: '你好' }]);
    last().say({ type: 'message', message: m(1, { author: { kind: 'customer', name: '我' }, client_id: 'k1' }) });
    expect(link.unsent).toEqual([]);
    expect(link.messages.map((x) => x.seq)).toEqual([1]);
    expect(arrived).toBe(0);
  });

  it('sends again after a break, in order and with the same client_id', async () => {
    welcome();
    last().close();
    expect(link.state).toBe('lost');
    link.send('一');
    link.send('二');
    await vi.advanceTimersByTimeAsync(700);
    expect(sockets).toHaveLength(2);
    welcome();
    expect(last().sent.map((f) => f.client_id)).toEqual(['k1', 'k2']);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(last().sent.map((f) => f.client_id)).toEqual(['k1', 'k2', 'k1', 'k2']);
  });

  it('keeps trying while the server is away', async () => {
    fail = true;
    last().close();
    await vi.advanceTimersByTimeAsync(700 + 1400 + 2800);
    expect(sessions).toBe(4);
    fail = false;
    await vi.advanceTimersByTimeAsync(5600);
    welcome();
    expect(link.state).toBe('open');
  });

  it('asks for what is missing', () => {
    welcome([m(1), m(2)]);
    last().say({ type: 'message', message: m(5) });
    expect(last().sent).toEqual([{ type: 'history', after: 2 }]);
    last().say({ type: 'history', messages: [m(3), m(4), m(5)] });
    expect(link.messages.map((x) => x.seq)).toEqual([1, 2, 3, 4, 5]);
  });

  it('keeps a message while something is away and gives up on a refusal', () => {
    welcome();
    link.send('一');
    last().say({ type: 'error', code: 'dependency.database', message: '稍候', detail: '', client_id: 'k1' });
    expect(link.unsent[0]?.failed).toBe('');
    last().say({ type: 'error', code: 'request.invalid_parameter', message: '太长', detail: '', client_id: 'k1' });
    expect(link.unsent[0]?.failed).toBe('太长');
  });

  it('ends, and starts afresh when asked', async () => {
    welcome([m(1)]);
    last().say({ type: 'closed' });
    expect(link.state).toBe('ended');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sockets).toHaveLength(1);
    conversation = 'c2';
    link.again();
    await vi.advanceTimersByTimeAsync(0);
    welcome();
    expect(link.state).toBe('open');
    expect(link.messages).toEqual([]);
  });
});

describe('the customer’s files', () => {
  const file = new File(['x'], '回单.png');
  const picture = (seq: number, client_id: string) => m(seq, { author: { kind: 'customer', name: '我' }, kind: 'attachment', body: '回单.png', client_id });
  const settle = () => vi.advanceTimersByTimeAsync(0);
  const states = () => link.files.items.map((u) => u.state);

  it('stand in the conversation once, whichever way they come back first', async () => {
    welcome([m(1)]);
    let answer: (m: CustomerMessage) => void = () => undefined;
    answers = [() => new Promise((r) => (answer = r))];
    link.sendFile(file);
    link.send('请看回单');
    expect(last().sent.map((f) => f.body)).toEqual(['请看回单']);
    const key = files[0]?.client_id ?? '';
    last().say({ type: 'message', message: picture(2, key) });
    expect(link.files.items).toEqual([]);
    answer(picture(2, key));
    await settle();
    expect(link.messages.map((x) => x.seq)).toEqual([1, 2]);
    expect(arrived).toBe(0);
  });

  it('go again with the same id when the link is back', async () => {
    welcome();
    answers = [() => Promise.reject(new ApiError(0, 'network', '')), () => Promise.resolve(picture(1, files[1]?.client_id ?? ''))];
    link.sendFile(file);
    last().close();
    await settle();
    expect(states()).toEqual(['waiting']);
    await vi.advanceTimersByTimeAsync(700);
    welcome();
    await settle();
    expect(files[1]?.client_id).toBe(files[0]?.client_id);
    expect(link.files.items).toEqual([]);
    expect(link.messages.map((x) => x.body)).toEqual(['回单.png']);
  });

  it('that are refused wait for the customer: again, or away', async () => {
    welcome();
    answers = [() => Promise.reject(new ApiError(422, 'attachment.refused', '附件不能接收')), () => Promise.reject(new ApiError(422, 'attachment.refused', ''))];
    link.sendFile(file);
    await settle();
    expect(states()).toEqual(['refused']);
    const key = files[0]?.client_id ?? '';
    link.files.retry(key);
    await settle();
    expect(files.map((f) => f.client_id)).toEqual([key, key]);
    link.files.discard(key);
    expect(link.files.items).toEqual([]);
  });

  it('are stopped by a fresh start', async () => {
    welcome();
    link.sendFile(file);
    await settle();
    link.again();
    expect(files[0]?.signal.aborted).toBe(true);
    expect(link.files.items).toEqual([]);
  });
});
