// The names used in the program for the shapes of the HTTP face. The only file that knows how the schema spells them.
import type { components } from './schema';

type Schemas = components['schemas'];
export type Account = Schemas['Account'];
export type AccountSession = Schemas['AccountSession'];
export type AgentState = Schemas['AgentState'];
export type Approval = Schemas['Approval'];
export type Article = Schemas['Article'];
export type ArticleDetail = Schemas['ArticleDetail'];
export type ArticleVersion = Schemas['ArticleVersion'];
export type AuditHead = Schemas['AuditHead'];
export type AuditQuery = Schemas['AuditQuery'];
export type AuditRecord = Schemas['AuditRecord'];
export type Cdr = Schemas['Cdr'];
export type Citation = Schemas['Citation'];
export type Conversation = Schemas['Conversation'];
export type ConversationState = Schemas['ConversationState'];
export type ErrorBody = Schemas['ErrorBody'];
export type Finding = Schemas['Finding'];
export type Grant = Schemas['Grant'];
export type Inspection = Schemas['Inspection'];
export type Message = Schemas['Message'];
export type NewTicket = Schemas['NewTicket'];
export type Person = Schemas['Person'];
export type Queue = Schemas['Queue'];
export type Recording = Schemas['Recording'];
export type Role = Schemas['Role'];
export type SearchHit = Schemas['SearchHit'];
export type Segment = Schemas['Segment'];
export type Session = Schemas['Session'];
export type Ticket = Schemas['Ticket'];
export type TicketState = Schemas['TicketState'];
export type Transcript = Schemas['Transcript'];
export type Verification = Schemas['Verification'];
export type Waveform = Schemas['Waveform'];
export type Zone = Schemas['Zone'];
export interface List<T> {
  items: T[];
  next_cursor: string | null;
}
