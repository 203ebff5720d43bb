-- The form by which samples turned away were last counted on a visit: sent twice,
-- it counts once.
-- +goose Up
ALTER TABLE visits ADD COLUMN turn_away_form uuid;
