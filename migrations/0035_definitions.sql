-- The definitions by which the facts of a year of a service were made: the rules of the
-- program and the edition of its dictionary. Of facts that are there they are not known, so
-- that they are made anew.

-- +goose Up
ALTER TABLE service_years ADD COLUMN definitions text NOT NULL DEFAULT '';
