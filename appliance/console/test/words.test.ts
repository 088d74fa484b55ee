import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { auditQuery, auditSentence } from '@/lib/audit';
import { parseCdr } from '@/lib/cdr';
import { highlight } from '@/lib/highlight';
import { newId } from '@/lib/ids';
import { prefillTicket } from '@/lib/prefill';
import { excludingRoles, firstPage, maySee } from '@/app/access';
import type { AuditRecord } from '@/api/types';
import { conversation, message } from './make';

type Tree = { [key: string]: string | Tree };
const read = (lang: string): Tree => JSON.parse(readFileSync(join(__dirname, `../src/i18n/locales/${lang}.json`), 'utf8')) as Tree;
const flat = (tree: Tree, at = ''): [string, string][] => Object.entries(tree).flatMap(([k, v]) => (typeof v === 'string' ? [[at + k, v] as [string, string]] : flat(v, `${at}${k}.`)));
const sources = (dir: string): string[] =>
  readdirSync(dir).flatMap((f) => {
    const p = join(dir, f);
    return statSync(p).isDirectory() ? sources(p) : /\.(vue|ts)$/.test(f) ? [p] : [];
  });

describe('texts', () => {
  const zh = flat(read('zh-CN'));
  const en = flat(read('en'));

  it('exist in both languages with the same places to fill', () => {
    expect(en.map(([k]) => k)).toEqual(zh.map(([k]) => k));
    const places = (s: string) => [...s.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort();
    const other = new Map(en);
    for (const [k, v] of zh) expect(places(other.get(k) ?? ''), k).toEqual(places(v));
  });

  it('exist for every key that is named in full, and none stands unused', () => {
    const keys = new Set(zh.map(([k]) => k));
    const named = new Set<string>();
    const open = new Set<string>();
    for (const file of sources(join(__dirname, '../src'))) {
      const code = readFileSync(file, 'utf8');
      for (const m of code.matchAll(/\bt\(\s*'([a-z_]+\.[a-z_.]+)'/g)) named.add(m[1] as string);
      for (const m of code.matchAll(/'((?:inbox|recording|menu)\.[a-z_]+)'/g)) if (keys.has(m[1] as string)) named.add(m[1] as string);
      for (const m of code.matchAll(/`([a-z_]+\.[a-z_]*)\$\{/g)) open.add(m[1] as string);
      for (const m of code.matchAll(/(?:label\(|set=")'?([a-z_]+)/g)) open.add(`${m[1]}.`);
    }
    expect([...named].filter((k) => !keys.has(k))).toEqual([]);
    expect([...keys].filter((k) => !named.has(k) && ![...open].some((p) => k.startsWith(p)))).toEqual([]);
  });
});

describe('an audit record as a sentence', () => {
  const t = (key: string, named: Record<string, unknown>) => `${key.split('.')[1]}(${Object.values(named).join('|')})`;
  const record: AuditRecord = {
    id: 'r', position: 1, at: '', actor: { kind: 'staff', id: 'a', name: '周敏', roles: ['inspector'] }, action: 'recording.play', action_text: '播放录音',
    object: { kind: 'recording', id: 'x', label: 'CALL-1' }, customer_id: null, outcome: 'refused', code: 'access.grant_required', source_ip: null, session_id: null,
    reason: '投诉复核', approval_id: null, trace_id: 't', detail: {}, node: 'n', software_version: '0', authentic: true,
  };
  it('says who, what, why and how it ended', () => {
    expect(auditSentence(record, t, () => '质检员')).toBe('sentence(who(周敏|质检员)|act_on(播放录音|CALL-1)|because(投诉复核)|end_refused(access.grant_required))');
  });
  it('does without what it lacks', () => {
    const plain = { ...record, object: null, reason: null, outcome: 'success', code: null, actor: { ...record.actor, roles: [] } };
    expect(auditSentence(plain, t, (r) => r)).toBe('sentence(周敏|播放录音||end_success())');
  });
});

describe('small things', () => {
  it('an audit query holds what was filled in, with its zone', () => {
    expect(auditQuery({ range: ['2026-11-01T00:00:00', '2026-11-02T00:00:00'], actor: ' 周敏 ', action: '', text: '  ' })).toEqual({ actor: '周敏', from: '2026-11-01T00:00:00+08:00', to: '2026-11-02T00:00:00+08:00' });
    expect(auditQuery({ range: null, action: 'x' })).toEqual({ action: 'x' });
  });

  it('search words are marked without becoming a pattern', () => {
    expect(highlight('费率(年)为 3.5%', '(年) 3.5')).toEqual([{ text: '费率', hit: false }, { text: '(年)', hit: true }, { text: '为 ', hit: false }, { text: '3.5', hit: true }, { text: '%', hit: false }]);
    expect(highlight('正文', '  ')).toEqual([{ text: '正文', hit: false }]);
    expect(highlight('', 'x')).toEqual([]);
  });

  it('a call detail record is checked before it is sent', () => {
    const good = { call_id: 'c', direction: 'inbound', started_at: '2026-11-20T10:00:00+08:00', ended_at: '2026-11-20T10:01:00+08:00', caller: '1', callee: '2', agent_login: 'a', agent_channel: 0, customer_channel: 1 };
    expect(parseCdr(JSON.stringify(good)).faults).toEqual([]);
    expect(parseCdr('{').faults).toEqual(['JSON']);
    expect(parseCdr('[]').faults).toEqual(['{}']);
    expect(parseCdr(JSON.stringify({ ...good, started_at: '2026-11-20T10:00:00', direction: 'in', caller: '' })).faults).toEqual(['caller', 'direction', 'started_at']);
    expect(parseCdr(JSON.stringify({ ...good, customer_channel: 0 })).faults).toEqual(['customer_channel']);
  });

  it('ids are UUIDs of version 4 and differ', () => {
    const ids = Array.from({ length: 100 }, newId);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(ids).size).toBe(100);
  });

  it('a ticket is filled in from what the customer said', () => {
    const said = [message(1, { body: '你好' }), message(2, { body: '您好，我要投诉柜员态度' }), message(3, { author: { kind: 'bot', name: 'b' }, body: '抱歉' })];
    const ticket = prefillTicket(conversation(), said, (k) => k);
    expect(ticket.kind).toBe('complaint');
    expect(ticket.subject).toBe('我要投诉柜员态度');
    expect(ticket.description).toContain('speaker.bot：抱歉');
    expect(prefillTicket(null, [], (k) => k)).toMatchObject({ subject: '', description: '' });
    const long = prefillTicket(conversation(), [message(1, { body: '账'.repeat(90) })], (k) => k).subject;
    expect(Array.from(long)).toHaveLength(60);
  });

  it('pages follow zone and permission', () => {
    const agent = ['conversation.read', 'conversation.reply', 'ticket.read'];
    expect(maySee('inbox', 'staff', agent)).toBe(true);
    expect(maySee('inbox', 'admin', agent)).toBe(false);
    expect(maySee('audit', 'staff', agent)).toBe(false);
    expect(firstPage('staff', ['audit.read', 'approval.decide'])).toBe('audit');
    expect(firstPage('admin', ['system.manage'])).toBeNull();
  });

  it('administrators stand alone, and agents do not inspect', () => {
    expect(excludingRoles(['secadmin', 'agent'])).toEqual(['secadmin', 'agent']);
    expect(excludingRoles(['secadmin', 'auditor'])).toEqual(['secadmin', 'auditor']);
    expect(excludingRoles(['agent', 'inspector'])).toEqual(['agent', 'inspector']);
    expect(excludingRoles(['agent', 'supervisor'])).toBeNull();
    expect(excludingRoles(['auditor'])).toBeNull();
  });
});
