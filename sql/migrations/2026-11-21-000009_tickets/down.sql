DROP TABLE ticket_entries;
DROP TABLE tickets;
DROP SEQUENCE ticket_numbers;
