-- Alert limits are only added to. Triggers refuse the rest.

-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER alert_limits_no_update BEFORE UPDATE ON alert_limits
BEGIN
  SELECT RAISE(ABORT, 'alert_limits is only added to');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER alert_limits_no_delete BEFORE DELETE ON alert_limits
BEGIN
  SELECT RAISE(ABORT, 'alert_limits is only added to');
END;
-- +goose StatementEnd

-- INSERT OR REPLACE deletes without asking the triggers above.
-- +goose StatementBegin
CREATE TRIGGER alert_limits_no_replace BEFORE INSERT ON alert_limits
WHEN EXISTS (SELECT 1 FROM alert_limits WHERE substance_id = new.substance_id AND form = new.form AND version = new.version)
BEGIN
  SELECT RAISE(ABORT, 'alert_limits is only added to');
END;
-- +goose StatementEnd
