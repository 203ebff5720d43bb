-- What limits and tells of signing in, and outlives a restart of the program. Networks
-- and unknown logins are hashed under a key that is not here.

-- +goose Up

-- Whoever has a role at the service signs in with a second factor. A service that was
-- there before decides for itself when.
ALTER TABLE services ADD COLUMN second_factor boolean NOT NULL DEFAULT false;

-- When the user last signed in in full.
ALTER TABLE users ADD COLUMN signed_in_at timestamptz;

-- Since when no code of the authenticator is taken any more, but only a recovery code
-- or a reset, because too many were wrong.
ALTER TABLE users ADD COLUMN factor_locked_at timestamptz;

-- The sign-in before this one, of which the person is told what failed since.
ALTER TABLE sessions ADD COLUMN told_since timestamptz;

-- The sealed secret that the session offers for an authenticator, until a code of it
-- was typed.
ALTER TABLE sessions ADD COLUMN pending_factor text NOT NULL DEFAULT '';

-- Wrong codes of authenticators in the last hour.
CREATE TABLE factor_failures (
  user_id   integer     NOT NULL REFERENCES users (id),
  failed_at timestamptz NOT NULL,
  n         integer     NOT NULL CHECK (n > 0),
  PRIMARY KEY (user_id, failed_at)
);

-- Devices on which a user has signed in in full: each holds a token, whose hash is
-- here, and last did so from the network.
CREATE TABLE devices (
  token_hash   text        NOT NULL PRIMARY KEY CHECK (length(token_hash) = 64),
  user_id      integer     NOT NULL REFERENCES users (id),
  network_hash text        NOT NULL,
  made_at      timestamptz NOT NULL,
  seen_at      timestamptz NOT NULL
);

CREATE INDEX devices_user ON devices (user_id);

-- How often signing in failed, by hour: of a user, or of a login that nobody has.
CREATE TABLE sign_in_failures (
  user_id      integer     NOT NULL,
  login_hash   text        NOT NULL,
  hour         timestamptz NOT NULL,
  network_hash text        NOT NULL,
  n            integer     NOT NULL CHECK (n > 0),
  PRIMARY KEY (user_id, login_hash, hour, network_hash),
  CHECK ((user_id = 0) = (login_hash <> ''))
);
