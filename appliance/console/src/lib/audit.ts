import type { AuditRecord } from '@/api/types';

type Translate = (key: string, named: Record<string, unknown>) => string;

/** One record as one plain sentence: who did what to what, and how it ended. */
export function auditSentence(r: AuditRecord, t: Translate, role: (code: string) => string): string {
  const who = r.actor.roles.length > 0 ? t('audit.who', { name: r.actor.name, roles: r.actor.roles.map(role).join('、') }) : r.actor.name;
  const what = r.object?.label ? t('audit.act_on', { act: r.action_text, object: r.object.label }) : r.action_text;
  const end = t(`audit.end_${r.outcome}`, { code: r.code ?? '' });
  const why = r.reason ? t('audit.because', { reason: r.reason }) : '';
  return t('audit.sentence', { who, what, why, end });
}

/** Only the fields that were filled in; the query string of list and export alike. */
export function auditQuery(form: { range: [string, string] | null } & Record<string, string | [string, string] | null>): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [k, v] of Object.entries(form)) if (k !== 'range' && typeof v === 'string' && v.trim() !== '') out[k] = v.trim();
  if (form.range) {
    out.from = `${form.range[0]}+08:00`;
    out.to = `${form.range[1]}+08:00`;
  }
  return out;
}
