import { defineStore } from 'pinia';
import { computed, reactive, ref } from 'vue';
import { api, call, uploadAttachment } from '@/api/client';
import { asApiError, type ApiError } from '@/api/errors';
import type { AgentState, Conversation, ConversationState, Message, NewTicket, Ticket } from '@/api/types';
import type { LiveFrame } from '@/live/frames';
import { assigned, contiguousSeq, emptyInbox, isMine, lastSeq, mergeMessages, openConversation, putConversation, reduce, type Effect, type InboxState } from '@/live/inbox';
import { Outbox, type Unsent } from '@/live/outbox';
import { useLive } from './live';
import { useSession } from './session';

export type Box = 'mine' | 'queued' | 'bot' | 'closed';
export interface Notice {
  reason: 'assigned' | 'message';
  conversation_id: string;
}

const LISTS_AFTER_MS = 700;
const TYPING_SHOWN_MS = 6_000;
const TYPING_SENT_EVERY_MS = 3_000;

/** The agent's conversations: lists, threads, unread marks, drafts and what is not sent yet. All of it in memory only. */
export const useInbox = defineStore('inbox', () => {
  const session = useSession();
  const live = useLive();
  const state = reactive<InboxState>(emptyInbox());
  const drafts = reactive<Record<string, string>>({});
  const unsent = reactive<Unsent[]>([]);
  const box = ref<Box>('mine');
  const loading = ref(false);
  const failure = ref<ApiError | null>(null);
  const closedCursor = ref<string | null>(null);
  const threadFailure = ref<ApiError | null>(null);
  const agentState = ref<AgentState | null>(null);
  const now = ref(Date.now());
  /** The inbox page is on screen; set by the page. */
  const onScreen = ref(false);
  const notices = ref<Notice[]>([]);
  let lastTypingSent = 0;

  const outbox = new Outbox({
    items: unsent,
    send: (m, signal) =>
      m.file
        ? uploadAttachment(m.conversation_id, m.client_id, m.file, { signal, onShare: (share) => (m.share = share) })
        : call(api.POST('/api/v1/conversations/{id}/messages', { params: { path: { id: m.conversation_id } }, body: { client_id: m.client_id, body: m.body } })),
    onSent: (message) => run(reduce(state, { type: 'conversation.message', message }, context())),
  });

  function context() {
    return { now: Date.now(), watching: onScreen.value && document.visibilityState === 'visible' };
  }

  function inBox(c: Conversation, which: Box): boolean {
    if (which === 'mine') return c.state === 'active' && isMine(state, c);
    if (which === 'closed') return c.state === 'closed' && (isMine(state, c) || session.may('see_all_conversations'));
    return c.state === which;
  }

  function list(which: Box): Conversation[] {
    const all = Object.values(state.conversations).filter((c) => inBox(c, which));
    if (which === 'queued') return all.sort((a, b) => (a.queued_at ?? a.opened_at).localeCompare(b.queued_at ?? b.opened_at));
    return all.sort((a, b) => b.last_message_at.localeCompare(a.last_message_at));
  }

  const current = computed(() => (state.openId ? state.conversations[state.openId] ?? null : null));
  const shown = computed(() => list(box.value));
  const totalUnread = computed(() => Object.values(state.unread).reduce((n, x) => n + x, 0));
  const counts = computed(() => ({ mine: list('mine').length, queued: list('queued').length }));
  const hasUnsaved = computed(() => unsent.length > 0 || Object.values(drafts).some((d) => d.trim() !== ''));

  async function fetchState(which: ConversationState, mine: boolean, cursor?: string) {
    return call(api.GET('/api/v1/conversations', { params: { query: { state: which, limit: 100, ...(mine ? { mine: true } : {}), ...(cursor ? { cursor } : {}) } } }));
  }

  /** Reads the open lists. What is mine or on screen and no longer in them is asked for one by one, the rest dropped. */
  async function fetchLists(): Promise<void> {
    state.me = session.account?.id ?? '';
    const wanted: [ConversationState, boolean][] = [['active', true], ['queued', false]];
    if (session.may('see_all_conversations')) wanted.push(['bot', false]);
    const lists = await Promise.all(wanted.map(([s, mine]) => fetchState(s, mine)));
    const seen = new Set<string>();
    for (const c of lists.flatMap((p) => p.items)) {
      seen.add(c.id);
      const before = state.conversations[c.id];
      if (before && state.openId !== c.id && isMine(state, c) && c.last_seq > before.last_seq) {
        state.unread[c.id] = Math.max(state.unread[c.id] ?? 0, 1);
      }
      putConversation(state, c);
    }
    const gone = Object.values(state.conversations).filter((c) => c.state !== 'closed' && !seen.has(c.id));
    for (const c of gone) if (!isMine(state, c) && c.id !== state.openId) delete state.conversations[c.id];
    await Promise.all(gone.filter((c) => isMine(state, c) || c.id === state.openId).map((c) => fetchConversation(c.id, true)));
    if (box.value === 'closed') await fetchClosed(true);
  }

  /** Everything that may have been missed: the lists and the thread on screen. */
  async function refetch(): Promise<void> {
    loading.value = true;
    failure.value = null;
    try {
      await fetchLists();
      if (state.openId && state.threads[state.openId]?.loaded) await fetchMessages(state.openId, contiguousSeq(state.threads[state.openId]));
      for (const [id, thread] of Object.entries(state.threads)) if (id !== state.openId) thread.loaded = false;
    } catch (e) {
      failure.value = asApiError(e);
    } finally {
      loading.value = false;
    }
  }

  let listsTimer: ReturnType<typeof setTimeout> | null = null;
  /** A burst of frames asks for the lists once. */
  function refetchListsSoon(): void {
    listsTimer ??= setTimeout(() => {
      listsTimer = null;
      fetchLists().catch(() => undefined);
    }, LISTS_AFTER_MS);
  }

  async function fetchClosed(fromStart: boolean): Promise<void> {
    const mine = !session.may('see_all_conversations');
    const page = await fetchState('closed', mine, fromStart ? undefined : (closedCursor.value ?? undefined));
    page.items.forEach((c) => putConversation(state, c));
    closedCursor.value = page.next_cursor ?? null;
  }

  async function fetchConversation(id: string, quiet = false): Promise<void> {
    try {
      const c = await call(api.GET('/api/v1/conversations/{id}', { params: { path: { id } } }));
      state.conversations[id] = c;
      if (c.state === 'closed') delete state.unread[id];
    } catch (e) {
      const error = asApiError(e);
      if (error.status === 403 || error.status === 404) delete state.conversations[id];
      else if (!quiet) throw error;
    }
  }

  /** Everything after `after`, page by page: the whole context, also what the bot said before the hand-over. */
  async function fetchMessages(id: string, after: number): Promise<void> {
    let from = after;
    state.threads[id] ??= { messages: [], loaded: false };
    // Read back: only what comes out of the state is watched.
    const thread = state.threads[id];
    for (;;) {
      const page = await call(api.GET('/api/v1/conversations/{id}/messages', { params: { path: { id }, query: { after: from, limit: 200 } } }));
      mergeMessages(thread, page.items);
      page.items.forEach((m) => outbox.acknowledge(m));
      const last = page.items[page.items.length - 1]?.seq ?? from;
      if (page.items.length < 200 || last <= from) break;
      from = last;
    }
    thread.loaded = true;
    const c = state.conversations[id];
    if (c) c.last_seq = Math.max(c.last_seq, lastSeq(thread));
  }

  async function open(id: string | null): Promise<void> {
    openConversation(state, id);
    threadFailure.value = null;
    notices.value = notices.value.filter((n) => n.conversation_id !== id);
    if (!id) return;
    try {
      if (!state.conversations[id]) await fetchConversation(id);
      const thread = state.threads[id];
      if (!thread?.loaded) await fetchMessages(id, contiguousSeq(thread));
    } catch (e) {
      if (state.openId === id) threadFailure.value = asApiError(e);
    }
  }

  function run(effects: Effect[]): void {
    for (const e of effects) {
      if (e.do === 'refetch') void refetch();
      else if (e.do === 'fetch_messages') void fetchMessages(e.conversation_id, e.after).catch(() => undefined);
      else if (e.do === 'refetch_lists') refetchListsSoon();
      else if (e.do === 'fetch_conversation') void takeConversation(e.conversation_id, e.then === 'announce');
      else notices.value = [...notices.value.filter((n) => n.conversation_id !== e.conversation_id), { reason: e.reason, conversation_id: e.conversation_id }];
    }
  }

  async function takeConversation(id: string, announce: boolean): Promise<void> {
    const before = state.conversations[id];
    await fetchConversation(id, true);
    const now_ = state.conversations[id];
    if (!now_ || !announce) return;
    run(assigned(state, before, now_, context()));
    if (isMine(state, now_) && state.openId === null && onScreen.value && box.value === 'mine') void open(id);
  }

  function onFrame(frame: LiveFrame): void {
    if (frame.type === 'conversation.message') outbox.acknowledge(frame.message);
    run(reduce(state, frame, context()));
  }

  function send(id: string, body: string): void {
    outbox.post(id, body, new Date().toISOString());
    drafts[id] = '';
  }

  function sendFile(id: string, file: File): void {
    outbox.post(id, file.name, new Date().toISOString(), file);
  }

  function typed(id: string): void {
    if (Date.now() - lastTypingSent < TYPING_SENT_EVERY_MS) return;
    lastTypingSent = Date.now();
    live.sendTyping(id);
  }

  function isTyping(id: string): boolean {
    return now.value - (state.typing[id] ?? 0) < TYPING_SHOWN_MS;
  }

  async function accept(id: string): Promise<void> {
    state.conversations[id] = await call(api.POST('/api/v1/conversations/{id}/accept', { params: { path: { id } } }));
    box.value = 'mine';
    await open(id);
  }

  async function close(id: string, summary: string): Promise<void> {
    state.conversations[id] = await call(api.POST('/api/v1/conversations/{id}/close', { params: { path: { id } }, body: { summary } }));
    delete drafts[id];
    delete state.unread[id];
  }

  function openTicket(id: string, ticket: NewTicket, key: string): Promise<Ticket> {
    return call(api.POST('/api/v1/conversations/{id}/tickets', { params: { path: { id }, header: { 'Idempotency-Key': key } }, body: ticket }));
  }

  async function loadAgentState(): Promise<void> {
    agentState.value = await call(api.GET('/api/v1/agent-state'));
  }

  async function setAgentState(next: AgentState['state']): Promise<void> {
    const capacity = agentState.value?.capacity ?? 5;
    agentState.value = await call(api.PUT('/api/v1/agent-state', { body: { state: next, capacity } }));
  }

  /** The next conversation in the list in that direction, from the one on screen. */
  function neighbour(step: 1 | -1): string | null {
    const ids = shown.value.map((c) => c.id);
    const at = state.openId ? ids.indexOf(state.openId) : -1;
    return ids[at < 0 ? (step > 0 ? 0 : ids.length - 1) : Math.min(ids.length - 1, Math.max(0, at + step))] ?? null;
  }

  function nextUnread(): string | null {
    return list('mine').find((c) => c.id !== state.openId && (state.unread[c.id] ?? 0) > 0)?.id ?? null;
  }

  let started = false;
  /** Begins to listen; once per page. */
  function start(): void {
    if (started) return;
    started = true;
    state.me = session.account?.id ?? '';
    for (const type of ['conversation.assigned', 'conversation.updated', 'conversation.message', 'queue.updated', 'typing', 'resync'] as const) live.on(type, onFrame);
    live.onUp(() => {
      void refetch();
      outbox.flushAll();
      loadAgentState().catch(() => undefined);
    });
    setInterval(() => (now.value = Date.now()), 1000);
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible' && onScreen.value && state.openId) openConversation(state, state.openId);
    });
    void refetch();
    loadAgentState().catch(() => undefined);
  }

  const messages = computed<Message[]>(() => (state.openId ? state.threads[state.openId]?.messages ?? [] : []));
  const threadLoaded = computed(() => (state.openId ? state.threads[state.openId]?.loaded ?? false : false));
  const unsentHere = computed(() => unsent.filter((m) => m.conversation_id === state.openId));

  return {
    state, drafts, unsent, box, loading, failure, threadFailure, agentState, now, onScreen, notices, closedCursor,
    current, shown, counts, totalUnread, hasUnsaved, messages, threadLoaded, unsentHere,
    start, refetch, fetchClosed, fetchConversation, open, send, sendFile, typed, isTyping, accept, close, openTicket, setAgentState, neighbour, nextUnread,
    retry: (client_id: string) => outbox.retry(client_id),
    discard: (client_id: string) => outbox.discard(client_id),
  };
});
