-- An entry of the dictionary may be merged into another: it keeps its number, under which
-- things were signed, and whoever reads it is led to the other. A merge never goes round in
-- a circle, whoever writes it.

-- +goose Up
ALTER TABLE substances ADD COLUMN merged_into integer;
ALTER TABLE products ADD COLUMN merged_into integer;
CREATE INDEX findings_substance ON findings (service_id, substance_id, sample_id);

-- +goose StatementBegin
CREATE FUNCTION merge_in_no_circle() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  circle boolean;
  known boolean;
BEGIN
  EXECUTE format('SELECT EXISTS (SELECT 1 FROM %1$I WHERE id = $1)', TG_TABLE_NAME) INTO known USING new.merged_into;
  EXECUTE format('WITH RECURSIVE chain (id) AS (
    SELECT $1::integer UNION SELECT t.merged_into FROM %1$I t JOIN chain ON t.id = chain.id WHERE t.merged_into IS NOT NULL
  ) SELECT EXISTS (SELECT 1 FROM chain WHERE id = $2)', TG_TABLE_NAME) INTO circle USING new.merged_into, new.id;
  IF circle OR NOT known THEN
    RAISE EXCEPTION 'a merge of % ends at one of them', TG_TABLE_NAME USING ERRCODE = 'check_violation';
  END IF;
  RETURN new;
END $$;
-- +goose StatementEnd

CREATE TRIGGER substances_merge_in_no_circle BEFORE UPDATE OF merged_into ON substances
FOR EACH ROW WHEN (new.merged_into IS NOT NULL) EXECUTE FUNCTION merge_in_no_circle();
CREATE TRIGGER products_merge_in_no_circle BEFORE UPDATE OF merged_into ON products
FOR EACH ROW WHEN (new.merged_into IS NOT NULL) EXECUTE FUNCTION merge_in_no_circle();
