export interface Piece {
  text: string;
  hit: boolean;
}

/** Cuts `text` into pieces, marking where one of the query's words stands. Never produces markup. */
export function highlight(text: string, query: string): Piece[] {
  const words = query
    .split(/\s+/)
    .filter((w) => w.length > 0)
    .map((w) => w.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  if (words.length === 0) return text === '' ? [] : [{ text, hit: false }];
  const found = new RegExp(words.join('|'), 'gi');
  const out: Piece[] = [];
  let last = 0;
  for (const m of text.matchAll(found)) {
    const at = m.index ?? 0;
    if (at > last) out.push({ text: text.slice(last, at), hit: false });
    out.push({ text: m[0], hit: true });
    last = at + m[0].length;
  }
  if (last < text.length) out.push({ text: text.slice(last), hit: false });
  return out;
}
