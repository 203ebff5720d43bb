-- The audit trail and what was published are only added to. The owner gives up the
-- other rights; the program refuses to run as a role that has them, or as a
-- superuser, who has them all.

-- +goose Up
REVOKE UPDATE, DELETE, TRUNCATE ON audit_events FROM PUBLIC, CURRENT_USER;
REVOKE UPDATE, DELETE, TRUNCATE ON publications FROM PUBLIC, CURRENT_USER;
