-- How people log in. Of passwords, tokens and codes there are only hashes, and the
-- secret of a second factor is sealed under a key that is not here: whoever has a
-- copy of these tables cannot log in with it.

-- +goose Up
ALTER TABLE users ADD COLUMN password_hash text NOT NULL DEFAULT ''
  CHECK (password_hash = '' OR password_hash LIKE '$argon2id$%');

ALTER TABLE users ADD COLUMN totp_sealed text NOT NULL DEFAULT '';

-- The last time step of which a code was used.
ALTER TABLE users ADD COLUMN totp_step bigint NOT NULL DEFAULT 0;

CREATE TABLE sessions (
  token_hash       text    NOT NULL PRIMARY KEY CHECK (length(token_hash) = 64),
  user_id          integer NOT NULL REFERENCES users (id),
  started_at       timestamptz NOT NULL,
  seen_at          timestamptz NOT NULL,
  second_factor_at timestamptz
);

CREATE INDEX sessions_user ON sessions (user_id);

-- The open invitation of a user: it is gone when it was accepted.
CREATE TABLE invitations (
  token_hash          text    NOT NULL PRIMARY KEY CHECK (length(token_hash) = 64),
  user_id             integer NOT NULL UNIQUE REFERENCES users (id),
  expires_at          timestamptz NOT NULL,
  reset_second_factor boolean NOT NULL
);

-- The codes that a user has left: one is gone when it was used.
CREATE TABLE recovery_codes (
  user_id   integer NOT NULL REFERENCES users (id),
  code_hash text    NOT NULL CHECK (length(code_hash) = 64),
  PRIMARY KEY (user_id, code_hash)
);
