-- An import is rows under a state: written in short transactions, seen by nobody until it is
-- taken, and again by nobody from the moment in which it is taken back.

-- +goose Up
ALTER TABLE imports ADD COLUMN state text NOT NULL DEFAULT 'taken' CHECK (state IN ('loading', 'taken', 'undoing', 'undone', 'abandoned'));
ALTER TABLE imports ADD COLUMN written integer NOT NULL DEFAULT 0;
ALTER TABLE imports ADD COLUMN loader uuid;
ALTER TABLE imports ADD COLUMN ended_on date;
ALTER TABLE imports ADD COLUMN ended_by text NOT NULL DEFAULT '';
ALTER TABLE imports ADD COLUMN reason text NOT NULL DEFAULT '';
ALTER TABLE imports ADD COLUMN reason_code text NOT NULL DEFAULT '';
ALTER TABLE imports ADD COLUMN reason_lang text NOT NULL DEFAULT '';
ALTER TABLE imports ADD COLUMN reason_translation text NOT NULL DEFAULT '';
UPDATE imports SET written = samples;
ALTER TABLE imports DROP CONSTRAINT imports_service_id_digest_key;
CREATE UNIQUE INDEX imports_digest ON imports (service_id, digest) WHERE state IN ('loading', 'taken', 'undoing');
CREATE UNIQUE INDEX imports_in_motion ON imports (service_id) WHERE state IN ('loading', 'undoing');
CREATE INDEX imports_hidden ON imports (id) WHERE state <> 'taken';

-- What was taken back or abandoned no longer has its id of the source.
ALTER TABLE samples ADD COLUMN import_live boolean NOT NULL DEFAULT true;
DROP INDEX samples_source_ref;
CREATE UNIQUE INDEX samples_source_ref ON samples (service_id, source_ref) WHERE source_ref <> '' AND import_live;

ALTER TABLE visits ADD COLUMN import_id uuid;

-- Facts say under whose state they are; the keys cover all that is read.
ALTER TABLE sample_facts ADD COLUMN import_id uuid;
ALTER TABLE finding_facts ADD COLUMN import_id uuid;
UPDATE sample_facts SET import_id = x.import_id FROM samples x
  WHERE x.service_id = sample_facts.service_id AND x.id = sample_facts.sample_id AND x.import_id IS NOT NULL;
UPDATE finding_facts SET import_id = x.import_id FROM samples x
  WHERE x.service_id = finding_facts.service_id AND x.id = finding_facts.sample_id AND x.import_id IS NOT NULL;
ALTER TABLE finding_facts DROP CONSTRAINT finding_facts_sample_fk;
ALTER TABLE sample_facts DROP CONSTRAINT sample_facts_pkey;
ALTER TABLE sample_facts ADD PRIMARY KEY (service_id, year, sample_id) INCLUDE (received_on, product_id, expected, form, channel, counted, state,
  state_reason, release, outcome, outcome_euda, level, recognised, contains, contains_main, methods, price_currency, price_unit,
  price_band, price_free, unit_price, published_days, confirmed_days, import_id);
ALTER TABLE finding_facts DROP CONSTRAINT finding_facts_pkey;
ALTER TABLE finding_facts ADD PRIMARY KEY (service_id, year, sample_id, substance_id)
  INCLUDE (role, detection, main, method_id, scale, base_known, base, import_id);
ALTER TABLE finding_facts ADD CONSTRAINT finding_facts_sample_fk FOREIGN KEY (service_id, year, sample_id)
  REFERENCES sample_facts (service_id, year, sample_id) ON DELETE CASCADE;
