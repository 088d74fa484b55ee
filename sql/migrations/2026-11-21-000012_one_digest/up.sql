-- A file has one digest, over its content in clear. The one over its sealed chunks would change with every change of key, and the
-- chunks carry tags that say more.
ALTER TABLE recordings DROP COLUMN manifest_digest;
ALTER TABLE attachments DROP COLUMN manifest_sm3;
