-- One row that is written to find out whether anything can be.
-- +goose Up
CREATE TABLE write_probe (
  id smallint PRIMARY KEY CHECK (id = 1),
  written_at timestamptz
);
INSERT INTO write_probe (id) VALUES (1);
