import { ElMessage, ElNotification } from 'element-plus';
import { h } from 'vue';
import { asApiError, type ApiError } from '@/api/errors';
import { t } from '@/i18n';

/** What went wrong, in the reader's language. The server's own text wins. */
export function errorText(e: ApiError): string {
  if (e.code === 'network') return t('error.network');
  return e.message || t('error.http', { status: e.status });
}

/** An error as a notice with its code and trace id, which are what operations ask for. */
export function showError(e: unknown, title?: string): void {
  const error = asApiError(e);
  const lines = [h('div', errorText(error))];
  if (error.detail) lines.push(h('div', { class: 'notice-detail' }, error.detail));
  lines.push(h('div', { class: 'notice-code' }, error.traceId ? `${error.code} · ${t('error.trace')} ${error.traceId}` : error.code));
  ElNotification({ type: 'error', title: title ?? t('error.title'), message: h('div', lines), duration: 9000, customClass: 'notice-error' });
}

export function showDone(text: string): void {
  ElMessage({ type: 'success', message: text, duration: 2500 });
}

/** Why something was not even begun. Long enough to be read twice. */
export function showRefusal(text: string): void {
  ElMessage({ type: 'error', message: text, duration: 8000, showClose: true, grouping: true });
}

/** Runs an act of the person's; a refusal is shown, and false comes back. */
export async function attempt(act: () => Promise<unknown>, done?: string): Promise<boolean> {
  try {
    await act();
    if (done) showDone(done);
    return true;
  } catch (e) {
    showError(e);
    return false;
  }
}

/** Copies to the clipboard; plain-HTTP pages lack the clipboard API, so the old command is the fall-back. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    document.body.append(area);
    area.select();
    const ok = document.execCommand('copy');
    area.remove();
    return ok;
  }
}
