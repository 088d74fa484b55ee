import { backoff } from '@/lib/backoff';
import { parseFrame, type LiveFrame } from './frames';

export type LinkState = 'stopped' | 'connecting' | 'open' | 'lost' | 'restarting';

/** As much of WebSocket as is used, so that tests can stand in for it. */
export interface Socket {
  send(data: string): void;
  close(code?: number, reason?: string): void;
  onopen: ((e: unknown) => void) | null;
  onmessage: ((e: { data: unknown }) => void) | null;
  onclose: ((e: { code: number }) => void) | null;
  onerror: ((e: unknown) => void) | null;
}

export interface LiveOptions {
  url: string;
  open?: (url: string) => Socket;
  onFrame: (frame: LiveFrame) => void;
  onState: (state: LinkState) => void;
  /** The link is up after having been away (or for the first time): whatever was missed must be fetched. */
  onUp: (first: boolean) => void;
  onSessionEnded: () => void;
  random?: () => number;
}

const PING_MS = 20_000;
const SILENCE_MS = 50_000;
/** Close code of the server for a session that has ended. */
export const SESSION_ENDED_CLOSE = 4401;

/** The staff's live link: one WebSocket that comes back by itself. */
export class LiveLink {
  private socket: Socket | null = null;
  private attempt = 0;
  private everUp = false;
  private restarting = false;
  private retryTimer: ReturnType<typeof setTimeout> | null = null;
  private pingTimer: ReturnType<typeof setInterval> | null = null;
  private lastHeard = 0;
  private running = false;

  constructor(private readonly options: LiveOptions) {}

  start(): void {
    if (this.running) return;
    this.running = true;
    this.connect();
  }

  stop(): void {
    this.running = false;
    this.drop();
    this.options.onState('stopped');
  }

  /** Tries at once instead of waiting (the network came back, or the person pressed the button). */
  retryNow(): void {
    if (!this.running || this.socket) return;
    this.clearRetry();
    this.connect();
  }

  send(frame: { type: string; [field: string]: unknown }): void {
    if (this.socket && this.pingTimer) this.socket.send(JSON.stringify(frame));
  }

  private connect(): void {
    this.options.onState(this.restarting ? 'restarting' : this.everUp || this.attempt > 0 ? 'lost' : 'connecting');
    const open = this.options.open ?? ((url: string) => new WebSocket(url) as unknown as Socket);
    const socket = open(this.options.url);
    this.socket = socket;
    socket.onopen = () => {
      if (socket !== this.socket) return;
      this.attempt = 0;
      this.restarting = false;
      this.lastHeard = Date.now();
      this.pingTimer = setInterval(() => this.ping(), PING_MS);
      const first = !this.everUp;
      this.everUp = true;
      this.options.onState('open');
      this.options.onUp(first);
    };
    socket.onmessage = (e) => {
      if (socket !== this.socket) return;
      this.lastHeard = Date.now();
      const frame = parseFrame(e.data);
      if (!frame) return;
      if (frame.type === 'restart') this.restarting = true;
      this.options.onFrame(frame);
    };
    socket.onclose = (e) => {
      if (socket !== this.socket) return;
      this.drop();
      if (e.code === SESSION_ENDED_CLOSE) {
        this.running = false;
        this.options.onState('stopped');
        this.options.onSessionEnded();
      } else if (this.running) {
        this.later();
      }
    };
    socket.onerror = () => undefined;
  }

  private later(): void {
    this.options.onState(this.restarting ? 'restarting' : 'lost');
    this.retryTimer = setTimeout(() => this.connect(), backoff(this.attempt, this.options.random));
    this.attempt += 1;
  }

  /** A half-open connection looks alive for minutes; silence past two pings is taken as its end. */
  private ping(): void {
    if (Date.now() - this.lastHeard > SILENCE_MS) {
      this.drop();
      this.later();
    } else {
      this.send({ type: 'ping' });
    }
  }

  private clearRetry(): void {
    if (this.retryTimer) clearTimeout(this.retryTimer);
    this.retryTimer = null;
  }

  private drop(): void {
    this.clearRetry();
    if (this.pingTimer) clearInterval(this.pingTimer);
    this.pingTimer = null;
    const socket = this.socket;
    this.socket = null;
    socket?.close(1000);
  }
}
