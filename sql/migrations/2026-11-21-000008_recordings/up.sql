CREATE TABLE recordings (
    id uuid PRIMARY KEY,
    org_id uuid NOT NULL REFERENCES organisations (id) ON DELETE RESTRICT,
    data_key_id uuid NOT NULL REFERENCES data_keys (id) ON DELETE RESTRICT,
    call_id text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('inbound', 'outbound')),
    state text NOT NULL CHECK (state IN ('imported', 'transcribing', 'transcribed', 'failed')),
    agent_id uuid REFERENCES accounts (id) ON DELETE RESTRICT,
    customer_id uuid REFERENCES customers (id) ON DELETE RESTRICT,
    agent_channel smallint NOT NULL CHECK (agent_channel IN (0, 1)),
    caller bytea NOT NULL,
    caller_index bytea NOT NULL,
    callee bytea NOT NULL,
    callee_index bytea NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    duration_ms bigint NOT NULL,
    sample_rate integer NOT NULL,
    channels smallint NOT NULL,
    codec text NOT NULL,
    bytes bigint NOT NULL,
    digest bytea NOT NULL,
    manifest_digest bytea NOT NULL,
    signature bytea NOT NULL,
    signing_key_id uuid NOT NULL REFERENCES signing_keys (id) ON DELETE RESTRICT,
    waveform bytea NOT NULL,
    failure_code text,
    imported_by uuid REFERENCES accounts (id) ON DELETE RESTRICT,
    imported_at timestamptz NOT NULL,
    UNIQUE (org_id, call_id)
);
CREATE INDEX recordings_recent ON recordings (org_id, started_at DESC, id DESC);
CREATE INDEX recordings_caller ON recordings (org_id, caller_index, started_at DESC);
CREATE INDEX recordings_callee ON recordings (org_id, callee_index, started_at DESC);

CREATE TABLE transcripts (
    id uuid PRIMARY KEY,
    org_id uuid NOT NULL REFERENCES organisations (id) ON DELETE RESTRICT,
    recording_id uuid NOT NULL UNIQUE REFERENCES recordings (id) ON DELETE RESTRICT,
    engine text NOT NULL,
    model text NOT NULL,
    model_digest text NOT NULL,
    demo_model boolean NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE transcript_segments (
    id uuid PRIMARY KEY,
    org_id uuid NOT NULL REFERENCES organisations (id) ON DELETE RESTRICT,
    transcript_id uuid NOT NULL REFERENCES transcripts (id) ON DELETE RESTRICT,
    ordinal integer NOT NULL,
    channel smallint NOT NULL,
    speaker text NOT NULL CHECK (speaker IN ('agent', 'customer')),
    start_ms bigint NOT NULL,
    end_ms bigint NOT NULL,
    body bytea NOT NULL,
    confidence real NOT NULL,
    UNIQUE (transcript_id, ordinal)
);

-- Who may hear which recording until when, and why.
CREATE TABLE playback_grants (
    id uuid PRIMARY KEY,
    org_id uuid NOT NULL REFERENCES organisations (id) ON DELETE RESTRICT,
    recording_id uuid NOT NULL REFERENCES recordings (id) ON DELETE RESTRICT,
    account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
    source text NOT NULL CHECK (source IN ('inspection_task', 'approval')),
    source_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX playback_grants_of ON playback_grants (recording_id, account_id, expires_at);
