-- How bad it is to meet a substance unannounced, by substance or by class, with what that
-- rests on; the name that people use; and what it is, in words that a visitor reads. The
-- embedded dictionary fills them in when the program starts.

-- +goose Up

ALTER TABLE substances ADD COLUMN danger text NOT NULL DEFAULT '';
ALTER TABLE substances ADD COLUMN danger_source text NOT NULL DEFAULT '';
ALTER TABLE substances ADD COLUMN short_name text NOT NULL DEFAULT '';
ALTER TABLE substances ADD COLUMN line_en text NOT NULL DEFAULT '';
ALTER TABLE substances ADD COLUMN line_nl text NOT NULL DEFAULT '';
ALTER TABLE substances ADD COLUMN line_source text NOT NULL DEFAULT '';
ALTER TABLE substance_classes ADD COLUMN danger text NOT NULL DEFAULT '';
ALTER TABLE substance_classes ADD COLUMN danger_source text NOT NULL DEFAULT '';
ALTER TABLE substance_classes ADD COLUMN plain_en text NOT NULL DEFAULT '';
ALTER TABLE substance_classes ADD COLUMN plain_nl text NOT NULL DEFAULT '';
