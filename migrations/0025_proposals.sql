-- Who proposed a substance that was not in the dictionary, when and why: whoever reviews it
-- is another.

-- +goose Up
ALTER TABLE substances ADD COLUMN proposed_by integer;
ALTER TABLE substances ADD COLUMN proposed_at timestamptz;
ALTER TABLE substances ADD COLUMN proposed_why text NOT NULL DEFAULT '';
