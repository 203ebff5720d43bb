-- The counter: why a sample beyond the limits was taken, drafts, and the codes of a
-- sample, which are found when they are replaced.

-- +goose Up
ALTER TABLE samples ADD COLUMN overruled text NOT NULL DEFAULT '';

CREATE TABLE drafts (
  service_id integer     NOT NULL REFERENCES services (id),
  id         uuid        NOT NULL,
  user_id    integer     NOT NULL REFERENCES users (id),
  content    text        NOT NULL,
  saved_at   timestamptz NOT NULL,
  PRIMARY KEY (service_id, id)
);

CREATE INDEX lookup_codes_sample ON lookup_codes (service_id, sample_id);
