import type { Conversation, Message, NewTicket } from '@/api/types';
import { inWords } from './attachment';

type Translate = (key: string, named: Record<string, unknown>) => string;

const QUESTION_MAX = 60;
const LINES = 12;
/** The longest description that a ticket takes. */
const DESCRIPTION_MAX = 4_000;

/** A ticket as the conversation suggests it: the customer's first real sentence as subject, the last lines as context. */
export function prefillTicket(c: Conversation | null, messages: Message[], t: Translate): NewTicket {
  // The name of a file is not something that was said.
  const said = messages.filter((m) => m.author.kind === 'customer' && m.kind !== 'attachment');
  const first = said.find((m) => m.body.trim().length >= 4) ?? said[0];
  const text = said.map((m) => m.body).join('\n');
  const subject = first ? cut(withoutGreeting(first.body.trim().replace(/\s+/g, ' ')), QUESTION_MAX) : '';
  const lines = messages
    .filter((m) => m.author.kind !== 'system' && m.kind !== 'notice')
    .slice(-LINES)
    .map((m) => `${t(`speaker.${m.author.kind}`, {})}：${inWords(m)}`);
  return {
    kind: kindOf(text),
    priority: 'normal',
    subject,
    description: c ? cut(`${t('ticket.from_conversation', { name: c.customer.display_name })}\n${lines.join('\n')}`, DESCRIPTION_MAX) : '',
  };
}

/** `你好，账单日是几号` names its matter only after the greeting. */
function withoutGreeting(s: string): string {
  const rest = s.replace(/^(您好|你好|在吗|hello|hi)[\s,，。.!！?？、]*/i, '');
  return rest.length >= 4 ? rest : s;
}

function kindOf(text: string): NewTicket['kind'] {
  if (/投诉|complain/i.test(text)) return 'complaint';
  if (/盗刷|不是我|争议|多扣|dispute/i.test(text)) return 'dispute';
  if (/办理|申请|挂失|修改|开通|注销|调整/.test(text)) return 'service_request';
  return 'inquiry';
}

function cut(s: string, max: number): string {
  const chars = Array.from(s);
  return chars.length > max ? `${chars.slice(0, max - 1).join('')}…` : s;
}
