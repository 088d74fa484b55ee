// What passes between the bank's page and the frame, and between the frame and the appliance.
import type { Attachment } from '@/lib/attachment';

/** The longest message (`MAX_BODY` in src/conversations/model.rs); a test keeps both alike. */
export const BODY_MAX = 4000;

export interface Identity {
  display_name?: string;
  phone?: string;
}

export type ToChat = ({ guitai: 'hello'; page_url: string; color: string; title: string } & Identity) | { guitai: 'shown'; shown: boolean };
export type FromChat = { guitai: 'ready' } | { guitai: 'close' } | { guitai: 'unread'; count: number };

export interface Citation {
  article_id: string;
  version: number;
  title: string;
  quote: string;
}

export interface CustomerMessage {
  id: string;
  seq: number;
  author: { kind: 'customer' | 'bot' | 'agent' | 'system'; name: string };
  kind: 'text' | 'answer' | 'refusal' | 'notice' | 'attachment';
  /** Of an attachment, its name. */
  body: string;
  ai: boolean;
  citations: Citation[];
  attachment?: Attachment | null;
  client_id: string | null;
  at: string;
}

export type ChatState = 'bot' | 'queued' | 'active' | 'closed';

export interface Standing {
  state: ChatState;
  agent_name: string | null;
  queue_position: number | null;
}

export type ServerFrame =
  | { type: 'welcome'; conversation: Standing & { id: string }; messages: CustomerMessage[] }
  | { type: 'history'; messages: CustomerMessage[] }
  | { type: 'message'; message: CustomerMessage }
  | ({ type: 'state' } & Standing)
  | { type: 'typing' }
  | { type: 'error'; code: string; message: string; detail: string; client_id: string | null }
  | { type: 'closed' }
  | { type: 'restart' };

export interface SessionAnswer {
  conversation_id: string;
  resumed: boolean;
  notice: string;
  expires_at: string;
}
