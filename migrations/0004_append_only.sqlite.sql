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
