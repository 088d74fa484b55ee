CREATE TABLE inspection_rules (
    id uuid PRIMARY KEY,
    org_id uuid NOT NULL REFERENCES organisations (id) ON DELETE RESTRICT,
    code text NOT NULL,
    version integer NOT NULL,
    name text NOT NULL,
    definition text NOT NULL,
    deduction integer NOT NULL CHECK (deduction BETWEEN 0 AND 100),
    fatal boolean NOT NULL,
    enabled boolean NOT NULL,
    created_at timestamptz NOT NULL,
    UNIQUE (org_id, code, version)
);

CREATE TABLE inspections (
    id uuid PRIMARY KEY,
    org_id uuid NOT NULL REFERENCES organisations (id) ON DELETE RESTRICT,
    data_key_id uuid NOT NULL REFERENCES data_keys (id) ON DELETE RESTRICT,
    subject_kind text NOT NULL CHECK (subject_kind IN ('conversation', 'recording')),
    subject_id uuid NOT NULL,
    agent_id uuid REFERENCES accounts (id) ON DELETE RESTRICT,
    plan_code text NOT NULL,
    plan_version integer NOT NULL,
    score integer NOT NULL CHECK (score BETWEEN 0 AND 100),
    full_score integer NOT NULL,
    fatal boolean NOT NULL,
    state text NOT NULL CHECK (state IN ('suggested', 'assigned', 'confirmed')),
    assignee_id uuid REFERENCES accounts (id) ON DELETE RESTRICT,
    created_at timestamptz NOT NULL,
    confirmed_at timestamptz,
    confirmed_by uuid REFERENCES accounts (id) ON DELETE RESTRICT,
    comment bytea,
    UNIQUE (subject_kind, subject_id, plan_code, plan_version)
);
CREATE INDEX inspections_recent ON inspections (org_id, created_at DESC, id DESC);
CREATE INDEX inspections_subject ON inspections (subject_id);

CREATE TABLE inspection_findings (
    id uuid PRIMARY KEY,
    org_id uuid NOT NULL REFERENCES organisations (id) ON DELETE RESTRICT,
    inspection_id uuid NOT NULL REFERENCES inspections (id) ON DELETE RESTRICT,
    ordinal integer NOT NULL,
    rule_id uuid NOT NULL REFERENCES inspection_rules (id) ON DELETE RESTRICT,
    passed boolean NOT NULL,
    deduction integer NOT NULL,
    speaker text,
    quote bytea,
    at_ms bigint,
    message_id uuid REFERENCES messages (id) ON DELETE RESTRICT,
    segment_id uuid REFERENCES transcript_segments (id) ON DELETE RESTRICT,
    explanation text NOT NULL,
    UNIQUE (inspection_id, ordinal),
    -- Every deduction quotes its sentence and second.
    CHECK (passed OR (quote IS NOT NULL AND at_ms IS NOT NULL))
);
