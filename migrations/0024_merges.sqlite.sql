-- An entry of the dictionary may be merged into another: it keeps its number, under which
-- things were signed, and whoever reads it is led to the other. A merge never goes round in
-- a circle, whoever writes it.

-- +goose Up
ALTER TABLE substances ADD COLUMN merged_into integer;
ALTER TABLE products ADD COLUMN merged_into integer;
CREATE INDEX findings_substance ON findings (service_id, substance_id, sample_id);

-- +goose StatementBegin
CREATE TRIGGER substances_merge_in_no_circle BEFORE UPDATE OF merged_into ON substances
WHEN new.merged_into IS NOT NULL AND (
  NOT EXISTS (SELECT 1 FROM substances WHERE id = new.merged_into)
  OR new.id IN (WITH RECURSIVE chain (id) AS (
    SELECT new.merged_into UNION SELECT s.merged_into FROM substances s JOIN chain ON s.id = chain.id WHERE s.merged_into IS NOT NULL
  ) SELECT id FROM chain))
BEGIN
  SELECT RAISE(ABORT, 'a merge of substances ends at a substance');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER products_merge_in_no_circle BEFORE UPDATE OF merged_into ON products
WHEN new.merged_into IS NOT NULL AND (
  NOT EXISTS (SELECT 1 FROM products WHERE id = new.merged_into)
  OR new.id IN (WITH RECURSIVE chain (id) AS (
    SELECT new.merged_into UNION SELECT p.merged_into FROM products p JOIN chain ON p.id = chain.id WHERE p.merged_into IS NOT NULL
  ) SELECT id FROM chain))
BEGIN
  SELECT RAISE(ABORT, 'a merge of products ends at a product');
END;
-- +goose StatementEnd
