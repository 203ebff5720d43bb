-- A version of a result says why it takes back what was said before: by a code, which reads
-- in every language, by a text in one of them, which may have its translation, or by both.
-- Of a text that is on record the language is not known.

-- +goose Up
ALTER TABLE publications ADD COLUMN reason_code text NOT NULL DEFAULT '';
ALTER TABLE publications ADD COLUMN reason_lang text NOT NULL DEFAULT '';
ALTER TABLE publications ADD COLUMN reason_translation text NOT NULL DEFAULT '';
ALTER TABLE publications DROP CONSTRAINT publications_check1;
ALTER TABLE publications ADD CHECK (kind NOT IN ('amended', 'withdrawn') OR reason <> '' OR reason_code <> '');
ALTER TABLE publications ADD CHECK (reason_translation = '' OR (reason <> '' AND reason_lang <> ''));
