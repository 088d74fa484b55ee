import type { Conversation, ConversationState, Message } from '@/api/types';

/** Says that a conversation changed, and which. What it holds is asked for, so that the reading is authorised and audited. */
interface Pointer<T extends string> {
  type: T;
  conversation_id: string;
  /** Where it stands now; absent when only a message was added. */
  state?: ConversationState;
  agent_id?: string | null;
  conversation?: Conversation;
}

/** What the server sends over /live. Unknown types are passed over: a newer server may say more. */
export type LiveFrame =
  | { type: 'hello' }
  | { type: 'pong' }
  | Pointer<'conversation.assigned'>
  | Pointer<'conversation.updated'>
  | { type: 'conversation.message'; message: Message }
  | { type: 'ticket.updated'; ticket_id: string }
  | { type: 'recording.updated'; recording_id: string }
  | { type: 'inspection.updated'; inspection_id: string }
  | { type: 'article.updated'; article_id: string }
  | { type: 'approval.updated'; approval_id: string }
  | Pointer<'queue.updated'>
  | { type: 'typing'; conversation_id: string; author: unknown }
  | { type: 'resync' }
  | { type: 'restart' }
  | { type: 'session.ended' };

export type LiveFrameType = LiveFrame['type'];

export function parseFrame(data: unknown): LiveFrame | null {
  if (typeof data !== 'string') return null;
  try {
    const frame: unknown = JSON.parse(data);
    if (frame && typeof frame === 'object' && typeof (frame as { type?: unknown }).type === 'string') return frame as LiveFrame;
  } catch {
    // A frame that is not JSON is the server's fault; the next resync repairs what it said.
  }
  return null;
}
