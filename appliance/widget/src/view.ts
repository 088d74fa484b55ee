// Draws one message. Text goes in as text only: nothing a customer, an agent or the model wrote is ever markup.
import { drawAttachment, type FileActs } from './attachment';
import { el, linkButton } from './dom';
import type { CustomerMessage } from './protocol';
import type { Unsent } from './link';
import { lang, t } from './texts';

export function timeOf(iso: string): string {
  return new Date(iso).toLocaleTimeString(lang, { hour: '2-digit', minute: '2-digit', hour12: false, timeZone: 'Asia/Shanghai' });
}

export interface Acts extends FileActs {
  requestAgent(): void;
  retry(client_id: string): void;
}

export function drawMessage(m: CustomerMessage, acts: Acts, canAskPerson: boolean, open: Set<number>): HTMLElement {
  if (m.author.kind === 'system' || m.kind === 'notice') {
    const s = el('div', 'system', m.body);
    s.dataset.testid = 'message-system';
    return s;
  }
  const line = el('div', `line ${m.author.kind === 'customer' ? 'mine' : 'theirs'}`);
  line.dataset.testid = `message-${m.author.kind}`;
  line.dataset.kind = m.kind;
  const ai = m.ai || m.author.kind === 'bot';
  if (m.author.kind !== 'customer') {
    const meta = el('div', 'meta', m.author.name);
    if (ai) {
      const mark = el('span', 'ai', t('ai'));
      mark.dataset.testid = 'ai-label';
      meta.append(mark);
    }
    line.append(meta);
  }
  const bubble = el('div', `bubble${ai ? ' from-ai' : ''}${m.attachment ? ' with-file' : ''}`);
  bubble.append(m.attachment ? drawAttachment(m.body, m.attachment) : el('div', 'body', m.body));
  if (m.citations.length > 0) bubble.append(drawSources(m, open));
  if (m.kind === 'refusal' && canAskPerson) {
    const b = el('button', 'person', t('person'));
    b.type = 'button';
    b.dataset.testid = 'refusal-person';
    b.onclick = acts.requestAgent;
    bubble.append(b);
  }
  line.append(bubble, el('div', 'time', timeOf(m.at)));
  return line;
}

function drawSources(m: CustomerMessage, open: Set<number>): HTMLElement {
  const d = el('details', 'sources');
  d.dataset.testid = 'citations';
  d.open = open.has(m.seq);
  d.ontoggle = () => (d.open ? open.add(m.seq) : open.delete(m.seq));
  d.append(el('summary', '', t('sources', { n: m.citations.length })));
  for (const c of m.citations) {
    const item = el('div', 'source');
    item.append(el('b', '', c.title), el('span', '', ` v${c.version}`), el('q', '', c.quote));
    d.append(item);
  }
  return d;
}

export function drawUnsent(u: Unsent, connected: boolean, acts: Acts): HTMLElement {
  const line = el('div', `line mine ${u.failed ? 'failed' : 'unsent'}`);
  line.dataset.testid = 'message-unsent';
  const bubble = el('div', 'bubble');
  bubble.append(el('div', 'body', u.body));
  const note = el('div', 'time', u.failed ? t('failed', { why: u.failed }) : connected ? t('sending') : t('waiting'));
  if (u.failed) note.append(linkButton(t('retry'), () => acts.retry(u.client_id)));
  line.append(bubble, note);
  return line;
}
