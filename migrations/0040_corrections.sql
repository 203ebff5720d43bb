-- A file of a source that says otherwise of samples that are recorded amends them, as part of
-- its import. What each sample was before stays, so that taking the import back restores it.

-- +goose Up
ALTER TABLE imports ADD COLUMN corrected integer NOT NULL DEFAULT 0;

CREATE TABLE corrections (
  service_id integer NOT NULL,
  import_id  uuid    NOT NULL,
  sample_id  uuid    NOT NULL,
  version    integer NOT NULL CHECK (version > 1),
  changes    text    NOT NULL,
  retracted  text    NOT NULL DEFAULT '',
  undone     boolean NOT NULL DEFAULT false,
  PRIMARY KEY (service_id, import_id, sample_id),
  FOREIGN KEY (service_id, import_id) REFERENCES imports (service_id, id),
  FOREIGN KEY (service_id, sample_id) REFERENCES samples (service_id, id)
);
CREATE INDEX corrections_sample ON corrections (service_id, sample_id);
