-- Judgements of substances are only added to. The owner gives up the other rights.

-- +goose Up
REVOKE UPDATE, DELETE, TRUNCATE ON substance_judgements FROM PUBLIC, CURRENT_USER;
