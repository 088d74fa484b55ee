// The page inside the frame. Works in a tab of its own as well.
import { fromBody } from '@/api/errors';
import { ACCEPTED, attachmentForm, prepare } from '@/lib/attachment';
import { onFileDrop, pastedFiles } from '@/lib/fileIntake';
import { newId } from '@/lib/ids';
import { bytes } from '@/lib/time';
import { FILE_TIMEOUT_MS, postForm } from '@/lib/upload';
import { ATTACHMENTS, drawShare, drawUnsentFile } from './attachment';
import { el } from './dom';
import { ChatLink } from './link';
import { BODY_MAX, type CustomerMessage, type FromChat, type Identity, type SessionAnswer, type ToChat } from './protocol';
import { lang, t } from './texts';
import { drawMessage, drawUnsent, type Acts } from './view';

const TYPING_SENT_EVERY_MS = 3000;
const TYPING_SHOWN_MS = 6000;
const FAULTS = { type: 'faultType', size: 'faultSize', unreadable: 'faultUnreadable' } as const;
const inFrame = window.parent !== window;
const headers = { 'X-Requested-With': 'guitai', 'Accept-Language': lang };

function get<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

const log = get<HTMLDivElement>('log');
const status = get<HTMLDivElement>('status');
const banner = get<HTMLDivElement>('banner');
const area = get<HTMLTextAreaElement>('text');
const sendButton = get<HTMLButtonElement>('send');
const person = get<HTMLButtonElement>('person');
const form = get<HTMLFormElement>('form');
const ended = get<HTMLDivElement>('ended');
const typingRow = get<HTMLDivElement>('typing');
const leaveButton = get<HTMLButtonElement>('leave');
const leaveSure = get<HTMLDivElement>('leave-sure');
const below = get<HTMLButtonElement>('below');
const attachButton = get<HTMLButtonElement>('attach');
const picker = get<HTMLInputElement>('files');
const fault = get<HTMLDivElement>('fault');
const dropZone = get<HTMLDivElement>('drop');

const openSources = new Set<number>();
let shown = !inFrame;
let unread = 0;
let asked = false;
let lastTypingSent = 0;
let typingUntil = 0;
let started = false;

const link = new ChatLink(
  {
    changed: draw,
    typing: () => {
      typingUntil = Date.now() + TYPING_SHOWN_MS;
      setTimeout(drawTyping, TYPING_SHOWN_MS + 50);
      drawTyping();
    },
    arrived: () => {
      typingUntil = 0;
      if (!shown || document.hidden) tell({ guitai: 'unread', count: ++unread });
    },
  },
  {
    startSession: async (body) => {
      const answer = await fetch('/api/v1/chat-sessions', {
        method: 'POST',
        credentials: 'include',
        headers: { 'Content-Type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(String(answer.status));
      return (await answer.json()) as SessionAnswer;
    },
    openSocket: () => new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/chat`),
    sendFile: async (u, signal) => {
      if (!u.file) throw new Error('no file');
      const onShare = (share: number) => {
        u.share = share;
        const line = Array.from(log.children).find((l) => (l as HTMLElement).dataset.key?.startsWith(u.client_id));
        if (line) drawShare(line, u);
      };
      const answer = await postForm(ATTACHMENTS, attachmentForm(u.client_id, u.file), { headers, signal, onShare, timeoutMs: FILE_TIMEOUT_MS });
      if (answer.status < 200 || answer.status > 299) throw fromBody(answer.status, answer.text);
      return JSON.parse(answer.text) as CustomerMessage;
    },
    random: Math.random,
    newId,
  },
);

const acts: Acts = {
  requestAgent: () => {
    asked = true;
    link.requestAgent();
    draw();
  },
  retry: (id) => link.sendAgain(id),
  retryFile: (id) => link.files.retry(id),
  discardFile: (id) => link.files.discard(id),
};

function tell(message: FromChat): void {
  // The frame cannot know the bank's origin beforehand; what it says holds no content.
  if (inFrame) window.parent.postMessage(message, '*');
}

function atEnd(): boolean {
  return log.scrollHeight - log.scrollTop - log.clientHeight < 60;
}
function toEnd(): void {
  log.scrollTop = log.scrollHeight;
  below.hidden = true;
}

/** Puts the lines into the log, touching only those that changed: a screen reader reads each of them once. */
function place(parts: [string, () => HTMLElement][]): void {
  parts.forEach(([key, make], i) => {
    const there = log.children[i] as HTMLElement | undefined;
    if (there && there.dataset.key === key) return;
    const fresh = make();
    fresh.dataset.key = key;
    if (there) log.replaceChild(fresh, there);
    else log.append(fresh);
  });
  while (log.children.length > parts.length) log.lastElementChild?.remove();
}

let drawn = 0;
function draw(): void {
  const stay = !atEnd();
  const before = drawn;
  const { state, agent_name, queue_position } = link.standing;
  const canAsk = state === 'bot' && !asked && link.state !== 'ended';
  if (state !== 'bot') asked = false;
  const parts: [string, () => HTMLElement][] = [];
  // The notice that this is AI stands before the first answer.
  if (link.notice) {
    parts.push([`notice ${link.notice}`, () => {
      const n = el('div', 'notice', link.notice);
      n.dataset.testid = 'ai-notice';
      return n;
    }]);
  }
  for (const m of link.messages) {
    if (m.kind === 'notice' && m.body === link.notice) continue;
    parts.push([`${m.id} ${m.seq} ${m.kind === 'refusal' && canAsk}`, () => drawMessage(m, acts, canAsk, openSources)]);
  }
  for (const u of link.unsent) parts.push([`${u.client_id} ${u.failed} ${link.state}`, () => drawUnsent(u, link.state === 'open', acts)]);
  for (const u of link.files.items) parts.push([`${u.client_id} ${u.state}`, () => drawUnsentFile(u, acts)]);
  place(parts);
  drawn = parts.length;

  status.textContent =
    link.state === 'connecting' ? t('connecting')
    : state === 'active' ? t('agent', { name: agent_name ?? '' })
    : state === 'queued' ? t('queued') + (queue_position ? ` · ${t('position', { n: Math.max(0, queue_position - 1) })}` : '')
    : state === 'closed' ? t('ended')
    : t('bot');
  status.dataset.state = state;
  banner.hidden = link.state !== 'lost';
  ended.hidden = link.state !== 'ended';
  form.hidden = link.state === 'ended';
  leaveButton.hidden = link.state === 'ended';
  person.hidden = state !== 'bot' || link.state === 'ended';
  person.disabled = asked || link.state !== 'open';
  person.textContent = asked ? t('personAsked') : t('person');
  drawTyping();
  if (!stay || link.unsent.length > 0) toEnd();
  else if (drawn > before) below.hidden = false;
}

function drawTyping(): void {
  typingRow.hidden = Date.now() >= typingUntil || link.state === 'ended';
}

function grow(): void {
  area.style.height = 'auto';
  area.style.height = `${Math.min(area.scrollHeight, 120)}px`;
  sendButton.disabled = area.value.trim() === '';
}

function submit(): void {
  const body = area.value.trim();
  if (body === '') return;
  area.value = '';
  grow();
  link.send(body);
  toEnd();
}

/** Sends files, or says why one is not sent. */
async function attach(files: File[]): Promise<void> {
  fault.hidden = true;
  const faults: string[] = [];
  for (const f of files) {
    const got = await prepare(f);
    if ('file' in got) link.sendFile(got.file);
    else faults.push(t(FAULTS[got.fault], { name: f.name, size: bytes(f.size) }));
  }
  (fault.firstElementChild as HTMLElement).textContent = faults.join('\n');
  fault.hidden = faults.length === 0;
  toEnd();
}

function begin(who: Identity & { page_url?: string }): void {
  if (started) return;
  started = true;
  void link.start(who);
}

document.documentElement.lang = lang;
get('title').textContent = t('title');
document.title = t('title');
get('hint').textContent = t('secret');
banner.textContent = t('lost');
area.placeholder = t('placeholder');
area.setAttribute('aria-label', t('placeholder'));
area.maxLength = BODY_MAX;
sendButton.textContent = t('send');
typingRow.insertBefore(document.createTextNode(t('typing')), typingRow.firstChild);
get('ended-text').textContent = t('ended');
get('again').textContent = t('again');
leaveButton.setAttribute('aria-label', t('leave'));
leaveButton.title = t('leave');
get('leave-text').textContent = t('leaveSure');
get('leave-yes').textContent = t('yes');
get('leave-no').textContent = t('no');
const minimise = get('minimise');
minimise.setAttribute('aria-label', t('minimise'));
minimise.title = t('minimise');
minimise.hidden = !inFrame;
below.textContent = `↓ ${t('below')}`;

attachButton.setAttribute('aria-label', t('attach'));
attachButton.title = t('attach');
picker.accept = ACCEPTED;
dropZone.textContent = t('drop');
get('fault-close').setAttribute('aria-label', t('close'));

form.onsubmit = (e) => {
  e.preventDefault();
  submit();
};
area.onkeydown = (e) => {
  // Enter that confirms a Chinese input method's candidate is not the Enter that sends.
  if (e.key !== 'Enter' || e.shiftKey || e.isComposing || e.keyCode === 229) return;
  e.preventDefault();
  submit();
};
area.oninput = () => {
  grow();
  if (Date.now() - lastTypingSent < TYPING_SENT_EVERY_MS) return;
  lastTypingSent = Date.now();
  link.typing();
};
area.onpaste = (e) => {
  const files = pastedFiles(e);
  if (files.length === 0) return;
  e.preventDefault();
  void attach(files);
};
attachButton.onclick = () => picker.click();
picker.onchange = () => {
  void attach(Array.from(picker.files ?? []));
  // The same file may be chosen again.
  picker.value = '';
};
get('fault-close').onclick = () => (fault.hidden = true);
onFileDrop({ zone: document.body, open: () => link.state !== 'ended', over: (hanging) => (dropZone.hidden = !hanging), take: (files) => void attach(files) });
person.onclick = acts.requestAgent;
minimise.onclick = () => tell({ guitai: 'close' });
leaveButton.onclick = () => (leaveSure.hidden = false);
get('leave-no').onclick = () => (leaveSure.hidden = true);
get('leave-yes').onclick = () => {
  leaveSure.hidden = true;
  link.leave();
};
get('again').onclick = () => {
  asked = false;
  link.again();
};
below.onclick = toEnd;
log.onscroll = () => {
  if (atEnd()) below.hidden = true;
};
addEventListener('online', () => link.hurry());
addEventListener('keydown', (e) => {
  if (e.key === 'Escape') tell({ guitai: 'close' });
});
addEventListener('message', (e: MessageEvent<ToChat>) => {
  if (e.source !== window.parent || !e.data || typeof e.data.guitai !== 'string') return;
  if (e.data.guitai === 'hello') {
    const { page_url, display_name, phone, color, title } = e.data;
    if (/^#[0-9a-f]{6}$/i.test(color)) document.documentElement.style.setProperty('--brand', color);
    if (title) get('title').textContent = title;
    begin({ page_url, display_name, phone });
  } else if (e.data.guitai === 'shown') {
    shown = e.data.shown;
    if (shown) {
      unread = 0;
      toEnd();
      area.focus();
    }
  }
});
grow();
draw();
tell({ guitai: 'ready' });
// In a tab of its own, or under a page that does not answer, the chat begins by itself.
setTimeout(() => begin({}), inFrame ? 1500 : 0);
