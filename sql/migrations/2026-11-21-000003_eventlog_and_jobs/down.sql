DROP TABLE jobs;
DROP TABLE event_deliveries;
DROP TABLE event_outbox;
DROP TABLE event_streams;
