-- A version of a result says why it takes back what was said before: by a code, which reads
-- in every language, by a text in one of them, which may have its translation, or by both.
-- Of a text that is on record the language is not known.

-- +goose Up
-- A check of a table is replaced by a table of its own, of which the triggers refuse to
-- change or remove anything as they did.
CREATE TABLE publications_as_before AS SELECT * FROM publications;
DROP TABLE publications;
CREATE TABLE publications (
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
  reason_code  text    NOT NULL DEFAULT '',
  reason_lang  text    NOT NULL DEFAULT '',
  reason_translation text NOT NULL DEFAULT '',
  PRIMARY KEY (service_id, id),
  UNIQUE (service_id, sample_id, version),
  CONSTRAINT publications_sample_fk FOREIGN KEY (service_id, sample_id) REFERENCES samples (service_id, id),
  CONSTRAINT publications_import_fk FOREIGN KEY (service_id, import_id) REFERENCES imports (service_id, id),
  CHECK ((published_by IS NULL) = (import_id IS NOT NULL)),
  CHECK (kind NOT IN ('amended', 'withdrawn') OR reason <> '' OR reason_code <> ''),
  CHECK (reason_translation = '' OR (reason <> '' AND reason_lang <> ''))
);
INSERT INTO publications (service_id, id, sample_id, version, kind, reason, outcome, outcome_euda, result,
  published_on, published_by, published_at, import_id)
SELECT service_id, id, sample_id, version, kind, reason, outcome, outcome_euda, result,
  published_on, published_by, published_at, import_id
FROM publications_as_before ORDER BY service_id, id;
DROP TABLE publications_as_before;

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
CREATE TRIGGER publications_no_replace BEFORE INSERT ON publications
WHEN EXISTS (SELECT 1 FROM publications WHERE service_id = new.service_id AND id = new.id)
  OR EXISTS (SELECT 1 FROM publications WHERE service_id = new.service_id AND sample_id = new.sample_id AND version = new.version)
BEGIN
  SELECT RAISE(ABORT, 'publications is only added to');
END;
-- +goose StatementEnd
