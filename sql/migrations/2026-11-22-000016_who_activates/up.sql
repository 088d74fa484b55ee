-- Each state of a key has its date and who brought it about; of the active one only the date was kept.
ALTER TABLE class_keys ADD COLUMN activated_by uuid;
UPDATE class_keys SET activated_by = created_by WHERE activated_at = created_at;
ALTER TABLE data_keys ADD COLUMN activated_by uuid;
UPDATE data_keys SET activated_by = created_by WHERE activated_at = created_at;
ALTER TABLE data_key_versions ADD COLUMN activated_by uuid;
UPDATE data_key_versions SET activated_by = created_by WHERE activated_at = created_at;

-- The place that is being rewritten by its name: its number is another one in a release with other sealed columns. An open rotation looks at all of them once more.
ALTER TABLE key_rotations DROP COLUMN place;
ALTER TABLE key_rotations ADD COLUMN place text;
UPDATE key_rotations SET after = NULL;
