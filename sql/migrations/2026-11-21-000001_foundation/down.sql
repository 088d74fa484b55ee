DROP TABLE idempotency_keys;
DROP TABLE leases;
DROP TABLE signing_keys;
DROP TABLE shared_keys;
DROP TABLE data_keys;
DROP TABLE class_keys;
DROP TABLE organisations;
