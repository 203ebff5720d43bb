-- The trail tells in which format an event is, and what kind of actor did it: the hash
-- of format 2 covers both. What was published is kept as the text that it is, the same
-- bytes on both databases, so that the trail can tell its SHA-256.

-- +goose Up
ALTER TABLE audit_events ADD COLUMN format smallint NOT NULL DEFAULT 1;
ALTER TABLE audit_events ADD COLUMN actor_kind text NOT NULL DEFAULT '';

-- SQLite kept the text that the program wrote; a column gets another type by a table of
-- its own.
CREATE TABLE publications_as_text (
  service_id   integer NOT NULL,
  id           uuid    NOT NULL,
  sample_id    uuid    NOT NULL,
  version      integer NOT NULL CHECK (version > 0),
  kind         text    NOT NULL CHECK (kind IN ('preliminary', 'confirmed', 'amended', 'withdrawn')),
  reason       text    NOT NULL,
  outcome      text    NOT NULL,
  outcome_euda text    NOT NULL,
  result       text    NOT NULL,
  published_on date    NOT NULL,
  published_by integer REFERENCES users (id),
  published_at timestamptz NOT NULL,
  import_id    uuid,
  PRIMARY KEY (service_id, id),
  UNIQUE (service_id, sample_id, version),
  CONSTRAINT publications_sample_fk FOREIGN KEY (service_id, sample_id) REFERENCES samples (service_id, id),
  CONSTRAINT publications_import_fk FOREIGN KEY (service_id, import_id) REFERENCES imports (service_id, id),
  CHECK ((published_by IS NULL) = (import_id IS NOT NULL)),
  CHECK (kind NOT IN ('amended', 'withdrawn') OR reason <> '')
);
INSERT INTO publications_as_text SELECT service_id, id, sample_id, version, kind, reason, outcome, outcome_euda, result, published_on,
  published_by, published_at, import_id FROM publications;
DROP TABLE publications;
ALTER TABLE publications_as_text RENAME TO publications;

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

-- +goose StatementBegin
CREATE TRIGGER publications_no_replace BEFORE INSERT ON publications
WHEN EXISTS (SELECT 1 FROM publications WHERE service_id = new.service_id AND id = new.id)
  OR EXISTS (SELECT 1 FROM publications WHERE service_id = new.service_id AND sample_id = new.sample_id AND version = new.version)
BEGIN
  SELECT RAISE(ABORT, 'publications is only added to');
END;
-- +goose StatementEnd
