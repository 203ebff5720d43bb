-- What a service, or one of its places, takes at most and tells visitors; zero and empty
-- are not said. A place that is closed receives nothing any more, and stays on record.

-- +goose Up
ALTER TABLE services ADD COLUMN most_grams bigint NOT NULL DEFAULT 0 CHECK (most_grams >= 0);
ALTER TABLE services ADD COLUMN most_millilitres bigint NOT NULL DEFAULT 0 CHECK (most_millilitres >= 0);
ALTER TABLE services ADD COLUMN most_samples integer NOT NULL DEFAULT 0 CHECK (most_samples >= 0);
ALTER TABLE services ADD COLUMN days_to_result integer NOT NULL DEFAULT 0 CHECK (days_to_result >= 0);
ALTER TABLE services ADD COLUMN opening_hours text NOT NULL DEFAULT '';
ALTER TABLE services ADD COLUMN address text NOT NULL DEFAULT '';
ALTER TABLE services ADD COLUMN phone text NOT NULL DEFAULT '';

ALTER TABLE locations ADD COLUMN most_grams bigint NOT NULL DEFAULT 0 CHECK (most_grams >= 0);
ALTER TABLE locations ADD COLUMN most_millilitres bigint NOT NULL DEFAULT 0 CHECK (most_millilitres >= 0);
ALTER TABLE locations ADD COLUMN most_samples integer NOT NULL DEFAULT 0 CHECK (most_samples >= 0);
ALTER TABLE locations ADD COLUMN days_to_result integer NOT NULL DEFAULT 0 CHECK (days_to_result >= 0);
ALTER TABLE locations ADD COLUMN opening_hours text NOT NULL DEFAULT '';
ALTER TABLE locations ADD COLUMN address text NOT NULL DEFAULT '';
ALTER TABLE locations ADD COLUMN phone text NOT NULL DEFAULT '';
ALTER TABLE locations ADD COLUMN closed_on date;
