// The names used in the program for the shapes of the HTTP face. The only file that knows how the schema spells them.
import type { components } from './schema';

type Schemas = components['schemas'];
export type Account = Schemas['Account'];
export type AgentState = Schemas['AgentStateView'];
export type Approval = Schemas['ApprovalView'];
export type Article = Schemas['ArticleView'];
export type ArticleVersion = Schemas['ArticleVersionView'];
export type AuditRecord = Schemas['AuditRecordView'];
export type Cdr = Schemas['CallDetailRecord'];
export type Conversation = Schemas['ConversationView'];
export type ConversationState = Schemas['ConversationState'];
export type ErrorBody = Schemas['ErrorBody'];
export type Finding = Schemas['FindingView'];
export type Inspection = Schemas['Inspection'];
export type Message = Schemas['MessageView'];
export type NewTicket = Schemas['ConversationTicketBody'];
export type Person = Schemas['Person'];
export type Recording = Schemas['Recording'];
export type Role = Schemas['Role'];
export type SearchHit = Schemas['FoundView'];
export type Segment = Schemas['TranscriptSegment'];
export type Session = Schemas['SessionState'];
export type Ticket = Schemas['TicketView'];
export type TicketState = Schemas['TicketState'];
export type Verification = Schemas['VerificationReport'];
export type Waveform = Schemas['Waveform'];
export type Zone = Schemas['ZoneView'];
/** One page of a list; without a cursor it is the last, or the only one. */
export interface List<T> {
  items: T[];
  next_cursor?: string | null;
}
