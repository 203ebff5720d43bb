-- Which window a draft was last saved from, so that another one that was opened before
-- does not overwrite it unseen; empty: from none.

-- +goose Up
ALTER TABLE drafts ADD COLUMN window_key text NOT NULL DEFAULT '';
