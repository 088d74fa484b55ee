DROP TABLE sessions;
DROP TABLE sign_in_failures;
DROP TABLE password_history;
DROP TABLE account_roles;
DROP TABLE accounts;
