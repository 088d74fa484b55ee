CREATE TABLE approvals (
    id uuid PRIMARY KEY,
    org_id uuid NOT NULL REFERENCES organisations (id) ON DELETE RESTRICT,
    kind text NOT NULL,
    object_kind text NOT NULL,
    object_id uuid NOT NULL,
    object_label text NOT NULL,
    reason bytea NOT NULL,
    requester_id uuid NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
    state text NOT NULL CHECK (state IN ('pending', 'approved', 'rejected', 'expired', 'executed')),
    decided_by uuid REFERENCES accounts (id) ON DELETE RESTRICT,
    decided_at timestamptz,
    comment bytea,
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    executed_at timestamptz,
    -- Four eyes in the database too: nobody decides on his own request.
    CHECK (decided_by IS NULL OR decided_by <> requester_id)
);
CREATE INDEX approvals_pending ON approvals (org_id, created_at) WHERE state = 'pending';
CREATE UNIQUE INDEX approvals_one_pending ON approvals (kind, object_id, requester_id) WHERE state = 'pending';
