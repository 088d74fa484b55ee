import { defineStore } from 'pinia';
import { ref, watch } from 'vue';
import { LiveLink, type LinkState } from '@/live/socket';
import type { LiveFrame, LiveFrameType } from '@/live/frames';
import { useSession } from './session';

type Handler = (frame: LiveFrame) => void;

/** The live link of the page and who listens to it. */
export const useLive = defineStore('live', () => {
  const session = useSession();
  const state = ref<LinkState>('stopped');
  const handlers = new Map<LiveFrameType, Set<Handler>>();
  const upHandlers = new Set<() => void>();
  let link: LiveLink | null = null;

  function on<T extends LiveFrameType>(type: T, handler: (frame: Extract<LiveFrame, { type: T }>) => void): () => void {
    const set = handlers.get(type) ?? new Set<Handler>();
    handlers.set(type, set.add(handler as Handler));
    return () => set.delete(handler as Handler);
  }

  /** Called whenever the link comes (back) up: fetch what may have been missed. */
  function onUp(handler: () => void): () => void {
    upHandlers.add(handler);
    return () => upHandlers.delete(handler);
  }

  function start(): void {
    if (link || session.zoneName !== 'staff') return;
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    link = new LiveLink({
      url: `${scheme}://${location.host}/live`,
      onFrame: (frame) => {
        if (frame.type === 'session.ended') void session.reauthenticate();
        for (const h of handlers.get(frame.type) ?? []) h(frame);
      },
      onState: (s) => (state.value = s),
      onUp: () => upHandlers.forEach((h) => h()),
      onSessionEnded: () => void session.reauthenticate(),
    });
    link.start();
  }

  function stop(): void {
    link?.stop();
    link = null;
  }

  function retryNow(): void {
    link?.retryNow();
  }

  function sendTyping(conversation_id: string): void {
    link?.send({ type: 'typing', conversation_id });
  }

  watch(
    () => [session.session !== null && !session.session.must_change_password, session.ended] as const,
    ([signedIn, ended]) => {
      if (signedIn && !ended) start();
      else stop();
    },
    { immediate: true },
  );
  window.addEventListener('online', retryNow);

  return { state, on, onUp, retryNow, sendTyping };
});
