-- An analysis that came as a file from an instrument tells which, in which run, and the
-- SHA-256 of the file. How the files of a method are read is remembered for the next one.

-- +goose Up
ALTER TABLE analyses ADD COLUMN instrument text NOT NULL DEFAULT '';
ALTER TABLE analyses ADD COLUMN run text NOT NULL DEFAULT '';
ALTER TABLE analyses ADD COLUMN raw_file text NOT NULL DEFAULT '';
CREATE INDEX analyses_raw_file ON analyses (service_id, raw_file) WHERE raw_file <> '';
CREATE INDEX analyses_of_files ON analyses (service_id, id) WHERE raw_file <> '';

CREATE TABLE method_mappings (
  method_id integer     NOT NULL PRIMARY KEY REFERENCES methods (id),
  mapping   text        NOT NULL,
  kept_by   integer     NOT NULL REFERENCES users (id),
  kept_at   timestamptz NOT NULL
);
