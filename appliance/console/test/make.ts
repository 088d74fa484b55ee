import type { Conversation, Message } from '@/api/types';

export function conversation(over: Partial<Conversation> = {}): Conversation {
  return {
    id: 'c1', state: 'active', channel: 'web', customer: { id: 'p1', display_name: '王*明', phone_masked: '138****5678' },
    agent: { id: 'me', display_name: '林晓' }, queue: null, handoff_reason: null, opened_at: '2026-11-21T00:00:00Z', queued_at: null, assigned_at: null,
    closed_at: null, last_message_at: '2026-11-21T00:00:00Z', last_seq: 0, preview: '', summary: null, ...over,
  };
}

export function message(seq: number, over: Partial<Message> = {}): Message {
  return {
    id: `m${seq}`, conversation_id: 'c1', seq, author: { kind: 'customer', name: '王*明' }, kind: 'text', body: `第 ${seq} 句`, ai: false,
    citations: [], client_id: null, at: `2026-11-21T00:00:${String(seq % 60).padStart(2, '0')}Z`, ...over,
  };
}
