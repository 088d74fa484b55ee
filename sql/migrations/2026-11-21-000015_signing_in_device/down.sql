ALTER TABLE signing_keys DROP COLUMN held_in;
