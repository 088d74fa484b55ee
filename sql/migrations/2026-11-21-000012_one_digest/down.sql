ALTER TABLE recordings ADD COLUMN manifest_digest bytea NOT NULL DEFAULT '';
ALTER TABLE recordings ALTER COLUMN manifest_digest DROP DEFAULT;
ALTER TABLE attachments ADD COLUMN manifest_sm3 bytea NOT NULL DEFAULT '';
ALTER TABLE attachments ALTER COLUMN manifest_sm3 DROP DEFAULT;
