-- How much attention a released result asks of its reader, as it was when the facts were
-- made; empty where that is none. It stands behind the facts, which `marquis reclassify` makes
-- anew.

-- +goose Up
ALTER TABLE sample_facts ADD COLUMN attention text NOT NULL DEFAULT '';
