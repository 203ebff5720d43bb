-- What looked implausible in the description of a sample and was confirmed, the prices by
-- which a price is out of all proportion, and the samples of a visit.

-- +goose Up

ALTER TABLE samples ADD COLUMN confirmed text NOT NULL DEFAULT '';

CREATE INDEX sample_facts_usual_price ON sample_facts (product_id, price_unit, price_currency, year, sample_id) WHERE unit_price > 0;

CREATE INDEX samples_visit ON samples (service_id, visit_id) WHERE visit_id IS NOT NULL;
