// Draws pictures and documents: those of the conversation, and those on their way.
import { endingOf, isPicture, shownSize, type Attachment } from '@/lib/attachment';
import { bytes } from '@/lib/time';
import type { Unsent as UnsentFile } from '@/live/outbox';
import { el, linkButton, put } from './dom';
import { t } from './texts';

export const ATTACHMENTS = '/api/v1/chat-attachments';

export interface FileActs {
  retryFile(client_id: string): void;
  discardFile(client_id: string): void;
}

export function drawAttachment(name: string, a: Attachment): HTMLElement {
  return isPicture(a) ? drawPicture(name, a) : drawSaved(name, a);
}

/** A picture in a place that is kept free for it; pressed, it opens in a tab of its own. */
function drawPicture(name: string, a: Attachment): HTMLElement {
  const place = el('div', 'picture');
  const { width, height } = shownSize(a);
  Object.assign(place.style, { width: `${width}px`, height: `${height}px` });
  const lost = el('button', 'lost', t('lostPicture'));
  lost.type = 'button';
  lost.dataset.testid = 'attachment-lost';
  lost.append(el('u', '', t('retry')));
  function load(): void {
    const link = opener(a);
    link.title = name;
    link.setAttribute('aria-label', t('view', { name }));
    link.dataset.testid = 'attachment-picture';
    const img = el('img');
    img.alt = name;
    img.loading = 'lazy';
    img.draggable = false;
    img.onerror = () => put(place, lost);
    img.src = link.href;
    link.append(img);
    put(place, link);
  }
  lost.onclick = load;
  load();
  return place;
}

function drawSaved(name: string, a: Attachment): HTMLElement {
  const link = opener(a);
  link.className = 'file';
  link.download = name;
  link.dataset.testid = 'attachment-file';
  link.append(...drawFile(name, a.bytes, t('save')));
  return link;
}

function opener(a: Attachment): HTMLAnchorElement {
  const link = el('a');
  link.href = `${ATTACHMENTS}/${a.id}`;
  link.target = '_blank';
  link.rel = 'noopener';
  // Dropped on the chat it would be sent.
  link.draggable = false;
  return link;
}

/** Kind, name and size of a file. */
function drawFile(name: string, size: number, act = ''): HTMLElement[] {
  const ending = endingOf(name);
  const kind = el('span', `file-kind ${ending}`, ending.toUpperCase());
  kind.setAttribute('aria-hidden', 'true');
  const text = el('span', 'file-text');
  text.append(el('b', '', name), el('span', 'file-size', bytes(size) + (act && ` · ${act}`)));
  return [kind, text];
}

/** A file that the server does not have yet. */
export function drawUnsentFile(u: UnsentFile, acts: FileActs): HTMLElement {
  const failed = u.state === 'refused';
  const line = el('div', `line mine ${failed ? 'failed' : 'unsent'}`);
  line.dataset.testid = 'message-unsent';
  const bubble = el('div', 'bubble with-file');
  const file = el('div', 'file');
  file.append(...drawFile(u.body, u.file?.size ?? 0));
  bubble.append(file);
  if (u.state === 'sending') {
    const bar = el('progress');
    bar.setAttribute('aria-label', u.body);
    bubble.append(bar);
  }
  const why = u.code === 'attachment.refused' ? t('refused') : u.message || u.code;
  const note = el('div', 'time', failed ? t('failed', { why }) : t(u.state === 'sending' ? 'sending' : u.code ? 'waiting' : 'inLine'));
  if (failed) note.append(linkButton(t('retry'), () => acts.retryFile(u.client_id)));
  note.append(linkButton(t(failed ? 'discard' : 'cancel'), () => acts.discardFile(u.client_id)));
  line.append(bubble, note);
  drawShare(line, u);
  return line;
}

/** Moves the bar of a file that is being sent, in place: a screen reader is not told of every step. */
export function drawShare(line: Element, u: UnsentFile): void {
  const bar = line.querySelector('progress');
  if (bar) bar.value = u.share;
}
