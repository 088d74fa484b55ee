import { beforeEach, describe, expect, it } from 'vitest';
import { assigned, contiguousSeq, emptyInbox, mergeMessages, openConversation, putConversation, reduce, type Context, type InboxState, type Thread } from '@/live/inbox';
import { conversation, message } from './make';

const watching: Context = { now: 1000, watching: true };
const away: Context = { now: 1000, watching: false };
let state: InboxState;

beforeEach(() => {
  state = emptyInbox('me');
  state.conversations.c1 = conversation();
});

describe('messages', () => {
  it('stand in order and once, whatever order they come in', () => {
    const t: Thread = { messages: [], loaded: true };
    expect(mergeMessages(t, [message(3), message(1)])).toBe(2);
    expect(mergeMessages(t, [message(2), message(3, { body: 'again' })])).toBe(1);
    expect(t.messages.map((m) => m.seq)).toEqual([1, 2, 3]);
    expect(t.messages[2]?.body).toBe('again');
  });

  it('with a hole ask for what is missing', () => {
    state.threads.c1 = { messages: [message(1), message(2)], loaded: true };
    const effects = reduce(state, { type: 'conversation.message', message: message(5, { author: { kind: 'bot', name: 'bot' } }) }, watching);
    expect(effects).toEqual([{ do: 'fetch_messages', conversation_id: 'c1', after: 2 }]);
    expect(contiguousSeq(state.threads.c1)).toBe(2);
  });

  it('of an unknown conversation ask for the conversation', () => {
    const effects = reduce(state, { type: 'conversation.message', message: message(1, { conversation_id: 'c9' }) }, away);
    expect(effects).toEqual([{ do: 'fetch_conversation', conversation_id: 'c9' }]);
  });
});

describe('unread marks', () => {
  it('count the customer’s messages where nobody looks', () => {
    const effects = reduce(state, { type: 'conversation.message', message: message(1) }, away);
    reduce(state, { type: 'conversation.message', message: message(2) }, away);
    expect(state.unread.c1).toBe(2);
    expect(effects).toEqual([{ do: 'notify', reason: 'message', conversation_id: 'c1' }]);
    openConversation(state, 'c1');
    expect(state.unread.c1).toBeUndefined();
  });

  it('do not count what is on screen, nor the bot, nor a repeat', () => {
    openConversation(state, 'c1');
    expect(reduce(state, { type: 'conversation.message', message: message(1) }, watching)).toEqual([]);
    expect(state.unread.c1).toBeUndefined();
    openConversation(state, null);
    reduce(state, { type: 'conversation.message', message: message(2, { author: { kind: 'bot', name: 'bot' } }) }, away);
    expect(state.unread.c1).toBeUndefined();
    state.threads.c1 = { messages: [message(3)], loaded: true };
    state.conversations.c1 = conversation({ last_seq: 3 });
    reduce(state, { type: 'conversation.message', message: message(3) }, away);
    expect(state.unread.c1).toBeUndefined();
  });

  it('count when the conversation is open but the page is behind others', () => {
    openConversation(state, 'c1');
    reduce(state, { type: 'conversation.message', message: message(1) }, away);
    expect(state.unread.c1).toBe(1);
  });

  it('go when I answer and when the conversation closes', () => {
    reduce(state, { type: 'conversation.message', message: message(1) }, away);
    reduce(state, { type: 'conversation.message', message: message(2, { author: { kind: 'agent', id: 'me', name: '林晓' } }) }, away);
    expect(state.unread.c1).toBeUndefined();
    state.unread.c1 = 4;
    putConversation(state, conversation({ state: 'closed', last_seq: 9 }));
    expect(state.unread.c1).toBeUndefined();
  });

  it('leave other agents’ conversations alone', () => {
    state.conversations.c1 = conversation({ agent: { id: 'other', display_name: '他' } });
    expect(reduce(state, { type: 'conversation.message', message: message(1) }, away)).toEqual([]);
    expect(state.unread.c1).toBeUndefined();
  });
});

describe('conversations', () => {
  it('assigned to me are read, and announced once', () => {
    expect(reduce(state, { type: 'conversation.assigned', conversation_id: 'c2' }, away)).toEqual([{ do: 'fetch_conversation', conversation_id: 'c2', then: 'announce' }]);
    const now = conversation({ id: 'c2' });
    expect(assigned(state, conversation({ id: 'c2', state: 'queued', agent: null }), now, away)).toEqual([{ do: 'notify', reason: 'assigned', conversation_id: 'c2' }]);
    expect(state.unread.c2).toBe(1);
    expect(assigned(state, now, now, away)).toEqual([]);
  });

  it('assigned to another are not announced', () => {
    expect(assigned(state, undefined, conversation({ id: 'c3', agent: { id: 'other', display_name: '他' } }), away)).toEqual([]);
  });

  it('that changed are read when mine or on screen, and only listed otherwise', () => {
    expect(reduce(state, { type: 'conversation.updated', conversation_id: 'c1' }, away)).toEqual([{ do: 'fetch_conversation', conversation_id: 'c1' }]);
    expect(reduce(state, { type: 'conversation.updated', conversation_id: 'c8' }, away)).toEqual([{ do: 'refetch_lists' }]);
    expect(reduce(state, { type: 'queue.updated', conversation_id: 'c8', state: 'queued' }, away)).toEqual([{ do: 'refetch_lists' }]);
    openConversation(state, 'c8');
    state.threads.c8 = { messages: [message(1)], loaded: true };
    expect(reduce(state, { type: 'conversation.updated', conversation_id: 'c8' }, watching)).toEqual([
      { do: 'fetch_conversation', conversation_id: 'c8' },
      { do: 'fetch_messages', conversation_id: 'c8', after: 1 },
    ]);
  });

  it('fetched late do not undo what a frame said', () => {
    state.conversations.c1 = conversation({ last_seq: 7, state: 'active' });
    putConversation(state, conversation({ last_seq: 4, state: 'queued' }));
    expect(state.conversations.c1?.state).toBe('active');
    putConversation(state, conversation({ last_seq: 7, state: 'closed' }));
    expect(state.conversations.c1?.state).toBe('closed');
  });
});

describe('other frames', () => {
  it('typing lasts from now until the message', () => {
    reduce(state, { type: 'typing', conversation_id: 'c1', author: 'customer' }, watching);
    expect(state.typing.c1).toBe(1000);
    reduce(state, { type: 'conversation.message', message: message(1) }, watching);
    expect(state.typing.c1).toBeUndefined();
  });

  it('resync fetches anew and unknown frames change nothing', () => {
    expect(reduce(state, { type: 'resync' }, watching)).toEqual([{ do: 'refetch' }]);
    const before = JSON.stringify(state);
    expect(reduce(state, { type: 'of.tomorrow' } as never, watching)).toEqual([]);
    expect(JSON.stringify(state)).toBe(before);
  });
});
