-- Organisations, stored keys, leases and idempotency keys: what every noun leans on.
CREATE TABLE organisations (
    id uuid PRIMARY KEY,
    parent_id uuid REFERENCES organisations (id) ON DELETE RESTRICT,
    code text NOT NULL UNIQUE,
    name text NOT NULL,
    created_at timestamptz NOT NULL
);

-- Class keys wrap data keys; they are cut by month so that destroying an old one takes the backups' data with it.
CREATE TABLE class_keys (
    id uuid PRIMARY KEY,
    class text NOT NULL,
    month text NOT NULL,
    version integer NOT NULL,
    wrapped bytea,
    root_key_id uuid NOT NULL,
    state text NOT NULL CHECK (state IN ('active', 'decrypt_only', 'destroyed')),
    created_at timestamptz NOT NULL,
    destroyed_at timestamptz,
    UNIQUE (class, month),
    CHECK ((state = 'destroyed') = (wrapped IS NULL))
);

-- One data key per conversation, recording, ticket, article, customer, index segment; destroying it destroys the data.
CREATE TABLE data_keys (
    id uuid PRIMARY KEY,
    org_id uuid NOT NULL REFERENCES organisations (id) ON DELETE RESTRICT,
    class_key_id uuid NOT NULL REFERENCES class_keys (id) ON DELETE RESTRICT,
    scope text NOT NULL,
    version integer NOT NULL,
    wrapped bytea,
    state text NOT NULL CHECK (state IN ('active', 'decrypt_only', 'destroyed')),
    created_at timestamptz NOT NULL,
    destroyed_at timestamptz,
    CHECK ((state = 'destroyed') = (wrapped IS NULL))
);
CREATE INDEX data_keys_class ON data_keys (class_key_id);
-- Keys shared by a whole scope (the audit ledger's reasons, approvals) are one per organisation and month.
CREATE TABLE shared_keys (
    org_id uuid NOT NULL REFERENCES organisations (id) ON DELETE RESTRICT,
    scope text NOT NULL,
    month text NOT NULL,
    data_key_id uuid NOT NULL REFERENCES data_keys (id) ON DELETE RESTRICT,
    PRIMARY KEY (org_id, scope, month)
);

-- SM2 key pairs that sign ledger heads and recordings; the private half is sealed under a data key of its own.
CREATE TABLE signing_keys (
    id uuid PRIMARY KEY,
    data_key_id uuid NOT NULL REFERENCES data_keys (id) ON DELETE RESTRICT,
    purpose text NOT NULL,
    public_key bytea NOT NULL,
    wrapped bytea,
    state text NOT NULL CHECK (state IN ('active', 'verify_only', 'destroyed')),
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX signing_keys_active ON signing_keys (purpose) WHERE state = 'active';

-- A singleton's holder has a row here; its fencing token is checked in every write of the holder.
CREATE TABLE leases (
    name text PRIMARY KEY,
    holder uuid NOT NULL,
    token bigint NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE TABLE idempotency_keys (
    actor_id uuid NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    resource_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (actor_id, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
