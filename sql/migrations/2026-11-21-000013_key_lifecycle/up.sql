-- Every key says when and by whom it came into each of its states: pre-active, active, decrypt-only, destroyed. `*_by` is an account or a
-- customer; null where the program acted by itself.
ALTER TABLE class_keys
    DROP CONSTRAINT class_keys_state_check,
    ADD CONSTRAINT class_keys_state_check CHECK (state IN ('pre_active', 'active', 'decrypt_only', 'destroyed')),
    DROP CONSTRAINT class_keys_class_month_key,
    ADD CONSTRAINT class_keys_class_month_version_key UNIQUE (class, month, version),
    ADD COLUMN root_key_version integer NOT NULL DEFAULT 1,
    ADD COLUMN created_by uuid,
    ADD COLUMN activated_at timestamptz,
    ADD COLUMN retired_at timestamptz,
    ADD COLUMN retired_by uuid,
    ADD COLUMN destroyed_by uuid;
ALTER TABLE class_keys ALTER COLUMN root_key_version DROP DEFAULT;
UPDATE class_keys SET activated_at = created_at;
-- One key of a class wraps at a time in each month.
CREATE UNIQUE INDEX class_keys_active ON class_keys (class, month) WHERE state = 'active';

ALTER TABLE data_keys
    DROP CONSTRAINT data_keys_state_check,
    ADD CONSTRAINT data_keys_state_check CHECK (state IN ('active', 'destroyed')),
    ADD COLUMN created_by uuid,
    ADD COLUMN activated_at timestamptz,
    ADD COLUMN destroyed_by uuid,
    -- How many rows of data_key_versions still open something.
    ADD COLUMN other_versions integer NOT NULL DEFAULT 0;
UPDATE data_keys SET activated_at = created_at;
ALTER TABLE data_keys ALTER COLUMN activated_at SET NOT NULL;

-- Versions of a data key beside the one that seals: the next one while every node learns of it, and former ones until nothing needs them.
CREATE TABLE data_key_versions (
    data_key_id uuid NOT NULL REFERENCES data_keys (id) ON DELETE RESTRICT,
    version integer NOT NULL,
    class_key_id uuid NOT NULL REFERENCES class_keys (id) ON DELETE RESTRICT,
    wrapped bytea,
    state text NOT NULL CHECK (state IN ('pre_active', 'decrypt_only', 'destroyed')),
    created_at timestamptz NOT NULL,
    created_by uuid,
    activated_at timestamptz,
    retired_at timestamptz,
    retired_by uuid,
    destroyed_at timestamptz,
    destroyed_by uuid,
    PRIMARY KEY (data_key_id, version),
    CHECK ((state = 'destroyed') = (wrapped IS NULL))
);
CREATE INDEX data_key_versions_state ON data_key_versions (state, data_key_id) WHERE state <> 'destroyed';
CREATE INDEX data_key_versions_class ON data_key_versions (class_key_id);

-- The root keys that class keys have hung on. The keys themselves are with their provider.
CREATE TABLE root_keys (
    id uuid NOT NULL,
    version integer NOT NULL,
    provider text NOT NULL,
    state text NOT NULL CHECK (state IN ('active', 'decrypt_only', 'destroyed')),
    activated_at timestamptz NOT NULL,
    activated_by uuid,
    retired_at timestamptz,
    retired_by uuid,
    destroyed_at timestamptz,
    destroyed_by uuid,
    PRIMARY KEY (id, version)
);
CREATE UNIQUE INDEX root_keys_active ON root_keys (state) WHERE state = 'active';

-- A rotation of data keys, and how far its rewriting has come: a killed one goes on from here.
CREATE TABLE key_rotations (
    id uuid PRIMARY KEY,
    -- One scope of data keys, or all when null.
    scope text,
    phase text NOT NULL CHECK (phase IN ('preparing', 'settling', 'activating', 'settling_again', 'rewriting', 'finished')),
    -- Keys made after this are younger than the rotation and left alone.
    started_at timestamptz NOT NULL,
    started_by uuid,
    phase_at timestamptz NOT NULL,
    keys bigint NOT NULL DEFAULT 0,
    -- The place that is being rewritten, and the last row of it that is done.
    place integer NOT NULL DEFAULT 0,
    after uuid,
    rewritten bigint NOT NULL DEFAULT 0,
    finished_at timestamptz
);
CREATE UNIQUE INDEX key_rotations_open ON key_rotations ((true)) WHERE finished_at IS NULL;
