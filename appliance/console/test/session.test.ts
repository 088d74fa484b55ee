import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { api, call, onSessionEnded } from '@/api/client';
import { useInbox } from '@/stores/inbox';
import { useSession } from '@/stores/session';
import { conversation, message } from './make';

const session = { account: { id: 'me', login: 'agent', display_name: '林晓', roles: ['agent'], org: { id: 'o', code: 'HQ', name: '总行' } }, permissions: ['conversation.read', 'conversation.reply'], must_change_password: false, idle_timeout_s: 900, expires_at: '2026-11-21T12:00:00Z' };
let valid: boolean;
let posts: string[];
let down: boolean;

function answer(status: number, body: unknown): Response {
  return new Response(status === 204 ? null : JSON.stringify(body), { status });
}

class NoSocket {
  close(): void {
    // Nothing to close: the link is not what is tested here.
  }
}

beforeEach(() => {
  setActivePinia(createPinia());
  valid = true;
  down = false;
  posts = [];
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', NoSocket);
  vi.stubGlobal('fetch', async (r: Request) => {
    const path = new URL(r.url).pathname;
    if (path === '/api/v1/zone') return answer(200, { zone: 'staff', demo: false, product_version: '0' });
    if (path === '/api/v1/session' && r.method === 'POST') {
      valid = true;
      return answer(200, session);
    }
    if (!valid) return answer(401, { code: 'identity.not_signed_in', message: '', detail: '', trace_id: '' });
    if (path === '/api/v1/session') return answer(200, session);
    if (down) throw new TypeError('Failed to fetch');
    if (path === '/api/v1/conversations') return answer(200, { items: path.includes('x') ? [] : [conversation({ last_seq: 1 })], next_cursor: null });
    if (path === '/api/v1/conversations/c1') return answer(200, conversation({ last_seq: 1 }));
    if (path === '/api/v1/conversations/c1/messages' && r.method === 'POST') {
      const b = (await r.json()) as { client_id: string; body: string };
      posts.push(b.client_id);
      return answer(201, message(2, { client_id: b.client_id, body: b.body, author: { kind: 'agent', id: 'me', name: '林晓' } }));
    }
    if (path === '/api/v1/conversations/c1/messages') return answer(200, { items: new URL(r.url).searchParams.get('after') === '0' ? [message(1)] : [], next_cursor: null });
    return answer(404, { code: 'request.not_found', message: '', detail: '', trace_id: '' });
  });
});
afterEach(() => {
  onSessionEnded(null);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('a session that ends', () => {
  it('asks once, holds every request, and lets them go on afterwards', async () => {
    const s = useSession();
    await s.begin();
    expect(s.account?.id).toBe('me');
    valid = false;
    const waiting = [call(api.GET('/api/v1/conversations/{id}', { params: { path: { id: 'c1' } } })), call(api.GET('/api/v1/conversations'))];
    await vi.waitFor(() => expect(s.ended).toBe(true));
    await s.signIn('agent', 'x');
    await Promise.all(waiting);
    expect(s.ended).toBe(false);
  });

  it('keeps drafts and unsent messages', async () => {
    const s = useSession();
    await s.begin();
    const inbox = useInbox();
    await inbox.refetch();
    await inbox.open('c1');
    inbox.drafts.c1 = '写到一半';
    valid = false;
    inbox.send('c1', '您好');
    inbox.drafts.c1 = '又写了一半';
    await vi.waitFor(() => expect(s.ended).toBe(true));
    expect(inbox.unsent).toHaveLength(1);
    expect(inbox.hasUnsaved).toBe(true);
    await s.signIn('agent', 'x');
    await vi.waitFor(() => expect(inbox.unsent).toHaveLength(0));
    expect(posts).toHaveLength(1);
    expect(inbox.drafts.c1).toBe('又写了一半');
  });
});

describe('the inbox', () => {
  it('keeps a draft per conversation and empties it on sending', async () => {
    await useSession().begin();
    const inbox = useInbox();
    await inbox.refetch();
    inbox.drafts.c1 = '甲';
    inbox.drafts.c2 = '乙';
    inbox.send('c1', '甲');
    expect(inbox.drafts).toEqual({ c1: '', c2: '乙' });
  });

  it('shows nothing as sent that is not, and sends it once the server is back', async () => {
    await useSession().begin();
    const inbox = useInbox();
    await inbox.refetch();
    await inbox.open('c1');
    expect(inbox.messages.map((m) => m.seq)).toEqual([1]);
    down = true;
    inbox.send('c1', '断网时');
    await vi.waitFor(() => expect(inbox.unsent[0]?.state).toBe('waiting'));
    expect(inbox.messages).toHaveLength(1);
    down = false;
    await vi.advanceTimersByTimeAsync(1000);
    expect(inbox.unsent).toHaveLength(0);
    expect(inbox.messages.map((m) => m.seq)).toEqual([1, 2]);
  });
});
