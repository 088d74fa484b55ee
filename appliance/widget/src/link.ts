// The chat's link: session, WebSocket, and the messages that are written but not yet acknowledged.
// Sentences go over the WebSocket, files by HTTP: a file is seen going, and does not hold up the sentences.
import { Outbox, type Unsent as UnsentFile } from '@/live/outbox';
import type { CustomerMessage, Identity, ServerFrame, SessionAnswer, Standing } from './protocol';

export interface Unsent {
  client_id: string;
  body: string;
  at: string;
  failed: string;
}

export type LinkState = 'connecting' | 'open' | 'lost' | 'ended';

export interface LinkEvents {
  changed(): void;
  typing(): void;
  arrived(message: CustomerMessage): void;
}

export interface LinkParts {
  startSession(body: Record<string, string>): Promise<SessionAnswer>;
  openSocket(): WebSocket;
  /** Sends a file and gives its message. */
  sendFile(file: UnsentFile, signal: AbortSignal): Promise<CustomerMessage>;
  random(): number;
  newId(): string;
}

const RESEND_AFTER_MS = 10_000;
const RETRY_MAX_MS = 15_000;

export class ChatLink {
  messages: CustomerMessage[] = [];
  unsent: Unsent[] = [];
  readonly files: Outbox<CustomerMessage>;
  notice = '';
  state: LinkState = 'connecting';
  standing: Standing = { state: 'bot', agent_name: null, queue_position: null };
  private conversation = '';
  private socket: WebSocket | null = null;
  private welcomed = false;
  private attempt = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private resend: ReturnType<typeof setTimeout> | undefined;
  private who: Identity & { page_url?: string } = {};

  constructor(private readonly events: LinkEvents, private readonly parts: LinkParts) {
    this.files = new Outbox<CustomerMessage>({
      send: (file, signal) => parts.sendFile(file, signal),
      onSent: (m) => this.put(m, false),
      onChange: () => events.changed(),
      random: () => parts.random(),
    });
  }

  /** Opens the conversation, or resumes the one this browser has. */
  async start(who?: Identity & { page_url?: string }): Promise<void> {
    if (who) this.who = who;
    clearTimeout(this.retry);
    this.set(this.attempt === 0 && this.messages.length === 0 ? 'connecting' : 'lost');
    try {
      const body: Record<string, string> = {};
      for (const k of ['display_name', 'phone', 'page_url'] as const) {
        const v = this.who[k];
        if (v) body[k] = v;
      }
      const s = await this.parts.startSession(body);
      if (s.conversation_id !== this.conversation) {
        this.conversation = s.conversation_id;
        this.messages = [];
      }
      this.notice = s.notice;
      this.connect();
    } catch {
      this.later();
    }
  }

  /** After the end: a fresh conversation. */
  again(): void {
    this.attempt = 0;
    this.messages = [];
    this.unsent = [];
    this.files.clear();
    this.standing = { state: 'bot', agent_name: null, queue_position: null };
    this.drop();
    void this.start();
  }

  send(body: string): void {
    this.unsent.push({ client_id: this.parts.newId(), body, at: new Date().toISOString(), failed: '' });
    this.events.changed();
    this.flush();
  }

  sendFile(file: File): void {
    this.files.post('', file.name, new Date().toISOString(), file);
  }

  sendAgain(client_id: string): void {
    const m = this.unsent.find((u) => u.client_id === client_id);
    if (!m) return;
    m.failed = '';
    this.events.changed();
    this.flush();
  }

  requestAgent(): void {
    this.emit({ type: 'request_agent' });
  }
  typing(): void {
    this.emit({ type: 'typing' });
  }
  leave(): void {
    this.emit({ type: 'leave' });
  }
  /** Tries at once, for when the network is back. */
  hurry(): void {
    if (this.state === 'lost' && !this.socket) void this.start();
  }

  private connect(): void {
    this.drop();
    const socket = this.parts.openSocket();
    this.socket = socket;
    socket.onmessage = (e) => {
      if (socket !== this.socket) return;
      let frame: ServerFrame;
      try {
        frame = JSON.parse(String(e.data)) as ServerFrame;
      } catch {
        return;
      }
      this.take(frame);
    };
    socket.onclose = () => {
      if (socket !== this.socket) return;
      this.drop();
      if (this.state !== 'ended') this.later();
    };
  }

  private take(f: ServerFrame): void {
    switch (f.type) {
      case 'welcome':
        this.welcomed = true;
        this.attempt = 0;
        if (f.conversation.id !== this.conversation) {
          this.conversation = f.conversation.id;
          this.messages = [];
        }
        this.standing = { state: f.conversation.state, agent_name: f.conversation.agent_name, queue_position: f.conversation.queue_position };
        for (const m of f.messages) this.put(m, false);
        this.set(this.standing.state === 'closed' ? 'ended' : 'open');
        this.flush();
        this.files.flushAll();
        break;
      case 'history':
        for (const m of f.messages) this.put(m, false);
        this.events.changed();
        break;
      case 'message': {
        const last = this.lastSeq();
        this.put(f.message, true);
        if (last > 0 && f.message.seq > last + 1) this.emit({ type: 'history', after: last });
        this.events.changed();
        break;
      }
      case 'state':
        this.standing = { state: f.state, agent_name: f.agent_name, queue_position: f.queue_position };
        if (f.state === 'closed') this.end();
        else this.events.changed();
        break;
      case 'typing':
        this.events.typing();
        break;
      case 'error':
        this.refused(f);
        break;
      case 'closed':
        this.end();
        break;
      case 'restart':
        // The server closes next; the usual way back applies.
        break;
    }
  }

  private put(m: CustomerMessage, live: boolean): void {
    if (m.client_id) this.unsent = this.unsent.filter((u) => u.client_id !== m.client_id);
    const at = this.messages.findIndex((x) => x.seq >= m.seq);
    if (at < 0) this.messages.push(m);
    else if (this.messages[at]?.seq === m.seq) this.messages[at] = m;
    else this.messages.splice(at, 0, m);
    this.files.acknowledge(m);
    if (live && m.author.kind !== 'customer') this.events.arrived(m);
  }

  private lastSeq(): number {
    return this.messages[this.messages.length - 1]?.seq ?? 0;
  }

  private refused(f: { code: string; message: string; client_id: string | null }): void {
    const m = this.unsent.find((u) => u.client_id === f.client_id);
    if (!m) return;
    // Something is away for a moment: the message stays and is sent again.
    if (f.code.startsWith('dependency.') || f.code === 'request.rate_limited' || f.code === 'internal') this.flushLater();
    else m.failed = f.message || f.code;
    this.events.changed();
  }

  private end(): void {
    this.standing = { ...this.standing, state: 'closed' };
    this.set('ended');
    this.drop();
    this.events.changed();
  }

  /** Sends what is not acknowledged, in order; the server keeps one of each client_id. */
  private flush(): void {
    for (const m of this.unsent) if (!m.failed) this.emit({ type: 'message', client_id: m.client_id, body: m.body });
    this.flushLater();
  }

  private flushLater(): void {
    clearTimeout(this.resend);
    if (this.unsent.some((m) => !m.failed)) this.resend = setTimeout(() => this.flush(), RESEND_AFTER_MS);
  }

  private emit(frame: Record<string, unknown>): void {
    if (this.socket && this.welcomed && this.socket.readyState === 1) this.socket.send(JSON.stringify(frame));
  }

  private later(): void {
    this.set('lost');
    const wait = Math.min(RETRY_MAX_MS, 700 * 2 ** Math.min(this.attempt, 6)) * (0.75 + this.parts.random() * 0.5);
    this.attempt += 1;
    clearTimeout(this.retry);
    this.retry = setTimeout(() => void this.start(), wait);
  }

  private set(state: LinkState): void {
    this.state = state;
    this.events.changed();
  }

  private drop(): void {
    clearTimeout(this.resend);
    const s = this.socket;
    this.socket = null;
    this.welcomed = false;
    if (s) s.close();
  }
}
