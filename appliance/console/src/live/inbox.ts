// What a frame changes in the inbox. Pure functions over plain state, so that order, gaps and repeats can be tested.
import type { Conversation, Message } from '@/api/types';
import { inWords } from '@/lib/attachment';
import type { LiveFrame } from './frames';

export interface Thread {
  messages: Message[];
  loaded: boolean;
}

export interface InboxState {
  me: string;
  conversations: Record<string, Conversation>;
  threads: Record<string, Thread>;
  unread: Record<string, number>;
  /** When the customer was last seen typing, ms since the epoch. */
  typing: Record<string, number>;
  /** The conversation on screen. */
  openId: string | null;
}

export interface Context {
  now: number;
  /** Whether the inbox is on screen and the page is in front. */
  watching: boolean;
}

export type Effect =
  | { do: 'fetch_messages'; conversation_id: string; after: number }
  | { do: 'fetch_conversation'; conversation_id: string; then?: 'announce' }
  /** Many frames may ask for it; once shortly after is enough. */
  | { do: 'refetch_lists' }
  | { do: 'refetch' }
  | { do: 'notify'; reason: 'assigned' | 'message'; conversation_id: string };

export function emptyInbox(me = ''): InboxState {
  return { me, conversations: {}, threads: {}, unread: {}, typing: {}, openId: null };
}

/** Adds messages in order of `seq`; a message that is already there is replaced. Returns how many were new. */
export function mergeMessages(thread: Thread, incoming: Message[]): number {
  let added = 0;
  for (const m of incoming) {
    const at = thread.messages.findIndex((x) => x.seq >= m.seq);
    const there = at < 0 ? undefined : thread.messages[at];
    if (there && there.seq === m.seq) {
      thread.messages[at] = m;
    } else {
      thread.messages.splice(at < 0 ? thread.messages.length : at, 0, m);
      added += 1;
    }
  }
  return added;
}

export function lastSeq(thread: Thread | undefined): number {
  return thread?.messages[thread.messages.length - 1]?.seq ?? 0;
}

/** The last seq up to which no message is missing. After it, something must be fetched. */
export function contiguousSeq(thread: Thread | undefined): number {
  let seq = 0;
  for (const m of thread?.messages ?? []) {
    if (seq !== 0 && m.seq !== seq + 1) return seq;
    seq = m.seq;
  }
  return seq;
}

export function isMine(state: InboxState, c: Conversation): boolean {
  return c.agent?.id === state.me;
}

export function putConversation(state: InboxState, c: Conversation): void {
  if (c.state === 'closed') delete state.unread[c.id];
  const before = state.conversations[c.id];
  // A list fetched before a frame arrived must not undo the frame.
  if (before && before.last_seq > c.last_seq && rank(before) >= rank(c)) return;
  state.conversations[c.id] = c;
}

function rank(c: Conversation): number {
  return { bot: 0, queued: 1, active: 2, closed: 3 }[c.state];
}

export function openConversation(state: InboxState, id: string | null): void {
  state.openId = id;
  if (id) delete state.unread[id];
}

export function reduce(state: InboxState, frame: LiveFrame, ctx: Context): Effect[] {
  switch (frame.type) {
    case 'conversation.assigned':
      return [{ do: 'fetch_conversation', conversation_id: frame.conversation_id, then: 'announce' }];
    case 'conversation.updated':
      return point(state, frame.conversation_id);
    case 'queue.updated':
      return [{ do: 'refetch_lists' }];
    case 'conversation.message':
      return receive(state, frame.message, ctx);
    case 'typing':
      state.typing[frame.conversation_id] = ctx.now;
      return [];
    case 'resync':
      return [{ do: 'refetch' }];
    default:
      return [];
  }
}

/** A conversation changed: read it anew if it is mine or on screen, otherwise let the lists be read. */
function point(state: InboxState, id: string): Effect[] {
  const c = state.conversations[id];
  if (state.openId === id) {
    const effects: Effect[] = [{ do: 'fetch_conversation', conversation_id: id }];
    if (state.threads[id]?.loaded) effects.push({ do: 'fetch_messages', conversation_id: id, after: contiguousSeq(state.threads[id]) });
    return effects;
  }
  return c && isMine(state, c) ? [{ do: 'fetch_conversation', conversation_id: id }] : [{ do: 'refetch_lists' }];
}

/** A conversation that was read because it had been assigned. It is announced once. */
export function assigned(state: InboxState, before: Conversation | undefined, now: Conversation, ctx: Context): Effect[] {
  if (!isMine(state, now) || now.state !== 'active') return [];
  if (before && isMine(state, before) && before.state === 'active') return [];
  if (state.openId !== now.id || !ctx.watching) state.unread[now.id] = Math.max(1, state.unread[now.id] ?? 0);
  return [{ do: 'notify', reason: 'assigned', conversation_id: now.id }];
}

function receive(state: InboxState, m: Message, ctx: Context): Effect[] {
  const id = m.conversation_id;
  const c = state.conversations[id];
  const effects: Effect[] = [];
  const seen = c ? m.seq <= c.last_seq && hasSeq(state.threads[id], m.seq) : false;
  const thread = state.threads[id];
  if (thread?.loaded) {
    const before = contiguousSeq(thread);
    mergeMessages(thread, [m]);
    if (m.seq > before + 1) effects.push({ do: 'fetch_messages', conversation_id: id, after: before });
  }
  if (!c) {
    effects.push({ do: 'fetch_conversation', conversation_id: id });
    return effects;
  }
  if (m.seq >= c.last_seq) {
    c.last_seq = m.seq;
    c.last_message_at = m.at;
    c.preview = inWords(m);
  }
  if (m.author.kind === 'customer') {
    delete state.typing[id];
    const inFront = state.openId === id && ctx.watching;
    if (!seen && isMine(state, c) && c.state !== 'closed' && !inFront) {
      state.unread[id] = (state.unread[id] ?? 0) + 1;
      effects.push({ do: 'notify', reason: 'message', conversation_id: id });
    }
  } else if (m.author.kind === 'agent' && m.author.id === state.me) {
    delete state.unread[id];
  }
  return effects;
}

function hasSeq(thread: Thread | undefined, seq: number): boolean {
  return thread?.messages.some((m) => m.seq === seq) ?? false;
}
