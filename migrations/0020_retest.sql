-- A result that was taken back waits for a new analysis, whatever else of the sample waits
-- to be verified.

-- +goose Up

UPDATE samples SET stage = 'to_analyse' WHERE stage = 'to_verify' AND state IN ('in_analysis', 'completed') AND no_retest = '' AND EXISTS (
  SELECT 1 FROM publications p WHERE p.service_id = samples.service_id AND p.sample_id = samples.id
    AND p.kind = 'withdrawn' AND p.import_id IS NULL
    AND p.version = (SELECT max(q.version) FROM publications q WHERE q.service_id = samples.service_id AND q.sample_id = samples.id)
    AND NOT EXISTS (SELECT 1 FROM analyses a WHERE a.service_id = samples.service_id AND a.sample_id = samples.id
      AND a.state <> 'retracted' AND a.id > p.id)
);
