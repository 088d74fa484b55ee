// Messages written but not yet acknowledged. Each keeps its client_id over every attempt: the server stores it once.
import { asApiError } from '@/api/errors';
import { backoff } from '@/lib/backoff';
import { newId } from '@/lib/ids';
import type { Message } from '@/api/types';

export interface Unsent {
  client_id: string;
  conversation_id: string;
  body: string;
  /** A picture or document; `body` is its name. */
  file?: File;
  /** How much of the file has been sent, 0 to 1. */
  share: number;
  at: string;
  /** `waiting`: will be sent by itself, again if there is a code; `refused`: the server said no for good, the person decides. */
  state: 'sending' | 'waiting' | 'refused';
  code: string;
  message: string;
}

export interface OutboxOptions<M> {
  /** Sends one; `signal` says that it is no longer wanted. */
  send: (m: Unsent, signal: AbortSignal) => Promise<M>;
  onSent: (message: M) => void;
  /** Something in `items` has changed; for a page that does not watch them. */
  onChange?: () => void;
  items?: Unsent[];
  random?: () => number;
}

/** Sentences and files of a conversation wait in a line each: a sentence does not wait for ten megabytes. */
function lineOf(m: Unsent): string {
  return `${m.conversation_id} ${m.file ? 'files' : 'text'}`;
}

export class Outbox<M extends { client_id?: string | null } = Message> {
  /** In the order of writing. Give a reactive array to show it. */
  readonly items: Unsent[];
  private readonly busy = new Set<string>();
  private readonly attempts = new Map<string, number>();
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();
  private readonly aborts = new Map<string, AbortController>();

  constructor(private readonly options: OutboxOptions<M>) {
    this.items = options.items ?? [];
  }

  post(conversation_id: string, body: string, at: string, file?: File): string {
    const m: Unsent = { client_id: newId(), conversation_id, body, file, share: 0, at, state: 'waiting', code: '', message: '' };
    this.items.push(m);
    this.changed();
    void this.flush(lineOf(m));
    return m.client_id;
  }

  /** Sends everything that waits; called when the link is up again. */
  flushAll(): void {
    for (const line of new Set(this.items.map(lineOf))) void this.flush(line);
  }

  retry(client_id: string): void {
    const m = this.items.find((x) => x.client_id === client_id);
    if (!m) return;
    m.state = 'waiting';
    void this.flush(lineOf(m));
  }

  /** Takes a message away, also while it is being sent. */
  discard(client_id: string): void {
    const at = this.items.findIndex((x) => x.client_id === client_id);
    if (at < 0) return;
    this.items.splice(at, 1);
    this.aborts.get(client_id)?.abort();
    this.changed();
  }

  /** The message came back over the live link before its own answer did. */
  acknowledge(message: M): void {
    if (message.client_id) this.discard(message.client_id);
  }

  clear(): void {
    for (const t of this.timers.values()) clearTimeout(t);
    this.timers.clear();
    for (const m of [...this.items]) this.discard(m.client_id);
  }

  private changed(): void {
    this.options.onChange?.();
  }

  /** One at a time and in order within a line: a later sentence must not overtake an earlier one. */
  private async flush(line: string): Promise<void> {
    if (this.busy.has(line)) return;
    this.busy.add(line);
    clearTimeout(this.timers.get(line));
    this.timers.delete(line);
    try {
      for (;;) {
        const next = this.items.find((m) => lineOf(m) === line && m.state !== 'refused');
        if (!next) return;
        next.state = 'sending';
        next.share = 0;
        this.changed();
        const again = await this.attempt(next, line);
        this.changed();
        if (again) return;
      }
    } finally {
      this.busy.delete(line);
    }
  }

  /** True when sending stops here for now. */
  private async attempt(m: Unsent, line: string): Promise<boolean> {
    const abort = new AbortController();
    this.aborts.set(m.client_id, abort);
    try {
      const message = await this.options.send(m, abort.signal);
      this.attempts.delete(line);
      this.discard(m.client_id);
      this.options.onSent(message);
      return false;
    } catch (e) {
      if (abort.signal.aborted) return false;
      const error = asApiError(e);
      m.code = error.code;
      m.message = error.message;
      // 401: the session ended and nobody signed in again; the text stays and goes out after the next sign-in.
      if (error.transient || error.status === 401) {
        m.state = 'waiting';
        const n = this.attempts.get(line) ?? 0;
        this.attempts.set(line, n + 1);
        this.timers.set(line, setTimeout(() => void this.flush(line), backoff(n, this.options.random)));
        return true;
      }
      m.state = 'refused';
      return false;
    } finally {
      this.aborts.delete(m.client_id);
    }
  }
}
