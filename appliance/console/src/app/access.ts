// Which permissions open which page and act. It only keeps the screen tidy: the server decides every request by itself.
import type { Role } from '@/api/types';

export type Page = 'inbox' | 'tickets' | 'recordings' | 'inspections' | 'approvals' | 'knowledge' | 'search' | 'audit' | 'accounts';

interface Rule {
  zone: 'staff' | 'admin';
  /** Any of them suffices. */
  needs: string[];
}

export const pages: Record<Page, Rule> = {
  inbox: { zone: 'staff', needs: ['conversation.reply'] },
  tickets: { zone: 'staff', needs: ['ticket.read'] },
  recordings: { zone: 'staff', needs: ['recording.read'] },
  inspections: { zone: 'staff', needs: ['inspection.read'] },
  approvals: { zone: 'staff', needs: ['approval.decide', 'approval.request'] },
  knowledge: { zone: 'staff', needs: ['knowledge.read'] },
  search: { zone: 'staff', needs: ['search.content'] },
  audit: { zone: 'staff', needs: ['audit.read'] },
  accounts: { zone: 'admin', needs: ['account.manage'] },
};

export type Act = 'reply' | 'upload_recording' | 'inspect' | 'decide_approval' | 'edit_knowledge' | 'see_all_conversations';

const acts: Record<Act, string> = {
  reply: 'conversation.reply',
  upload_recording: 'recording.import',
  inspect: 'inspection.work',
  decide_approval: 'approval.decide',
  edit_knowledge: 'knowledge.write',
  see_all_conversations: 'conversation.read_all',
};

export function maySee(page: Page, zone: string | undefined, permissions: readonly string[]): boolean {
  const rule = pages[page];
  return rule.zone === zone && rule.needs.some((n) => permissions.includes(n));
}

export function mayDo(act: Act, permissions: readonly string[]): boolean {
  return permissions.includes(acts[act]);
}

/** The page a person starts on, or null where this zone has nothing for them. */
export function firstPage(zone: string | undefined, permissions: readonly string[]): Page | null {
  const order: Page[] = ['inbox', 'inspections', 'audit', 'accounts', 'knowledge', 'approvals'];
  return order.find((p) => maySee(p, zone, permissions)) ?? null;
}

/** Roles that no one person may hold together: each administrator stands alone (三权分立), and whoever is inspected does
 *  not inspect. The server refuses them; the form says so beforehand. */
export function excludingRoles(roles: readonly Role[]): [Role, Role] | null {
  const admin = (['sysadmin', 'secadmin', 'auditor'] as const).find((r) => roles.includes(r));
  const other = roles.find((r) => r !== admin);
  if (admin && other) return [admin, other];
  return roles.includes('agent') && roles.includes('inspector') ? ['agent', 'inspector'] : null;
}
