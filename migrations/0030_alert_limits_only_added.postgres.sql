-- Alert limits are only added to. The owner gives up the other rights.

-- +goose Up
REVOKE UPDATE, DELETE, TRUNCATE ON alert_limits FROM PUBLIC, CURRENT_USER;
