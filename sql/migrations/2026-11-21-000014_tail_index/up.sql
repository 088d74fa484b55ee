-- The last four digits of the numbers on both sides, as blind indexes that are worth something within one organisation alone.
-- Empty for numbers too short to have a tail, and for calls from before.
ALTER TABLE recordings ADD COLUMN caller_tail_index bytea;
ALTER TABLE recordings ADD COLUMN callee_tail_index bytea;
CREATE INDEX recordings_caller_tail ON recordings (org_id, caller_tail_index, started_at DESC);
CREATE INDEX recordings_callee_tail ON recordings (org_id, callee_tail_index, started_at DESC);
