-- The day on which a source gave a result is a field of the sample, which a corrected file
-- corrects. It is that of the first version which an import brought and did not take back; no
-- version of a result is changed.

-- +goose Up
ALTER TABLE samples ADD COLUMN source_published_on date;
UPDATE samples SET source_published_on = (
  SELECT p.published_on FROM publications p
  WHERE p.service_id = samples.service_id AND p.sample_id = samples.id AND p.import_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM publications q
      WHERE q.service_id = p.service_id AND q.sample_id = p.sample_id AND q.import_id = p.import_id AND q.version <> p.version)
  ORDER BY p.version LIMIT 1)
WHERE import_id IS NOT NULL;
