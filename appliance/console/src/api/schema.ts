// The HTTP face in the form that `openapi-typescript` generates. `npm run generate-api` writes schema.d.ts from
// docs/openapi.json; once that file exists, delete this one: `./schema` then resolves to the generated types and only
// types.ts, which gives the names used in the program, may need a line changed.

type Json<T> = { content: { 'application/json': T } };
type Op<Ok, Params = { query?: never; path?: never }, Body = never> = {
  parameters: Params & { header?: { 'Idempotency-Key'?: string }; cookie?: never };
  responses: { 200: Json<Ok>; default: Json<components['schemas']['ErrorBody']> };
} & ([Body] extends [never] ? { requestBody?: never } : { requestBody: Json<Body> });
type None = { query?: never; path?: never };
type Id = { path: { id: string } };
type Page = { limit?: number; cursor?: string };
type List<T> = { items: T[]; next_cursor: string | null };

export interface components {
  schemas: {
    ErrorBody: { code: string; message: string; detail: string; trace_id: string };
    Zone: { zone: 'staff' | 'customers' | 'admin' | 'metrics'; demo: boolean; product_version: string; customers_url?: string | null };
    Role: 'agent' | 'supervisor' | 'inspector' | 'knowledge_editor' | 'auditor' | 'sysadmin' | 'secadmin';
    Org: { id: string; code: string; name: string };
    Session: {
      account: { id: string; login: string; display_name: string; roles: components['schemas']['Role'][]; org: components['schemas']['Org'] };
      permissions: string[];
      must_change_password: boolean;
      idle_timeout_s: number;
      expires_at: string;
    };
    Account: {
      id: string;
      login: string;
      display_name: string;
      roles: components['schemas']['Role'][];
      disabled: boolean;
      locked_until: string | null;
      last_login_at: string | null;
      created_at: string;
      org: components['schemas']['Org'];
    };
    AccountSession: {
      id: string;
      created_at: string;
      last_activity_at?: string | null;
      expires_at?: string | null;
      source_ip?: string | null;
      user_agent?: string | null;
      zone?: string | null;
    };
    AgentState: { state: 'offline' | 'ready' | 'break'; capacity: number; active?: number; since?: string };
    Queue: { id: string; name: string; waiting: number; agents_ready: number; longest_wait_s: number | null };
    ConversationState: 'bot' | 'queued' | 'active' | 'closed';
    Conversation: {
      id: string;
      state: components['schemas']['ConversationState'];
      channel: string;
      customer: { id: string; display_name: string; phone_masked: string | null };
      agent: { id: string; display_name: string } | null;
      queue: { id: string; name: string } | null;
      handoff_reason: 'keyword' | 'refusals' | 'requested' | null;
      opened_at: string;
      queued_at: string | null;
      assigned_at: string | null;
      closed_at: string | null;
      last_message_at: string | null;
      last_seq: number;
      preview: string | null;
      summary: string | null;
      inspection_id?: string | null;
    };
    Citation: { article_id: string; version: number; title: string; quote: string };
    Message: {
      id: string;
      conversation_id: string;
      seq: number;
      author: { kind: 'customer' | 'bot' | 'agent' | 'system'; id?: string | null; name: string };
      kind: 'text' | 'answer' | 'refusal' | 'notice';
      body: string;
      ai: boolean;
      citations: components['schemas']['Citation'][];
      client_id: string | null;
      at: string;
    };
    TicketKind: 'inquiry' | 'complaint' | 'service_request' | 'dispute';
    TicketPriority: 'low' | 'normal' | 'high' | 'urgent';
    TicketState: 'open' | 'in_progress' | 'waiting_customer' | 'resolved' | 'closed' | 'cancelled';
    Person: { id: string; display_name?: string; name?: string; phone_masked?: string | null };
    TicketEntry: {
      seq: number;
      actor: components['schemas']['Person'] | null;
      kind: 'created' | 'comment' | 'transition' | 'assignment';
      from_state: components['schemas']['TicketState'] | null;
      to_state: components['schemas']['TicketState'] | null;
      body: string | null;
      at: string;
    };
    Ticket: {
      id: string;
      number: string;
      kind: components['schemas']['TicketKind'];
      priority: components['schemas']['TicketPriority'];
      state: components['schemas']['TicketState'];
      allowed_transitions: components['schemas']['TicketState'][];
      subject: string;
      description: string;
      customer: components['schemas']['Person'] | null;
      conversation_id: string | null;
      recording_id: string | null;
      assignee: components['schemas']['Person'] | null;
      created_by: components['schemas']['Person'] | null;
      created_at: string;
      updated_at: string;
      due_at: string | null;
      entries?: components['schemas']['TicketEntry'][];
      version: number;
    };
    NewTicket: {
      kind: components['schemas']['TicketKind'];
      priority: components['schemas']['TicketPriority'];
      subject: string;
      description: string;
    };
    Cdr: {
      call_id: string;
      direction: 'inbound' | 'outbound';
      started_at: string;
      ended_at: string;
      caller: string;
      callee: string;
      agent_login: string;
      agent_channel: 0 | 1;
      customer_channel: 0 | 1;
    };
    Recording: {
      id: string;
      call_id: string;
      direction: 'inbound' | 'outbound';
      state: 'imported' | 'transcribing' | 'transcribed' | 'failed';
      progress: number;
      started_at: string;
      ended_at: string;
      duration_ms: number;
      sample_rate: number;
      codec: string;
      channels: number;
      agent: components['schemas']['Person'] | null;
      customer: components['schemas']['Person'] | null;
      caller_masked: string | null;
      callee_masked: string | null;
      digest_sm3: string;
      bytes: number;
      signature: { key_id: string; algorithm: string } | null;
      inspection_id: string | null;
      imported_at: string;
      failure: string | null;
    };
    Segment: { id: string; ordinal: number; channel: number; speaker: 'agent' | 'customer'; start_ms: number; end_ms: number; text: string; confidence: number | null };
    Transcript: { engine: string; model: string; model_digest: string; demo_model: boolean; segments: components['schemas']['Segment'][] };
    Waveform: { duration_ms: number; channels: { speaker: 'agent' | 'customer'; peaks: number[] }[] };
    Grant: { granted: boolean; by: 'inspection_task' | 'approval' | null; expires_at: string | null; approval_id: string | null };
    Finding: {
      ordinal: number;
      rule_code: string;
      rule_name: string;
      rule_version: number | string;
      deduction: number;
      fatal: boolean;
      speaker: string | null;
      quote: string;
      at_ms: number | null;
      message_id: string | null;
      segment_id: string | null;
      explanation: string;
    };
    Inspection: {
      id: string;
      subject: { kind: 'conversation' | 'recording'; id: string; title: string };
      agent: components['schemas']['Person'] | null;
      plan: { code: string; version: number | string };
      score: number;
      full_score: number;
      fatal: boolean;
      state: 'suggested' | 'assigned' | 'confirmed';
      assignee: components['schemas']['Person'] | null;
      created_at: string;
      confirmed_at: string | null;
      confirmed_by: components['schemas']['Person'] | null;
      comment: string | null;
      passed?: { rule_code: string; rule_name: string }[];
      findings?: components['schemas']['Finding'][];
    };
    Approval: {
      id: string;
      kind: string;
      object: { kind: string; id: string; title: string };
      reason: string;
      requester: components['schemas']['Person'];
      state: 'pending' | 'approved' | 'rejected' | 'expired' | 'executed';
      decided_by: components['schemas']['Person'] | null;
      decided_at: string | null;
      comment: string | null;
      expires_at: string | null;
      created_at: string;
    };
    Article: { id: string; title: string; state: 'draft' | 'published' | 'retired'; version: number; updated_at: string };
    ArticleVersion: {
      version: number;
      title: string;
      body: string;
      state: 'draft' | 'published' | 'retired';
      author: components['schemas']['Person'] | string | null;
      effective_from: string | null;
      published_at: string | null;
    };
    ArticleDetail: components['schemas']['Article'] & { versions: components['schemas']['ArticleVersion'][] };
    SearchHit: {
      kind: 'message' | 'segment' | 'article' | 'ticket';
      id: string;
      parent: { kind: string; id: string; title: string } | null;
      snippet: string;
      at: string | null;
      score: number;
    };
    AuditRecord: {
      id: string;
      position: number | null;
      at: string;
      actor: { kind: string; id: string | null; name: string; roles: string[] };
      action: string;
      action_text: string;
      object: { kind: string; id: string; label: string | null } | null;
      customer_id: string | null;
      outcome: 'success' | 'refused' | 'failed';
      code: string | null;
      source_ip: string | null;
      session_id: string | null;
      reason: string | null;
      approval_id: string | null;
      trace_id: string | null;
      detail: Record<string, unknown> | null;
    };
    AuditHead: { tree_size: number; root: string; signed_at: string; key_id: string; signature: string; signature_ok?: boolean | null };
    Verification: {
      ok: boolean;
      checked: number;
      sealed: number;
      unsealed: number;
      tree_size: number;
      root: string;
      head: components['schemas']['AuditHead'] | null;
      failures: { position: number | null; id: string | null; what: string }[];
      ms: number;
    };
    AuditQuery: {
      from?: string;
      to?: string;
      actor?: string;
      action?: string;
      object_kind?: string;
      object_id?: string;
      outcome?: string;
      session_id?: string;
      text?: string;
    };
  };
}

type S = components['schemas'];

export interface paths {
  '/api/v1/zone': { get: Op<S['Zone']> };
  '/api/v1/session': {
    get: Op<S['Session']>;
    post: Op<S['Session'], None, { login: string; password: string }>;
    delete: Op<undefined>;
  };
  '/api/v1/session/password': { post: Op<undefined, None, { current_password: string; new_password: string }> };
  '/api/v1/accounts': {
    get: Op<List<S['Account']>, { query?: Page }>;
    post: Op<{ account: S['Account']; one_time_password: string }, None, { login: string; display_name: string; roles: S['Role'][] }>;
  };
  '/api/v1/accounts/{id}/roles': { put: Op<S['Account'] | undefined, Id, { roles: S['Role'][] }> };
  '/api/v1/accounts/{id}/password-reset': { post: Op<{ one_time_password: string }, Id> };
  '/api/v1/accounts/{id}/disable': { post: Op<S['Account'] | undefined, Id> };
  '/api/v1/accounts/{id}/enable': { post: Op<S['Account'] | undefined, Id> };
  '/api/v1/accounts/{id}/sessions': { get: Op<List<S['AccountSession']>, Id> };
  '/api/v1/sessions/{id}': { delete: Op<undefined, Id> };
  '/api/v1/agent-state': { get: Op<S['AgentState']>; put: Op<S['AgentState'], None, { state: S['AgentState']['state']; capacity: number }> };
  '/api/v1/queues': { get: Op<List<S['Queue']>> };
  '/api/v1/conversations': { get: Op<List<S['Conversation']>, { query?: Page & { state?: S['ConversationState']; mine?: boolean } }> };
  '/api/v1/conversations/{id}': { get: Op<S['Conversation'], Id> };
  '/api/v1/conversations/{id}/messages': {
    get: Op<{ items: S['Message'][] }, Id & { query?: { after?: number; limit?: number } }>;
    post: Op<S['Message'], Id, { client_id: string; body: string }>;
  };
  '/api/v1/conversations/{id}/accept': { post: Op<S['Conversation'], Id> };
  '/api/v1/conversations/{id}/close': { post: Op<S['Conversation'], Id, { summary: string }> };
  '/api/v1/conversations/{id}/tickets': { post: Op<S['Ticket'], Id, S['NewTicket']> };
  '/api/v1/tickets': {
    get: Op<List<S['Ticket']>, { query?: Page & { state?: S['TicketState']; mine?: boolean; conversation_id?: string } }>;
    post: Op<S['Ticket'], None, S['NewTicket'] & { customer_id?: string }>;
  };
  '/api/v1/tickets/{id}': { get: Op<S['Ticket'], Id> };
  '/api/v1/tickets/{id}/transitions': { post: Op<S['Ticket'], Id, { to: S['TicketState']; comment?: string; version?: number }> };
  '/api/v1/tickets/{id}/entries': { post: Op<S['Ticket'] | S['TicketEntry'] | undefined, Id, { body: string }> };
  '/api/v1/tickets/{id}/assignee': { put: Op<S['Ticket'], Id, { account_id: string | null; version?: number }> };
  '/api/v1/recordings': { get: Op<List<S['Recording']>, { query?: Page & { state?: string; phone?: string; from?: string; to?: string } }> };
  '/api/v1/recordings/{id}': { get: Op<S['Recording'], Id> };
  '/api/v1/recordings/{id}/transcript': { get: Op<S['Transcript'], Id> };
  '/api/v1/recordings/{id}/waveform': { get: Op<S['Waveform'], Id & { query?: { buckets?: number } }> };
  '/api/v1/recordings/{id}/grant': { get: Op<S['Grant'], Id> };
  '/api/v1/inspections': { get: Op<List<S['Inspection']>, { query?: Page & { subject_kind?: 'conversation' | 'recording'; state?: string } }> };
  '/api/v1/inspections/{id}': { get: Op<S['Inspection'], Id> };
  '/api/v1/inspections/{id}/claim': { post: Op<S['Inspection'], Id> };
  '/api/v1/inspections/{id}/confirm': { post: Op<S['Inspection'], Id, { comment: string }> };
  '/api/v1/approvals': {
    get: Op<List<S['Approval']>, { query?: Page & { state?: string; mine?: boolean } }>;
    post: Op<S['Approval'], None, { kind: string; object_id: string; reason: string }>;
  };
  '/api/v1/approvals/{id}/decision': { post: Op<S['Approval'], Id, { decision: 'approve' | 'reject'; comment: string }> };
  '/api/v1/articles': { get: Op<List<S['Article']>, { query?: Page & { q?: string } }>; post: Op<S['ArticleDetail'] | S['Article'], None, { title: string; body: string }> };
  '/api/v1/articles/{id}': { get: Op<S['ArticleDetail'], Id> };
  '/api/v1/articles/{id}/versions': { post: Op<S['ArticleDetail'] | S['ArticleVersion'], Id, { title: string; body: string }> };
  '/api/v1/articles/{id}/versions/{version}/publish': { post: Op<S['ArticleDetail'] | S['ArticleVersion'] | undefined, { path: { id: string; version: number } }> };
  '/api/v1/search': { get: Op<List<S['SearchHit']>, { query: { q: string; kinds?: string; limit?: number; cursor?: string } }> };
  '/api/v1/audit-records': { get: Op<List<S['AuditRecord']> & { total?: number }, { query?: Page & S['AuditQuery'] }> };
  '/api/v1/audit-records/{id}': { get: Op<S['AuditRecord'], Id> };
  '/api/v1/audit-actions': { get: Op<List<{ code: string; text: string }>> };
  '/api/v1/audit-verification': { post: Op<S['Verification']> };
  '/api/v1/audit-heads': { get: Op<List<S['AuditHead']>, { query?: Page }> };
}
