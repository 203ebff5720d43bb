-- What the database knows of the key ring, and of the clock: whatever is destroyed
-- because its time is over waits until both are known to be right.

-- +goose Up

-- The keys of lookup codes, by their fingerprints. A key that has not ended, and of
-- which nobody has said that it is lost, must be in the ring.
CREATE TABLE code_keys (
  key_id      text        NOT NULL PRIMARY KEY,
  month       text        NOT NULL CHECK (month <> ''),
  fingerprint text        NOT NULL,
  made_at     timestamptz NOT NULL,
  ended_at    timestamptz,
  lost_at     timestamptz
);

-- What the clock of a running server showed, hour by hour, in order of writing.
CREATE TABLE clock_marks (
  seq       bigint      NOT NULL PRIMARY KEY,
  marked_at timestamptz NOT NULL
);

-- A jump of the clock between two marks, open until an administrator has said that
-- the clock is right.
CREATE TABLE clock_gaps (
  seq       bigint      NOT NULL PRIMARY KEY, -- of the mark after it
  before_at timestamptz NOT NULL,
  after_at  timestamptz NOT NULL,
  closed_at timestamptz,
  closed_by text        NOT NULL DEFAULT ''
);

-- The first mark of a registry that was there before is its newest event.
INSERT INTO clock_marks (seq, marked_at) SELECT 1, at FROM audit_events ORDER BY at DESC LIMIT 1;
