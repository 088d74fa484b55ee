DROP TABLE key_rotations;
DROP TABLE root_keys;
DROP TABLE data_key_versions;
ALTER TABLE data_keys
    DROP COLUMN created_by,
    DROP COLUMN activated_at,
    DROP COLUMN destroyed_by,
    DROP COLUMN other_versions,
    DROP CONSTRAINT data_keys_state_check,
    ADD CONSTRAINT data_keys_state_check CHECK (state IN ('active', 'decrypt_only', 'destroyed'));
DROP INDEX class_keys_active;
ALTER TABLE class_keys
    DROP COLUMN root_key_version,
    DROP COLUMN created_by,
    DROP COLUMN activated_at,
    DROP COLUMN retired_at,
    DROP COLUMN retired_by,
    DROP COLUMN destroyed_by,
    DROP CONSTRAINT class_keys_class_month_version_key,
    ADD CONSTRAINT class_keys_class_month_key UNIQUE (class, month),
    DROP CONSTRAINT class_keys_state_check,
    ADD CONSTRAINT class_keys_state_check CHECK (state IN ('active', 'decrypt_only', 'destroyed'));
