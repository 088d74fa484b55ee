import { ApiError, NETWORK } from '@/api/errors';

/** For an attachment: longer than the server waits for one (`SENDING` in src/conversations/attachments/http.rs). */
export const FILE_TIMEOUT_MS = 150_000;

export interface Sending {
  headers: Record<string, string>;
  /** Told how much has been sent, 0 to 1. */
  onShare?: (share: number) => void;
  signal?: AbortSignal;
  /** After this the network counts as gone; without it only the network itself says so. */
  timeoutMs?: number;
}

/** Posts a form. XMLHttpRequest, because fetch cannot report how much has been sent. Rejects when no answer came, whatever the reason. */
export function postForm(path: string, form: FormData, sending: Sending): Promise<{ status: number; text: string }> {
  return new Promise((done, fail) => {
    const gone = () => fail(new ApiError(0, NETWORK, ''));
    if (sending.signal?.aborted) return gone();
    const x = new XMLHttpRequest();
    x.open('POST', path);
    for (const [k, v] of Object.entries(sending.headers)) x.setRequestHeader(k, v);
    x.timeout = sending.timeoutMs ?? 0;
    x.upload.onprogress = (e) => {
      if (e.lengthComputable && e.total > 0) sending.onShare?.(e.loaded / e.total);
    };
    x.onload = () => done({ status: x.status, text: x.responseText });
    x.onerror = x.ontimeout = x.onabort = gone;
    sending.signal?.addEventListener('abort', () => x.abort());
    x.send(form);
  });
}
