-- Pictures and documents in a conversation. The file lies in the vault under the attachment's id, sealed under a key of its own; its name is
-- the message's body.
CREATE TABLE attachments (
    id uuid PRIMARY KEY,
    org_id uuid NOT NULL REFERENCES organisations (id) ON DELETE RESTRICT,
    conversation_id uuid NOT NULL REFERENCES conversations (id) ON DELETE RESTRICT,
    message_id uuid NOT NULL UNIQUE REFERENCES messages (id) ON DELETE RESTRICT,
    data_key_id uuid NOT NULL REFERENCES data_keys (id) ON DELETE RESTRICT,
    media_type text NOT NULL CHECK (media_type IN ('image/png', 'image/jpeg', 'application/pdf')),
    bytes bigint NOT NULL CHECK (bytes > 0),
    width integer,
    height integer,
    digest_sm3 bytea NOT NULL,
    manifest_sm3 bytea NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX attachments_conversation ON attachments (conversation_id);

ALTER TABLE messages DROP CONSTRAINT messages_kind_check;
ALTER TABLE messages ADD CONSTRAINT messages_kind_check
    CHECK (kind IN ('text', 'answer', 'refusal', 'notice', 'attachment'));
