// What an attachment is, for the console and the customers' widget alike: what may be sent, how it is shown, what a list says of it.

/** The server's limit (`MAX_BYTES` in src/conversations/attachments/format.rs); a test keeps both alike. */
export const MAX_FILE_BYTES = 10 * 1024 * 1024;
/** For the file dialog. Endings as well: some desktops know no media types. Asked for JPEG, an iPhone converts its own format. */
export const ACCEPTED = 'image/png,image/jpeg,application/pdf,.png,.jpg,.jpeg,.pdf';

const MAX_WIDTH = 240;
const MAX_HEIGHT = 320;
/** A strip of a few pixels has to be pressed by a finger. */
const MIN_SIDE = 44;

/** How PNG, JPEG and PDF begin. */
const HEADS = [[0x89, 0x50, 0x4e, 0x47], [0xff, 0xd8, 0xff], [0x25, 0x50, 0x44, 0x46, 0x2d]];

/** What the server says of a file. */
export interface Attachment {
  id: string;
  media_type: string;
  bytes: number;
  /** Of a picture, in pixels. */
  width?: number | null;
  height?: number | null;
}

/** Why a file is not sent at all. */
export type Fault = 'type' | 'size' | 'unreadable';
export type Prepared = { file: File } | { fault: Fault };

/** Checks a file and takes it into memory: each attempt then sends the same bytes, although files change on the disk and phones take a
 *  chosen picture away again after a while. The content decides, as it does on the server: names and media types are often wrong. */
export async function prepare(file: File): Promise<Prepared> {
  if (file.size > MAX_FILE_BYTES) return { fault: 'size' };
  let content: ArrayBuffer;
  try {
    content = await new Response(file).arrayBuffer();
  } catch {
    return { fault: 'unreadable' };
  }
  const head = new Uint8Array(content, 0, Math.min(8, content.byteLength));
  if (!HEADS.some((h) => h.every((byte, i) => head[i] === byte))) return { fault: 'type' };
  return { file: new File([content], file.name, { type: file.type }) };
}

/** The parts of a delivery, the short one first. */
export function attachmentForm(client_id: string, file: File): FormData {
  const form = new FormData();
  form.append('client_id', client_id);
  form.append('file', file, file.name);
  return form;
}

/** `pdf` of `协议.PDF`: the letters of a name's ending, at most four. */
export function endingOf(name: string): string {
  return (/\.([a-z]{1,4})$/i.exec(name)?.[1] ?? '').toLowerCase();
}

export function isPicture(a: Attachment): boolean {
  return a.media_type.startsWith('image/');
}

/** The place of a picture in CSS pixels, kept free before it is loaded: never enlarged, and of its own proportions unless it is a strip. */
export function shownSize(a: Attachment): { width: number; height: number } {
  const width = a.width || MAX_WIDTH;
  const height = a.height || MAX_WIDTH;
  const scale = Math.min(1, MAX_WIDTH / width, MAX_HEIGHT / height);
  const side = (pixels: number) => Math.max(MIN_SIDE, Math.round(pixels * scale));
  return { width: side(width), height: side(height) };
}

/** A message in one line of text. For a file as the server's previews say it (`preview` in src/conversations/service.rs), which are Chinese;
 *  the ending of its name fits its content. */
export function inWords(m: { kind: string; body: string }): string {
  if (m.kind !== 'attachment') return m.body;
  return `${endingOf(m.body) === 'pdf' ? '[文件]' : '[图片]'} ${m.body}`;
}
