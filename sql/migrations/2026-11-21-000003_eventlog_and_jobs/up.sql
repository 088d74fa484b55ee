-- The transactional outbox: the truth about what happened. Order is per aggregate, by aggregate_seq.
CREATE TABLE event_streams (
    aggregate_id uuid PRIMARY KEY,
    last_seq bigint NOT NULL
);

CREATE TABLE event_outbox (
    id uuid PRIMARY KEY,
    org_id uuid NOT NULL REFERENCES organisations (id) ON DELETE RESTRICT,
    topic text NOT NULL,
    type text NOT NULL,
    version integer NOT NULL,
    aggregate_kind text NOT NULL,
    aggregate_id uuid NOT NULL,
    aggregate_seq bigint NOT NULL,
    audit_id uuid NOT NULL REFERENCES audit_records (id) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED,
    occurred_at timestamptz NOT NULL,
    data_key_id uuid NOT NULL,
    payload bytea NOT NULL,
    UNIQUE (aggregate_id, aggregate_seq)
);

-- What each subscription still has to take. A row per event and subscription is written with the event, so no reader ever
-- has to guess about transactions that are still open, and leaves when the handler has committed.
CREATE TABLE event_deliveries (
    subscription text NOT NULL,
    event_id uuid NOT NULL REFERENCES event_outbox (id) ON DELETE CASCADE,
    aggregate_id uuid NOT NULL,
    aggregate_seq bigint NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    not_before timestamptz NOT NULL,
    dead_at timestamptz,
    last_error text,
    PRIMARY KEY (subscription, event_id)
);
CREATE INDEX event_deliveries_order ON event_deliveries (subscription, aggregate_id, aggregate_seq);
CREATE INDEX event_deliveries_ready ON event_deliveries (subscription, not_before) WHERE dead_at IS NULL;

CREATE TABLE jobs (
    id uuid PRIMARY KEY,
    org_id uuid REFERENCES organisations (id) ON DELETE RESTRICT,
    kind text NOT NULL,
    payload text NOT NULL,
    priority smallint NOT NULL,
    state text NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    run_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    max_attempts integer NOT NULL,
    lease_token uuid,
    lease_until timestamptz,
    dedup_key text,
    progress real NOT NULL DEFAULT 0,
    error_code text,
    created_at timestamptz NOT NULL,
    finished_at timestamptz
);
CREATE UNIQUE INDEX jobs_dedup ON jobs (kind, dedup_key) WHERE state IN ('queued', 'running');
CREATE INDEX jobs_failed ON jobs (kind) WHERE state = 'failed';
CREATE INDEX jobs_ready ON jobs (priority DESC, run_at) WHERE state IN ('queued', 'running');
