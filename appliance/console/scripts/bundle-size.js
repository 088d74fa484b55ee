// Prints what is shipped and fails when it grows past what a slow branch line should carry.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const here = new URL('..', import.meta.url).pathname;
const limits = [
  { name: 'console scripts', dir: join(here, 'dist'), ext: /\.js$/, raw: 1_500_000, gz: 500_000 },
  { name: 'console styles', dir: join(here, 'dist'), ext: /\.css$/, raw: 500_000, gz: 80_000 },
  { name: 'widget launcher', dir: join(here, '../widget/dist'), ext: /^widget\.js$/, raw: 10_240, gz: 5_000 },
  { name: 'chat window', dir: join(here, '../widget/dist'), ext: /^chat-window\./, raw: 61_440, gz: 20_000 },
];

function files(dir) {
  return readdirSync(dir).flatMap((f) => {
    const p = join(dir, f);
    return statSync(p).isDirectory() ? files(p) : [p];
  });
}

let failed = false;
for (const l of limits) {
  const hit = files(l.dir).filter((p) => l.ext.test(p.split('/').pop()));
  const raw = hit.reduce((n, p) => n + statSync(p).size, 0);
  const gz = hit.reduce((n, p) => n + gzipSync(readFileSync(p)).length, 0);
  const ok = hit.length > 0 && raw <= l.raw && gz <= l.gz;
  failed ||= !ok;
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${l.name}: ${raw} bytes (limit ${l.raw}), gzip ${gz} (limit ${l.gz})`);
}
process.exit(failed ? 1 : 0);
