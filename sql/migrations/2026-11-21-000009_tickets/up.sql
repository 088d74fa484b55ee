CREATE SEQUENCE ticket_numbers;

CREATE TABLE tickets (
    id uuid PRIMARY KEY,
    org_id uuid NOT NULL REFERENCES organisations (id) ON DELETE RESTRICT,
    data_key_id uuid NOT NULL REFERENCES data_keys (id) ON DELETE RESTRICT,
    number text NOT NULL UNIQUE,
    kind text NOT NULL CHECK (kind IN ('inquiry', 'complaint', 'service_request', 'dispute')),
    priority text NOT NULL CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
    state text NOT NULL CHECK (state IN ('open', 'in_progress', 'waiting_customer', 'resolved', 'closed', 'cancelled')),
    subject bytea NOT NULL,
    description bytea NOT NULL,
    customer_id uuid REFERENCES customers (id) ON DELETE RESTRICT,
    conversation_id uuid REFERENCES conversations (id) ON DELETE RESTRICT,
    recording_id uuid REFERENCES recordings (id) ON DELETE RESTRICT,
    assignee_id uuid REFERENCES accounts (id) ON DELETE RESTRICT,
    created_by uuid NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
    version integer NOT NULL,
    last_entry_seq integer NOT NULL,
    due_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX tickets_recent ON tickets (org_id, created_at DESC, id DESC);
CREATE INDEX tickets_assignee ON tickets (assignee_id, state);
CREATE INDEX tickets_conversation ON tickets (conversation_id);

CREATE TABLE ticket_entries (
    id uuid PRIMARY KEY,
    org_id uuid NOT NULL REFERENCES organisations (id) ON DELETE RESTRICT,
    ticket_id uuid NOT NULL REFERENCES tickets (id) ON DELETE RESTRICT,
    seq integer NOT NULL,
    actor_id uuid REFERENCES accounts (id) ON DELETE RESTRICT,
    kind text NOT NULL CHECK (kind IN ('created', 'comment', 'transition', 'assignment')),
    from_state text,
    to_state text,
    body bytea,
    at timestamptz NOT NULL,
    UNIQUE (ticket_id, seq)
);
