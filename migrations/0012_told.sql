-- What a member of staff was told of signing in, so that it is told once, and what
-- stopped after a right password.

-- +goose Up

-- Of how many of the failures the person was told at a sign-in.
ALTER TABLE sign_in_failures ADD COLUMN told integer NOT NULL DEFAULT 0;

-- By hour, how often a person's right password was given and no code has followed, and
-- of how many of these the person was told.
CREATE TABLE half_sign_ins (
  user_id integer     NOT NULL REFERENCES users (id),
  hour    timestamptz NOT NULL,
  n       integer     NOT NULL CHECK (n >= 0),
  told    integer     NOT NULL DEFAULT 0 CHECK (told BETWEEN 0 AND n),
  PRIMARY KEY (user_id, hour)
);

-- What was told at the sign-in of a session, which tells it until it ends.
ALTER TABLE sessions ADD COLUMN told_failed integer NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN told_networks integer NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN told_half integer NOT NULL DEFAULT 0;

-- When people last signed in with a program that did not note it, the trail knows: with
-- a code where they have an authenticator, else with the password.
UPDATE users SET signed_in_at = e.at FROM (
  SELECT a.actor_id, max(a.at) AS at FROM audit_events a JOIN users u ON u.id = a.actor_id
  WHERE a.service_id = 0 AND (a.action IN ('give second factor', 'set second factor') OR a.action = 'log in' AND u.totp_sealed = '')
  GROUP BY a.actor_id
) e WHERE users.id = e.actor_id AND users.signed_in_at IS NULL;
