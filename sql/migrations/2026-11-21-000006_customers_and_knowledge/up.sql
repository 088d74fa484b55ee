CREATE TABLE customers (
    id uuid PRIMARY KEY,
    org_id uuid NOT NULL REFERENCES organisations (id) ON DELETE RESTRICT,
    data_key_id uuid NOT NULL REFERENCES data_keys (id) ON DELETE RESTRICT,
    display_name bytea,
    phone bytea,
    phone_index bytea,
    created_at timestamptz NOT NULL
);
CREATE INDEX customers_phone ON customers (org_id, phone_index);

CREATE TABLE articles (
    id uuid PRIMARY KEY,
    org_id uuid NOT NULL REFERENCES organisations (id) ON DELETE RESTRICT,
    data_key_id uuid NOT NULL REFERENCES data_keys (id) ON DELETE RESTRICT,
    state text NOT NULL CHECK (state IN ('draft', 'published', 'retired')),
    published_version integer,
    last_version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX articles_recent ON articles (org_id, updated_at DESC, id DESC);

CREATE TABLE article_versions (
    id uuid PRIMARY KEY,
    org_id uuid NOT NULL REFERENCES organisations (id) ON DELETE RESTRICT,
    article_id uuid NOT NULL REFERENCES articles (id) ON DELETE RESTRICT,
    version integer NOT NULL,
    title bytea NOT NULL,
    body bytea NOT NULL,
    state text NOT NULL CHECK (state IN ('draft', 'published', 'superseded', 'retired')),
    author_id uuid REFERENCES accounts (id) ON DELETE RESTRICT,
    published_by uuid REFERENCES accounts (id) ON DELETE RESTRICT,
    effective_from timestamptz,
    published_at timestamptz,
    created_at timestamptz NOT NULL,
    UNIQUE (article_id, version)
);
