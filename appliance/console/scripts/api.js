// Writes the types of the HTTP face from the API document; with --check only says whether they are what is committed.
import { readFileSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';

const from = new URL('../../../docs/openapi.json', import.meta.url);
const to = new URL('../src/api/schema.d.ts', import.meta.url);
const head = '// Generated from docs/openapi.json by `npm run generate-api`. Not to be changed by hand.\n\n';

const now = head + astToString(await openapiTS(from));
if (!process.argv.includes('--check')) {
  writeFileSync(to, now);
} else if (readFileSync(to, 'utf8') !== now) {
  console.error('src/api/schema.d.ts is not what docs/openapi.json says: run `npm run generate-api` in appliance/console');
  process.exitCode = 1;
}
