-- The audit trail and what was published are only added to. Triggers refuse the rest.

-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER audit_events_no_update BEFORE UPDATE ON audit_events
BEGIN
  SELECT RAISE(ABORT, 'audit_events is only added to');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER audit_events_no_delete BEFORE DELETE ON audit_events
BEGIN
  SELECT RAISE(ABORT, 'audit_events is only added to');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER publications_no_update BEFORE UPDATE ON publications
BEGIN
  SELECT RAISE(ABORT, 'publications is only added to');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER publications_no_delete BEFORE DELETE ON publications
BEGIN
  SELECT RAISE(ABORT, 'publications is only added to');
END;
-- +goose StatementEnd

-- INSERT OR REPLACE deletes without asking the triggers above.
-- +goose StatementBegin
CREATE TRIGGER audit_events_no_replace BEFORE INSERT ON audit_events
WHEN EXISTS (SELECT 1 FROM audit_events WHERE service_id = new.service_id AND seq = new.seq)
BEGIN
  SELECT RAISE(ABORT, 'audit_events is only added to');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER publications_no_replace BEFORE INSERT ON publications
WHEN EXISTS (SELECT 1 FROM publications WHERE service_id = new.service_id AND id = new.id)
  OR EXISTS (SELECT 1 FROM publications WHERE service_id = new.service_id AND sample_id = new.sample_id AND version = new.version)
BEGIN
  SELECT RAISE(ABORT, 'publications is only added to');
END;
-- +goose StatementEnd
