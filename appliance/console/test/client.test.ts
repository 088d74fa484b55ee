import { afterEach, describe, expect, it, vi } from 'vitest';
import { api, call, onSessionEnded } from '@/api/client';
import { ApiError, asApiError, fromBody } from '@/api/errors';

function json(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
}
const ended = () => json(401, { code: 'identity.not_signed_in', message: '未登录', detail: '', trace_id: 't1' });

afterEach(() => {
  onSessionEnded(null);
  vi.unstubAllGlobals();
});

describe('requests', () => {
  it('carry the header that forged pages cannot send', async () => {
    const seen: Request[] = [];
    vi.stubGlobal('fetch', (r: Request) => {
      seen.push(r);
      return Promise.resolve(json(200, { state: 'ready', capacity: 5 }));
    });
    await call(api.GET('/api/v1/agent-state'));
    expect(seen[0]?.headers.get('x-requested-with')).toBe('guitai');
    expect(seen[0]?.headers.get('accept-language')).toBe('zh-CN');
  });

  it('wait over an ended session and are then repeated with the same body', async () => {
    const bodies: string[] = [];
    vi.stubGlobal('fetch', async (r: Request) => {
      bodies.push(await r.text());
      return bodies.length === 1 ? ended() : json(201, { id: 'm1' });
    });
    let asked = 0;
    onSessionEnded(() => {
      asked += 1;
      return Promise.resolve(true);
    });
    await call(api.POST('/api/v1/conversations/{id}/messages', { params: { path: { id: 'c1' } }, body: { client_id: 'k', body: '您好' } }));
    expect(asked).toBe(1);
    expect(bodies).toEqual(['{"client_id":"k","body":"您好"}', '{"client_id":"k","body":"您好"}']);
  });

  it('fail when the person does not sign in again', async () => {
    vi.stubGlobal('fetch', () => Promise.resolve(ended()));
    onSessionEnded(() => Promise.resolve(false));
    await expect(call(api.GET('/api/v1/agent-state'))).rejects.toMatchObject({ status: 401, code: 'identity.not_signed_in', traceId: 't1' });
  });

  it('do not ask to sign in again for a wrong password', async () => {
    vi.stubGlobal('fetch', () => Promise.resolve(json(401, { code: 'identity.bad_credentials', message: '不正确', detail: '', trace_id: '' })));
    const ask = vi.fn(() => Promise.resolve(true));
    onSessionEnded(ask);
    await expect(call(api.POST('/api/v1/session', { body: { login: 'a', password: 'b' } }))).rejects.toMatchObject({ code: 'identity.bad_credentials' });
    expect(ask).not.toHaveBeenCalled();
  });

  it('say so when the network is gone', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
    await expect(call(api.GET('/api/v1/zone'))).rejects.toMatchObject({ status: 0, code: 'network', transient: true });
  });
});

describe('errors', () => {
  it('are made of whatever the answer holds', () => {
    expect(fromBody(503, { code: 'dependency.database', message: 'x', detail: 'd', trace_id: 't' })).toMatchObject({ code: 'dependency.database', traceId: 't', transient: true });
    expect(fromBody(502, '<html>Bad gateway</html>')).toMatchObject({ code: 'http.502', transient: true });
    expect(fromBody(403, null)).toMatchObject({ code: 'http.403', transient: false });
    expect(asApiError(new ApiError(409, 'x', ''))).toMatchObject({ status: 409 });
  });
});
