-- A laboratory is an organisation with people; a method is one of a laboratory, follows an
-- earlier version and ends. A limit is kept as it was typed, beside what it compares as.

-- +goose Up
CREATE TABLE laboratories (
  id         integer NOT NULL PRIMARY KEY CHECK (id > 0),
  code       text    NOT NULL UNIQUE,
  name       text    NOT NULL UNIQUE,
  retired_on date
);

-- Who works at a laboratory.
CREATE TABLE laboratory_people (
  laboratory_id integer NOT NULL REFERENCES laboratories (id),
  user_id       integer NOT NULL REFERENCES users (id),
  PRIMARY KEY (laboratory_id, user_id)
);

-- The services at whose own bench its methods are run. service_id 0 stands for all.
CREATE TABLE laboratory_services (
  laboratory_id integer NOT NULL REFERENCES laboratories (id),
  service_id    integer NOT NULL,
  PRIMARY KEY (laboratory_id, service_id)
);

-- Each name that methods had is a laboratory.
INSERT INTO laboratories (id, code, name)
SELECT row_number() OVER (ORDER BY min(id)), 'LAB' || row_number() OVER (ORDER BY min(id)), lab FROM methods GROUP BY lab;

-- Whoever could enter its analyses goes on: the people of laboratories and those who verify
-- work at all, and a service has at its bench what it has used of what confirms nothing.
INSERT INTO laboratory_people (laboratory_id, user_id)
SELECT DISTINCT l.id, m.user_id FROM laboratories l, memberships m WHERE m.role IN ('laboratory', 'verifier');

INSERT INTO laboratory_services (laboratory_id, service_id)
SELECT DISTINCT l.id, a.service_id FROM analyses a JOIN methods m ON m.id = a.method_id JOIN laboratories l ON l.name = m.lab
WHERE m.level <> 'confirmatory';

-- SQLite keeps a column that is part of a key, so the table is made anew. What refers to it
-- is checked when all is there again.
PRAGMA defer_foreign_keys = ON;

CREATE TABLE methods_of_before AS SELECT * FROM methods;
DROP TABLE methods;
CREATE TABLE methods (
  id            integer NOT NULL PRIMARY KEY CHECK (id > 0),
  kind          text    NOT NULL,
  version       text    NOT NULL,
  level         text    NOT NULL CHECK (level IN ('presumptive', 'preliminary', 'confirmatory')),
  quantifies    boolean NOT NULL,
  open_scope    boolean NOT NULL,
  laboratory_id integer NOT NULL REFERENCES laboratories (id),
  replaces      integer UNIQUE REFERENCES methods (id),
  retired_on    date,
  UNIQUE (laboratory_id, kind, version)
);
INSERT INTO methods (id, laboratory_id, kind, version, level, quantifies, open_scope)
SELECT m.id, l.id, m.kind, m.version, m.level, m.quantifies, m.open_scope FROM methods_of_before m JOIN laboratories l ON l.name = m.lab;
DROP TABLE methods_of_before;

ALTER TABLE method_scopes ADD COLUMN lod_typed text NOT NULL DEFAULT '';
ALTER TABLE method_scopes ADD COLUMN loq_typed text NOT NULL DEFAULT '';
ALTER TABLE method_scopes ADD COLUMN sample_per_ml text NOT NULL DEFAULT '';
