-- What is held at the bench: since when a sample waits for a person to look at what it holds
-- and release it by itself. The program decides it with the worklist; `marquis reclassify`
-- does so for the samples that were there before.

-- +goose Up
ALTER TABLE samples ADD COLUMN held_since timestamptz;
CREATE INDEX samples_by_held ON samples (service_id, held_since, id) WHERE held_since IS NOT NULL;

-- The country's own alert limits, in versions that are only added to: one without an amount
-- ends the limit of a substance and form. An empty form stands for every form that is taken
-- one by one.
CREATE TABLE alert_limits (
  substance_id    integer     NOT NULL REFERENCES substances (id),
  form            text        NOT NULL,
  version         integer     NOT NULL CHECK (version > 0),
  amount_value    bigint      NOT NULL CHECK (amount_value >= 0),
  amount_scale    text        NOT NULL,
  amount_decimals smallint    NOT NULL,
  basis           text        NOT NULL,
  source          text        NOT NULL,
  author_id       integer     NOT NULL REFERENCES users (id),
  at              timestamptz NOT NULL,
  PRIMARY KEY (substance_id, form, version)
);
