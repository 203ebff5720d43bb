-- A file of an instrument waits for its entry where files of imports wait, too, so that its trial
-- outlives the program. What was typed beside it, is kept with it; empty for a file of an import.

-- +goose Up
ALTER TABLE uploads ADD COLUMN typed text NOT NULL DEFAULT '';
