import type { Cdr } from '@/api/types';

/** What is wrong with a call detail record, as field names; empty when it can be sent. The server checks it again. */
export function cdrFaults(value: unknown): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return ['{}'];
  const v = value as Record<string, unknown>;
  const faults: string[] = [];
  for (const k of ['call_id', 'caller', 'callee', 'agent_login'] as const) if (typeof v[k] !== 'string' || v[k] === '') faults.push(k);
  if (v.direction !== 'inbound' && v.direction !== 'outbound') faults.push('direction');
  for (const k of ['started_at', 'ended_at'] as const) {
    if (typeof v[k] !== 'string' || Number.isNaN(Date.parse(v[k])) || !/(Z|[+-]\d\d:\d\d)$/.test(v[k])) faults.push(k);
  }
  for (const k of ['agent_channel', 'customer_channel'] as const) if (v[k] !== 0 && v[k] !== 1) faults.push(k);
  if (faults.length === 0 && v.agent_channel === v.customer_channel) faults.push('customer_channel');
  return faults;
}

export function parseCdr(text: string): { cdr: Cdr | null; faults: string[] } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { cdr: null, faults: ['JSON'] };
  }
  const faults = cdrFaults(value);
  return { cdr: faults.length === 0 ? (value as Cdr) : null, faults };
}
