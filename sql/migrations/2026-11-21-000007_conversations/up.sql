CREATE TABLE queues (
    id uuid PRIMARY KEY,
    org_id uuid NOT NULL REFERENCES organisations (id) ON DELETE RESTRICT,
    code text NOT NULL,
    name text NOT NULL,
    created_at timestamptz NOT NULL,
    UNIQUE (org_id, code)
);

CREATE TABLE agent_states (
    account_id uuid PRIMARY KEY REFERENCES accounts (id) ON DELETE RESTRICT,
    org_id uuid NOT NULL REFERENCES organisations (id) ON DELETE RESTRICT,
    queue_id uuid NOT NULL REFERENCES queues (id) ON DELETE RESTRICT,
    state text NOT NULL CHECK (state IN ('offline', 'ready', 'break')),
    capacity integer NOT NULL CHECK (capacity BETWEEN 1 AND 20),
    since timestamptz NOT NULL,
    last_assigned_at timestamptz
);

CREATE TABLE conversations (
    id uuid PRIMARY KEY,
    org_id uuid NOT NULL REFERENCES organisations (id) ON DELETE RESTRICT,
    customer_id uuid NOT NULL REFERENCES customers (id) ON DELETE RESTRICT,
    data_key_id uuid NOT NULL REFERENCES data_keys (id) ON DELETE RESTRICT,
    channel text NOT NULL,
    state text NOT NULL CHECK (state IN ('bot', 'queued', 'active', 'closed')),
    queue_id uuid REFERENCES queues (id) ON DELETE RESTRICT,
    agent_id uuid REFERENCES accounts (id) ON DELETE RESTRICT,
    handoff_reason text,
    refusals_in_a_row integer NOT NULL DEFAULT 0,
    last_seq bigint NOT NULL DEFAULT 0,
    notice_version text NOT NULL,
    opened_at timestamptz NOT NULL,
    queued_at timestamptz,
    assigned_at timestamptz,
    closed_at timestamptz,
    last_message_at timestamptz NOT NULL,
    summary bytea,
    page_url bytea
);
CREATE INDEX conversations_recent ON conversations (org_id, last_message_at DESC, id DESC);
CREATE INDEX conversations_agent ON conversations (agent_id, state);
CREATE INDEX conversations_waiting ON conversations (queue_id, queued_at) WHERE state = 'queued';
CREATE INDEX conversations_customer ON conversations (customer_id, opened_at DESC);

CREATE TABLE messages (
    id uuid PRIMARY KEY,
    org_id uuid NOT NULL REFERENCES organisations (id) ON DELETE RESTRICT,
    conversation_id uuid NOT NULL REFERENCES conversations (id) ON DELETE RESTRICT,
    seq bigint NOT NULL,
    author_kind text NOT NULL CHECK (author_kind IN ('customer', 'bot', 'agent', 'system')),
    author_id uuid,
    kind text NOT NULL CHECK (kind IN ('text', 'answer', 'refusal', 'notice')),
    body bytea NOT NULL,
    client_id text,
    created_at timestamptz NOT NULL,
    UNIQUE (conversation_id, seq),
    UNIQUE (conversation_id, author_kind, client_id)
);

CREATE TABLE message_citations (
    message_id uuid NOT NULL REFERENCES messages (id) ON DELETE RESTRICT,
    org_id uuid NOT NULL REFERENCES organisations (id) ON DELETE RESTRICT,
    ordinal integer NOT NULL,
    article_id uuid NOT NULL REFERENCES articles (id) ON DELETE RESTRICT,
    article_version integer NOT NULL,
    title bytea NOT NULL,
    quote bytea NOT NULL,
    PRIMARY KEY (message_id, ordinal)
);

-- What the bot knew when it answered or refused (control G4): replay without guessing.
CREATE TABLE bot_receipts (
    message_id uuid PRIMARY KEY REFERENCES messages (id) ON DELETE RESTRICT,
    org_id uuid NOT NULL REFERENCES organisations (id) ON DELETE RESTRICT,
    question_id uuid NOT NULL REFERENCES messages (id) ON DELETE RESTRICT,
    engine text NOT NULL,
    engine_version text NOT NULL,
    threshold real NOT NULL,
    candidates text NOT NULL,
    created_at timestamptz NOT NULL
);

-- The browser's proof that a chat is its own; only the token's digest is kept.
CREATE TABLE chat_sessions (
    id uuid PRIMARY KEY,
    org_id uuid NOT NULL REFERENCES organisations (id) ON DELETE RESTRICT,
    customer_id uuid NOT NULL REFERENCES customers (id) ON DELETE RESTRICT,
    conversation_id uuid NOT NULL REFERENCES conversations (id) ON DELETE RESTRICT,
    token_digest bytea NOT NULL UNIQUE,
    source_ip text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
