-- The audit ledger. Records are inserted in the business transaction and never changed; the sealer alone adds seals and heads.
CREATE TABLE audit_records (
    id uuid PRIMARY KEY,
    org_id uuid NOT NULL REFERENCES organisations (id) ON DELETE RESTRICT,
    at timestamptz NOT NULL,
    node text NOT NULL,
    software_version text NOT NULL,
    actor_kind text NOT NULL,
    actor_id uuid,
    actor_name text NOT NULL,
    actor_roles text NOT NULL,
    session_id uuid,
    source_ip text,
    action text NOT NULL,
    object_kind text,
    object_id uuid,
    object_label text,
    customer_id uuid,
    outcome text NOT NULL CHECK (outcome IN ('success', 'refused', 'failed')),
    code text,
    reason bytea,
    approval_id uuid,
    trace_id text NOT NULL,
    detail text NOT NULL,
    mac_key_id text NOT NULL,
    mac bytea NOT NULL
);
CREATE INDEX audit_records_time ON audit_records (org_id, at DESC, id DESC);
CREATE INDEX audit_records_actor ON audit_records (actor_id, at DESC);
CREATE INDEX audit_records_object ON audit_records (object_id, at DESC);
CREATE INDEX audit_records_customer ON audit_records (customer_id, at DESC);
CREATE INDEX audit_records_action ON audit_records (action, at DESC);

-- Records that wait for their position; a row leaves in the transaction that seals it.
CREATE TABLE audit_unsealed (
    record_id uuid PRIMARY KEY REFERENCES audit_records (id) ON DELETE RESTRICT
);

-- The Merkle log: gap-free positions from 0, one leaf each.
CREATE TABLE audit_seals (
    position bigint PRIMARY KEY,
    record_id uuid NOT NULL UNIQUE REFERENCES audit_records (id) ON DELETE RESTRICT,
    leaf_hash bytea NOT NULL,
    sealed_at timestamptz NOT NULL
);

-- Signed heads: the root over the first tree_size leaves.
CREATE TABLE audit_heads (
    tree_size bigint PRIMARY KEY,
    root_hash bytea NOT NULL,
    frontier bytea NOT NULL,
    signed_at timestamptz NOT NULL,
    signing_key_id uuid NOT NULL REFERENCES signing_keys (id) ON DELETE RESTRICT,
    signature bytea NOT NULL,
    fence bigint NOT NULL
);

CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit ledger is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_records_append_only BEFORE UPDATE OR DELETE ON audit_records FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_records_no_truncate BEFORE TRUNCATE ON audit_records FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_seals_append_only BEFORE UPDATE OR DELETE ON audit_seals FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_seals_no_truncate BEFORE TRUNCATE ON audit_seals FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_heads_append_only BEFORE UPDATE OR DELETE ON audit_heads FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_heads_no_truncate BEFORE TRUNCATE ON audit_heads FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
