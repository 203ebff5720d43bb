-- Imports on pages. What an import was for is kept with it.

-- +goose Up
ALTER TABLE imports ADD COLUMN purpose text NOT NULL DEFAULT '';

-- Files that somebody sent in to have them read, in parts, since instances of the program have
-- no common disk. They go after a day, and no backup has them.
CREATE TABLE uploads (
  service_id integer     NOT NULL REFERENCES services (id),
  id         uuid        NOT NULL,
  file       smallint    NOT NULL CHECK (file IN (1, 2)),
  user_id    integer     NOT NULL REFERENCES users (id),
  name       text        NOT NULL,
  bytes      bigint      NOT NULL CHECK (bytes > 0),
  digest     text        NOT NULL,
  begun_at   timestamptz NOT NULL,
  PRIMARY KEY (service_id, id, file)
);

CREATE TABLE upload_parts (
  service_id integer  NOT NULL,
  upload_id  uuid     NOT NULL,
  file       smallint NOT NULL,
  part       integer  NOT NULL CHECK (part >= 0),
  content    bytea    NOT NULL,
  PRIMARY KEY (service_id, upload_id, file, part),
  FOREIGN KEY (service_id, upload_id, file) REFERENCES uploads (service_id, id, file)
);

-- How a service reads the files of a source, in versions that are only added to.
CREATE TABLE import_mappings (
  service_id integer     NOT NULL REFERENCES services (id),
  name       text        NOT NULL,
  version    integer     NOT NULL CHECK (version > 0),
  text       text        NOT NULL,
  author_id  integer     NOT NULL REFERENCES users (id),
  at         timestamptz NOT NULL,
  PRIMARY KEY (service_id, name, version)
);

-- +goose StatementBegin
CREATE TRIGGER import_mappings_no_update BEFORE UPDATE ON import_mappings
BEGIN
  SELECT RAISE(ABORT, 'import_mappings is only added to');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER import_mappings_no_delete BEFORE DELETE ON import_mappings
BEGIN
  SELECT RAISE(ABORT, 'import_mappings is only added to');
END;
-- +goose StatementEnd

-- INSERT OR REPLACE deletes without asking the triggers above.

-- +goose StatementBegin
CREATE TRIGGER import_mappings_no_replace BEFORE INSERT ON import_mappings
WHEN EXISTS (SELECT 1 FROM import_mappings WHERE service_id = new.service_id AND name = new.name AND version = new.version)
BEGIN
  SELECT RAISE(ABORT, 'import_mappings is only added to');
END;
-- +goose StatementEnd
