-- Who signs: this program with a private key that is sealed here, or the crypto devices with one that never leaves them. Of theirs, the public key is sealed
-- instead, so that a row which somebody put here is told from ours.
ALTER TABLE signing_keys ADD COLUMN held_in text NOT NULL DEFAULT 'database' CHECK (held_in IN ('database', 'device'));
ALTER TABLE signing_keys ALTER COLUMN held_in DROP DEFAULT;
