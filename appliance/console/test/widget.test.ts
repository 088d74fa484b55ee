import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
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
let link: ChatLink;
const last = (): FakeSocket => sockets[sockets.length - 1] as FakeSocket;
const welcome = (messages: CustomerMessage[] = []) => last().say({ type: 'welcome', conversation: { id: conversation, ...standing }, messages });

beforeEach(async () => {
  vi.useFakeTimers();
  sockets = [];
  sessions = 0;
  arrived = 0;
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
