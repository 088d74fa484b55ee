import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { onSessionEnded, uploadAttachment } from '@/api/client';
import { inWords, MAX_FILE_BYTES, prepare, shownSize } from '@/lib/attachment';
import { onFileDrop, pastedFiles } from '@/lib/fileIntake';
import { prefillTicket } from '@/lib/prefill';
import { BODY_MAX } from '../../widget/src/protocol';
import { conversation, message } from './make';

const rust = (path: string) => readFileSync(join(__dirname, '../../../src', path), 'utf8');
const file = (bytes: number[] | string, name: string, type = '') => new File([typeof bytes === 'string' ? bytes : new Uint8Array(bytes)], name, { type });
const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const picture = (width: number | null, height: number | null) => ({ id: 'a', media_type: 'image/png', bytes: 1, width, height });

describe('limits', () => {
  it('are the server’s', () => {
    expect(rust('conversations/attachments/format.rs')).toContain('MAX_BYTES: u64 = 10 << 20;');
    expect(MAX_FILE_BYTES).toBe(10 << 20);
    const body = /MAX_BODY: usize = ([\d_]+);/.exec(rust('conversations/model.rs'))?.[1]?.replace(/_/g, '');
    expect(BODY_MAX).toBe(Number(body));
    const composer = readFileSync(join(__dirname, '../src/components/MessageComposer.vue'), 'utf8');
    expect(composer).toContain(`const LIMIT = ${body};`);
  });
});

describe('a file before it is sent', () => {
  it('is taken for what it holds, not for its name or media type', async () => {
    expect(await prepare(file(PNG, '回单.dat'))).toMatchObject({ file: { name: '回单.dat', size: 8 } });
    expect(await prepare(file([0xff, 0xd8, 0xff, 0xe0], 'a.jpg'))).toHaveProperty('file');
    expect(await prepare(file('%PDF-1.7', 'a.pdf'))).toHaveProperty('file');
    for (const [content, name] of [['MZ', 'a.png'], ['<svg/>', 'a.svg'], ['', 'empty.pdf'], ['%PDF', 'short.pdf']] as const) {
      expect(await prepare(file(content, name, 'image/png')), name).toEqual({ fault: 'type' });
    }
  });

  it('is refused for its size without being read', async () => {
    const large = file(PNG, 'a.png');
    Object.defineProperty(large, 'size', { value: MAX_FILE_BYTES + 1 });
    expect(await prepare(large)).toEqual({ fault: 'size' });
  });

  it('is refused when it cannot be read any more', async () => {
    vi.stubGlobal('Response', class {
      arrayBuffer = () => Promise.reject(new DOMException('', 'NotReadableError'));
    });
    expect(await prepare(file(PNG, 'a.png'))).toEqual({ fault: 'unreadable' });
    vi.unstubAllGlobals();
  });
});

describe('a picture', () => {
  it('has its place before it is loaded', () => {
    expect(shownSize(picture(4000, 3000))).toEqual({ width: 240, height: 180 });
    expect(shownSize(picture(1080, 2400))).toEqual({ width: 144, height: 320 });
    expect(shownSize(picture(100, 60))).toEqual({ width: 100, height: 60 });
    expect(shownSize(picture(16_000, 10))).toEqual({ width: 240, height: 44 });
    expect(shownSize(picture(null, null))).toEqual({ width: 240, height: 240 });
  });

  it('is named as one in lists, and is nothing that was said', () => {
    expect(inWords({ kind: 'attachment', body: '回单.jpg' })).toBe('[图片] 回单.jpg');
    expect(inWords({ kind: 'attachment', body: '协议.PDF' })).toBe('[文件] 协议.PDF');
    expect(inWords({ kind: 'text', body: 'a.pdf' })).toBe('a.pdf');
    const said = [message(1, { kind: 'attachment', body: '投诉信的照片.png' }), message(2, { body: '账单日是几号' })];
    const ticket = prefillTicket(conversation(), said, (k) => k);
    expect(ticket).toMatchObject({ subject: '账单日是几号', kind: 'inquiry' });
    expect(ticket.description).toContain('speaker.customer：[图片] 投诉信的照片.png');
  });
});

describe('files that are pasted', () => {
  const paste = (types: string[], files: File[]) => ({ clipboardData: { types, files } }) as unknown as ClipboardEvent;
  it('are taken, but cells of a sheet stay text', () => {
    expect(pastedFiles(paste(['Files'], [file(PNG, 'image.png')]))).toHaveLength(1);
    expect(pastedFiles(paste(['text/html', 'Files'], [file(PNG, 'image.png')]))).toHaveLength(1);
    expect(pastedFiles(paste(['text/plain', 'text/html', 'Files'], [file(PNG, 'image.png')]))).toEqual([]);
  });
});

describe('files that are dropped', () => {
  let zone: HTMLElement;
  let open: boolean;
  let hanging: boolean;
  let taken: string[];
  let end: () => void;
  function drag(type: string, on: Element, types = ['Files']): Event {
    const e = new Event(type, { bubbles: true, cancelable: true });
    Object.assign(e, { dataTransfer: { types, files: [file(PNG, 'a.png')], dropEffect: '' }, relatedTarget: null });
    on.dispatchEvent(e);
    return e;
  }
  beforeEach(() => {
    zone = document.body.appendChild(document.createElement('section'));
    open = true;
    hanging = false;
    taken = [];
    end = onFileDrop({ zone, open: () => open, over: (h) => (hanging = h), take: (files) => taken.push(...files.map((f) => f.name)) });
  });
  afterEach(() => {
    end();
    zone.remove();
  });

  it('are taken in the zone only, and never opened by the browser', () => {
    expect(drag('dragover', zone).defaultPrevented).toBe(true);
    expect(hanging).toBe(true);
    drag('drop', zone);
    expect([taken, hanging]).toEqual([['a.png'], false]);
    expect(drag('drop', document.body).defaultPrevented).toBe(true);
    open = false;
    drag('dragover', zone);
    expect(drag('drop', zone).defaultPrevented).toBe(true);
    expect([taken, hanging]).toEqual([['a.png'], false]);
  });

  it('are told from text, and the zone goes when they leave', () => {
    expect(drag('drop', zone, ['text/plain']).defaultPrevented).toBe(false);
    drag('dragover', zone);
    drag('dragleave', zone);
    expect([taken, hanging]).toEqual([[], false]);
    end();
    drag('drop', zone);
    expect(taken).toEqual([]);
  });
});

describe('a file on its way', () => {
  class FakeRequest {
    static all: FakeRequest[] = [];
    upload: { onprogress?: (e: object) => void } = {};
    headers: Record<string, string> = {};
    onload?: () => void;
    onerror?: () => void;
    onabort?: () => void;
    status = 0;
    responseText = '';
    path = '';
    parts: string[] = [];
    constructor() {
      FakeRequest.all.push(this);
    }
    open(_: string, path: string): void {
      this.path = path;
    }
    setRequestHeader(k: string, v: string): void {
      this.headers[k] = v;
    }
    send(form: FormData): void {
      this.parts = [...form.keys()];
    }
    abort(): void {
      this.onabort?.();
    }
    answer(status: number, body: unknown): void {
      this.status = status;
      this.responseText = JSON.stringify(body);
      this.onload?.();
    }
  }
  const last = () => FakeRequest.all[FakeRequest.all.length - 1] as FakeRequest;
  const settle = () => new Promise((r) => setTimeout(r));
  beforeEach(() => {
    FakeRequest.all = [];
    vi.stubGlobal('XMLHttpRequest', FakeRequest);
  });
  afterEach(() => {
    onSessionEnded(null);
    vi.unstubAllGlobals();
  });

  it('says how far it is, with the id first and the header that forged pages cannot send', async () => {
    const shares: number[] = [];
    const sent = uploadAttachment('c1', 'key-00001', file(PNG, 'a.png'), { onShare: (s) => shares.push(s) });
    expect([last().path, last().parts, last().headers['X-Requested-With']]).toEqual(['/api/v1/conversations/c1/attachments', ['client_id', 'file'], 'guitai']);
    last().upload.onprogress?.({ lengthComputable: true, loaded: 4, total: 8 });
    last().answer(201, { id: 'm1' });
    expect(await sent).toEqual({ id: 'm1' });
    expect(shares).toEqual([0.5]);
  });

  it('is refused in the server’s words, and an absent network is no refusal', async () => {
    const refused = uploadAttachment('c1', 'key-00001', file(PNG, 'a.png'), {});
    last().answer(422, { code: 'attachment.refused', message: '附件不能接收' });
    await expect(refused).rejects.toMatchObject({ status: 422, code: 'attachment.refused', transient: false });
    const lost = uploadAttachment('c1', 'key-00001', file(PNG, 'a.png'), {});
    last().onerror?.();
    await expect(lost).rejects.toMatchObject({ code: 'network', transient: true });
  });

  it('is stopped when it is no longer wanted, also while somebody signs in again', async () => {
    const abort = new AbortController();
    const stopped = uploadAttachment('c1', 'key-00001', file(PNG, 'a.png'), { signal: abort.signal });
    let signIn: (again: boolean) => void = () => undefined;
    onSessionEnded(() => new Promise((r) => (signIn = r)));
    last().answer(401, { code: 'identity.not_signed_in' });
    await settle();
    abort.abort();
    signIn(true);
    await expect(stopped).rejects.toMatchObject({ code: 'network' });
    expect(FakeRequest.all).toHaveLength(1);
  });
});
