DROP TABLE audit_heads;
DROP TABLE audit_seals;
DROP TABLE audit_unsealed;
DROP TABLE audit_records;
DROP FUNCTION audit_is_append_only();
