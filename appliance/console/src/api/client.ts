// The one way to the server. Adds what every request needs, turns refusals into ApiError, and holds a request whose
// session has ended until the person has signed in again, so that no page and no draft is lost.
import createClient from 'openapi-fetch';
import { attachmentForm } from '@/lib/attachment';
import { FILE_TIMEOUT_MS, postForm, type Sending } from '@/lib/upload';
import { asApiError, fromBody, SESSION_ENDED } from './errors';
import type { Cdr, Message, Recording } from './types';
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

/** Posts a form with a file; asks to sign in again as `guardedFetch` does. */
async function post<T>(path: string, form: FormData, sending: Omit<Sending, 'headers'>): Promise<T> {
  let answer = await postForm(path, form, { headers: headers(), ...sending });
  if (answer.status === 401 && reauthenticate && (await reauthenticate())) answer = await postForm(path, form, { headers: headers(), ...sending });
  if (answer.status < 200 || answer.status > 299) throw fromBody(answer.status, answer.text);
  return JSON.parse(answer.text) as T;
}

/** Uploads a call. */
export function uploadRecording(cdr: Cdr, wav: Blob, onShare: (share: number) => void): Promise<Recording> {
  const form = new FormData();
  form.append('cdr', new Blob([JSON.stringify(cdr)], { type: 'application/json' }), 'cdr.json');
  form.append('audio', wav, 'call.wav');
  return post('/api/v1/recordings', form, { onShare });
}

/** Where a file of a conversation is read; without an id where one is sent. */
export function attachmentPath(conversation_id: string, id = ''): string {
  return `/api/v1/conversations/${conversation_id}/attachments${id && `/${id}`}`;
}

/** Sends a picture or document to the customer. */
export function uploadAttachment(conversation_id: string, client_id: string, file: File, sending: Omit<Sending, 'headers'>): Promise<Message> {
  return post(attachmentPath(conversation_id), attachmentForm(client_id, file), { timeoutMs: FILE_TIMEOUT_MS, ...sending });
}
