-- A day's work: what a user did last, so that it need not be asked again, and the results
-- that were taken back and wait for a new analysis.

-- +goose Up

-- The query of the worklist that the user opened last.
ALTER TABLE users ADD COLUMN worklist text NOT NULL DEFAULT '';

-- Where the user last stood at a counter; a location of zero is none.
ALTER TABLE users ADD COLUMN counter_service integer NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN counter_location integer NOT NULL DEFAULT 0;

-- Why no new analysis follows after the result was taken back. Empty: one does.
ALTER TABLE samples ADD COLUMN no_retest text NOT NULL DEFAULT '';

-- What was taken back here goes to the laboratory again; what an import took back does not.
UPDATE samples SET stage = 'to_analyse' WHERE stage = 'released' AND EXISTS (
  SELECT 1 FROM publications p WHERE p.service_id = samples.service_id AND p.sample_id = samples.id
    AND p.kind = 'withdrawn' AND p.import_id IS NULL
    AND p.version = (SELECT max(q.version) FROM publications q WHERE q.service_id = samples.service_id AND q.sample_id = samples.id)
    AND NOT EXISTS (SELECT 1 FROM analyses a WHERE a.service_id = samples.service_id AND a.sample_id = samples.id
      AND a.state = 'verified' AND a.id > p.id)
);
