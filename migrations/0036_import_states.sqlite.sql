-- An import is rows under a state: written in short transactions, seen by nobody until it is
-- taken, and again by nobody from the moment in which it is taken back.

-- +goose Up
-- A key of a table is dropped by a table of its own. Whatever refers to imports does so
-- again when they are back.
PRAGMA defer_foreign_keys = ON;
CREATE TABLE imports_as_before AS SELECT * FROM imports;
DROP TABLE imports;
CREATE TABLE imports (
  service_id  integer     NOT NULL REFERENCES services (id),
  id          uuid        NOT NULL,
  profile     text        NOT NULL,
  digest      text        NOT NULL,
  files       text        NOT NULL,
  rows_read   integer     NOT NULL,
  accepted    integer     NOT NULL,
  merged      integer     NOT NULL,
  rejected    integer     NOT NULL,
  samples     integer     NOT NULL,
  imported_at timestamptz NOT NULL,
  imported_by text        NOT NULL,
  state       text        NOT NULL DEFAULT 'taken' CHECK (state IN ('loading', 'taken', 'undoing', 'undone', 'abandoned')),
  written     integer     NOT NULL DEFAULT 0,
  loader      uuid,
  ended_on    date,
  ended_by    text        NOT NULL DEFAULT '',
  reason      text        NOT NULL DEFAULT '',
  reason_code text        NOT NULL DEFAULT '',
  reason_lang text        NOT NULL DEFAULT '',
  reason_translation text NOT NULL DEFAULT '',
  PRIMARY KEY (service_id, id),
  CHECK (rows_read = accepted + merged + rejected)
);
INSERT INTO imports (service_id, id, profile, digest, files, rows_read, accepted, merged, rejected, samples, imported_at, imported_by, written)
SELECT service_id, id, profile, digest, files, rows_read, accepted, merged, rejected, samples, imported_at, imported_by, samples
FROM imports_as_before ORDER BY service_id, id;
DROP TABLE imports_as_before;
CREATE UNIQUE INDEX imports_digest ON imports (service_id, digest) WHERE state IN ('loading', 'taken', 'undoing');
CREATE UNIQUE INDEX imports_in_motion ON imports (service_id) WHERE state IN ('loading', 'undoing');
CREATE INDEX imports_hidden ON imports (id) WHERE state <> 'taken';

-- What was taken back or abandoned no longer has its id of the source.
ALTER TABLE samples ADD COLUMN import_live boolean NOT NULL DEFAULT true;
DROP INDEX samples_source_ref;
CREATE UNIQUE INDEX samples_source_ref ON samples (service_id, source_ref) WHERE source_ref <> '' AND import_live;

ALTER TABLE visits ADD COLUMN import_id uuid;

-- Facts say under whose state they are.
ALTER TABLE sample_facts ADD COLUMN import_id uuid;
ALTER TABLE finding_facts ADD COLUMN import_id uuid;
UPDATE sample_facts SET import_id = (SELECT x.import_id FROM samples x WHERE x.service_id = sample_facts.service_id AND x.id = sample_facts.sample_id)
  WHERE EXISTS (SELECT 1 FROM imports i WHERE i.service_id = sample_facts.service_id);
UPDATE finding_facts SET import_id = (SELECT x.import_id FROM samples x WHERE x.service_id = finding_facts.service_id AND x.id = finding_facts.sample_id)
  WHERE EXISTS (SELECT 1 FROM imports i WHERE i.service_id = finding_facts.service_id);
