// The one way to the server. Adds what every request needs, turns refusals into ApiError, and holds a request whose
// session has ended until the person has signed in again, so that no page and no draft is lost.
import createClient from 'openapi-fetch';
import { ApiError, asApiError, fromBody, SESSION_ENDED } from './errors';
import type { Cdr, Recording } from './types';
import type { paths } from './schema';

const TIMEOUT_MS = 30_000;

/** Asks the person to sign in again; true when they did. Set by the session store. */
type Reauthenticate = () => Promise<boolean>;
let reauthenticate: Reauthenticate | null = null;
let language = 'zh-CN';

export function onSessionEnded(ask: Reauthenticate | null): void {
  reauthenticate = ask;
}

export function setRequestLanguage(tag: string): void {
  language = tag;
}

function headers(): Record<string, string> {
  return { 'X-Requested-With': 'guitai', 'Accept-Language': language };
}

async function endedSession(answer: Response): Promise<boolean> {
  if (answer.status !== 401) return false;
  const body: unknown = await answer.clone().json().catch(() => null);
  return fromBody(401, body).code === SESSION_ENDED;
}

async function once(request: Request): Promise<Response> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
  try {
    return await fetch(request, { signal: abort.signal });
  } finally {
    clearTimeout(timer);
  }
}

/** Fetches; on an ended session asks to sign in again and then repeats the request. */
export async function guardedFetch(request: Request): Promise<Response> {
  for (const [k, v] of Object.entries(headers())) request.headers.set(k, v);
  const again = request.clone();
  const answer = await once(request);
  const isSession = new URL(request.url).pathname === '/api/v1/session';
  if (!isSession && reauthenticate && (await endedSession(answer)) && (await reauthenticate())) {
    return once(again);
  }
  return answer;
}

export const api = createClient<paths>({ baseUrl: globalThis.location?.origin ?? '', fetch: guardedFetch });

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The data of an answer, or its refusal as an exception. */
export async function call<T>(answer: Promise<Answer<T>>): Promise<T> {
  let a: Answer<T>;
  try {
    a = await answer;
  } catch (e) {
    throw asApiError(e);
  }
  if (!a.response.ok) throw fromBody(a.response.status, a.error);
  return a.data as T;
}

/** Fetches a file of the server's (CSV export) and hands it to the browser to save. */
export async function download(path: string, name: string): Promise<void> {
  let answer: Response;
  try {
    answer = await guardedFetch(new Request(new URL(path, location.origin).toString()));
  } catch (e) {
    throw asApiError(e);
  }
  if (!answer.ok) throw fromBody(answer.status, await answer.text());
  const url = URL.createObjectURL(await answer.blob());
  const a = document.createElement('a');
  a.href = url;
  a.download = name;
  a.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Uploads a call. XMLHttpRequest, because fetch cannot report how much has been sent. */
export async function uploadRecording(cdr: Cdr, wav: Blob, onProgress: (share: number) => void): Promise<Recording> {
  const attempt = (): Promise<{ status: number; text: string }> =>
    new Promise((done, fail) => {
      const form = new FormData();
      form.append('cdr', new Blob([JSON.stringify(cdr)], { type: 'application/json' }), 'cdr.json');
      form.append('audio', wav, 'call.wav');
      const x = new XMLHttpRequest();
      x.open('POST', '/api/v1/recordings');
      for (const [k, v] of Object.entries(headers())) x.setRequestHeader(k, v);
      x.upload.onprogress = (e) => {
        if (e.lengthComputable && e.total > 0) onProgress(e.loaded / e.total);
      };
      x.onload = () => done({ status: x.status, text: x.responseText });
      x.onerror = () => fail(new ApiError(0, 'network', ''));
      x.send(form);
    });
  let answer = await attempt();
  if (answer.status === 401 && reauthenticate && (await reauthenticate())) answer = await attempt();
  if (answer.status < 200 || answer.status > 299) throw fromBody(answer.status, answer.text);
  return JSON.parse(answer.text) as Recording;
}
