ALTER TABLE recordings DROP COLUMN caller_tail_index;
ALTER TABLE recordings DROP COLUMN callee_tail_index;
