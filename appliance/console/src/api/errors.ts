import type { ErrorBody } from './types';

/** A refusal of the server, or its absence (`status` 0, code `network`). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly detail = '',
    readonly traceId = '',
  ) {
    super(message);
    this.name = 'ApiError';
  }

  /** Whether the same request may succeed later without anyone changing anything. */
  get transient(): boolean {
    return this.status === 0 || this.status === 429 || this.status === 502 || this.status === 503 || this.status === 504;
  }
}

export const NETWORK = 'network';
export const SESSION_ENDED = 'identity.not_signed_in';
export const GRANT_REQUIRED = 'access.grant_required';
export const PASSWORD_CHANGE_REQUIRED = 'identity.password_change_required';

/** Makes an error of an answer that is not 2xx, whatever its body is (a proxy on the way may answer in HTML). */
export function fromBody(status: number, body: unknown): ApiError {
  if (typeof body === 'string') {
    try {
      return fromBody(status, JSON.parse(body));
    } catch {
      return new ApiError(status, `http.${status}`, '');
    }
  }
  const b = (body ?? {}) as Partial<ErrorBody>;
  return new ApiError(status, b.code ?? `http.${status}`, b.message ?? '', b.detail ?? '', b.trace_id ?? '');
}

/** Any thrown value as an ApiError: a failed fetch is the network's absence. */
export function asApiError(e: unknown): ApiError {
  return e instanceof ApiError ? e : new ApiError(0, NETWORK, '');
}
