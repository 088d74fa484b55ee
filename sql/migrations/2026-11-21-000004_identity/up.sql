CREATE TABLE accounts (
    id uuid PRIMARY KEY,
    org_id uuid NOT NULL REFERENCES organisations (id) ON DELETE RESTRICT,
    login text NOT NULL UNIQUE CHECK (login = lower(login)),
    display_name text NOT NULL,
    salt bytea NOT NULL,
    iterations integer NOT NULL,
    verifier bytea NOT NULL,
    must_change_password boolean NOT NULL,
    one_time_expires_at timestamptz,
    password_changed_at timestamptz NOT NULL,
    locked_until timestamptz,
    disabled_at timestamptz,
    last_sign_in_at timestamptz,
    created_at timestamptz NOT NULL
);

-- Each grant carries a MAC; a row changed behind the program's back is ignored and reported (control A7).
CREATE TABLE account_roles (
    account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
    org_id uuid NOT NULL REFERENCES organisations (id) ON DELETE RESTRICT,
    role text NOT NULL,
    granted_by uuid,
    granted_at timestamptz NOT NULL,
    mac bytea NOT NULL,
    PRIMARY KEY (account_id, org_id, role)
);

CREATE TABLE password_history (
    account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
    changed_at timestamptz NOT NULL,
    salt bytea NOT NULL,
    iterations integer NOT NULL,
    verifier bytea NOT NULL,
    PRIMARY KEY (account_id, changed_at)
);

-- Failures are counted in a sliding window, per account and per source address. No login is kept: people type passwords there.
CREATE TABLE sign_in_failures (
    id uuid PRIMARY KEY,
    account_id uuid REFERENCES accounts (id) ON DELETE RESTRICT,
    source_ip text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX sign_in_failures_source ON sign_in_failures (source_ip, at);
CREATE INDEX sign_in_failures_account ON sign_in_failures (account_id, at);

CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
    org_id uuid NOT NULL REFERENCES organisations (id) ON DELETE RESTRICT,
    zone text NOT NULL,
    token_digest bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL,
    last_activity_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    source_ip text NOT NULL,
    user_agent text NOT NULL,
    ended_at timestamptz,
    end_reason text
);
CREATE INDEX sessions_live ON sessions (account_id) WHERE ended_at IS NULL;
