-- Nothing that staff typed is lost: a slip can be fetched again by its session, a form
-- that was not saved is kept for who typed it, and whose a session was that has ended is
-- remembered for a time.

-- +goose Up

-- Sealed under the token of the session, which the database does not hold. A session
-- takes its slips along.
CREATE TABLE slips (
  session_hash text        NOT NULL REFERENCES sessions (token_hash) ON UPDATE CASCADE ON DELETE CASCADE,
  request_key  text        NOT NULL CHECK (request_key <> ''),
  sealed       text        NOT NULL,
  ends_at      timestamptz NOT NULL,
  PRIMARY KEY (session_hash, request_key)
);

-- A form belongs to the user who typed it, to the address that it is sent to, and to the
-- window in which it was typed. Without content it was saved, and nothing that comes
-- late brings it back.
CREATE TABLE form_drafts (
  user_id    integer     NOT NULL REFERENCES users (id),
  address    text        NOT NULL,
  form_key   text        NOT NULL CHECK (form_key <> ''),
  content    text        NOT NULL,
  saved_at   timestamptz NOT NULL,
  PRIMARY KEY (user_id, address, form_key)
);

-- The tokens open nothing any more: they tell whose a form is that is sent too late.
CREATE TABLE ended_sessions (
  token_hash text        NOT NULL PRIMARY KEY CHECK (length(token_hash) = 64),
  user_id    integer     NOT NULL REFERENCES users (id),
  ended_at   timestamptz NOT NULL
);

CREATE INDEX ended_sessions_user ON ended_sessions (user_id);
