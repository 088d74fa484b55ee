UPDATE key_rotations SET after = NULL;
ALTER TABLE key_rotations DROP COLUMN place;
ALTER TABLE key_rotations ADD COLUMN place integer NOT NULL DEFAULT 0;
ALTER TABLE data_key_versions DROP COLUMN activated_by;
ALTER TABLE data_keys DROP COLUMN activated_by;
ALTER TABLE class_keys DROP COLUMN activated_by;
