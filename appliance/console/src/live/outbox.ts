// Messages written but not yet acknowledged. Each keeps its client_id over every attempt: the server stores it once.
import { asApiError, type ApiError } from '@/api/errors';
import { backoff } from '@/lib/backoff';
import { newId } from '@/lib/ids';
import type { Message } from '@/api/types';

export interface Unsent {
  client_id: string;
  conversation_id: string;
  body: string;
  at: string;
  /** `waiting`: will be sent again by itself; `refused`: the server said no for good, the person decides. */
  state: 'sending' | 'waiting' | 'refused';
  code: string;
  message: string;
}

export interface OutboxOptions {
  send: (m: Unsent) => Promise<Message>;
  onSent: (message: Message) => void;
  onRefused?: (m: Unsent, error: ApiError) => void;
  items?: Unsent[];
  random?: () => number;
}

export class Outbox {
  /** In the order of writing. Give a reactive array to show it. */
  readonly items: Unsent[];
  private readonly busy = new Set<string>();
  private readonly attempts = new Map<string, number>();
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(private readonly options: OutboxOptions) {
    this.items = options.items ?? [];
  }

  post(conversation_id: string, body: string, at: string): string {
    const client_id = newId();
    this.items.push({ client_id, conversation_id, body, at, state: 'waiting', code: '', message: '' });
    void this.flush(conversation_id);
    return client_id;
  }

  of(conversation_id: string): Unsent[] {
    return this.items.filter((m) => m.conversation_id === conversation_id);
  }

  /** Sends everything that waits; called when the link is up again. */
  flushAll(): void {
    for (const id of new Set(this.items.map((m) => m.conversation_id))) void this.flush(id);
  }

  retry(client_id: string): void {
    const m = this.items.find((x) => x.client_id === client_id);
    if (!m) return;
    m.state = 'waiting';
    void this.flush(m.conversation_id);
  }

  discard(client_id: string): void {
    const at = this.items.findIndex((x) => x.client_id === client_id);
    if (at >= 0) this.items.splice(at, 1);
  }

  /** The message came back over the live link before its own answer did. */
  acknowledge(message: Message): void {
    if (message.client_id) this.discard(message.client_id);
  }

  clear(): void {
    for (const t of this.timers.values()) clearTimeout(t);
    this.timers.clear();
    this.items.splice(0);
  }

  /** One at a time and in order within a conversation: a later sentence must not overtake an earlier one. */
  private async flush(conversation_id: string): Promise<void> {
    if (this.busy.has(conversation_id)) return;
    this.busy.add(conversation_id);
    clearTimeout(this.timers.get(conversation_id));
    this.timers.delete(conversation_id);
    try {
      for (;;) {
        const next = this.items.find((m) => m.conversation_id === conversation_id && m.state !== 'refused');
        if (!next) return;
        next.state = 'sending';
        const again = await this.attempt(next);
        if (again) return;
      }
    } finally {
      this.busy.delete(conversation_id);
    }
  }

  /** True when sending stops here for now. */
  private async attempt(m: Unsent): Promise<boolean> {
    try {
      const message = await this.options.send(m);
      this.attempts.delete(m.conversation_id);
      this.discard(m.client_id);
      this.options.onSent(message);
      return false;
    } catch (e) {
      const error = asApiError(e);
      m.code = error.code;
      m.message = error.message;
      // 401: the session ended and nobody signed in again; the text stays and goes out after the next sign-in.
      if (error.transient || error.status === 401) {
        m.state = 'waiting';
        const n = this.attempts.get(m.conversation_id) ?? 0;
        this.attempts.set(m.conversation_id, n + 1);
        const id = m.conversation_id;
        this.timers.set(id, setTimeout(() => void this.flush(id), backoff(n, this.options.random)));
        return true;
      }
      m.state = 'refused';
      this.options.onRefused?.(m, error);
      return false;
    }
  }
}
