-- Judgements of substances are only added to. Triggers refuse the rest.

-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER substance_judgements_no_update BEFORE UPDATE ON substance_judgements
BEGIN
  SELECT RAISE(ABORT, 'substance_judgements is only added to');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER substance_judgements_no_delete BEFORE DELETE ON substance_judgements
BEGIN
  SELECT RAISE(ABORT, 'substance_judgements is only added to');
END;
-- +goose StatementEnd

-- INSERT OR REPLACE deletes without asking the triggers above.
-- +goose StatementBegin
CREATE TRIGGER substance_judgements_no_replace BEFORE INSERT ON substance_judgements
WHEN EXISTS (SELECT 1 FROM substance_judgements WHERE substance_id = new.substance_id AND version = new.version)
BEGIN
  SELECT RAISE(ABORT, 'substance_judgements is only added to');
END;
-- +goose StatementEnd
