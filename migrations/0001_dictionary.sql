-- The shared dictionary: small tables that every service reads. On Citus they are
-- reference tables. Numbers from 1 000 000 on are local entries.

-- +goose Up
CREATE TABLE settings (
  name  text NOT NULL PRIMARY KEY,
  value text NOT NULL
);

CREATE TABLE services (
  id        integer NOT NULL PRIMARY KEY CHECK (id > 0),
  code      text    NOT NULL UNIQUE,
  name      text    NOT NULL,
  country   text    NOT NULL,
  currency  text    NOT NULL,
  time_zone text    NOT NULL
);

CREATE TABLE locations (
  id         integer NOT NULL PRIMARY KEY CHECK (id > 0),
  service_id integer NOT NULL REFERENCES services (id),
  name       text    NOT NULL,
  kind       text    NOT NULL,
  region     text    NOT NULL,
  UNIQUE (service_id, name)
);

CREATE TABLE users (
  id       integer NOT NULL PRIMARY KEY CHECK (id > 0),
  login    text    NOT NULL UNIQUE,
  name     text    NOT NULL,
  disabled boolean NOT NULL
);

-- service_id 0 stands for all services.
CREATE TABLE memberships (
  user_id    integer NOT NULL REFERENCES users (id),
  service_id integer NOT NULL,
  role       text    NOT NULL,
  PRIMARY KEY (user_id, service_id, role)
);

CREATE TABLE substance_classes (
  code    text NOT NULL PRIMARY KEY,
  parent  text NOT NULL,
  name_en text NOT NULL,
  name_nl text NOT NULL
);

-- molar_mass in milligrams per mole, 0 where it is not sourced.
CREATE TABLE substances (
  id           integer NOT NULL PRIMARY KEY CHECK (id > 0),
  name         text    NOT NULL,
  name_nl      text    NOT NULL,
  class        text    NOT NULL REFERENCES substance_classes (code),
  role         text    NOT NULL CHECK (role IN ('adulterant', 'excipient', 'by_product', 'precursor')),
  psychoactive boolean NOT NULL,
  active       boolean NOT NULL,
  formula      text    NOT NULL,
  molar_mass   bigint  NOT NULL CHECK (molar_mass >= 0),
  cas          text    NOT NULL,
  pubchem_cid  integer NOT NULL,
  reviewed     boolean NOT NULL
);

-- All names of substances, folded: without case, accents, spaces and punctuation.
CREATE TABLE substance_names (
  folded       text    NOT NULL PRIMARY KEY,
  substance_id integer NOT NULL REFERENCES substances (id),
  name         text    NOT NULL,
  language     text    NOT NULL,
  stereo       text    NOT NULL CHECK (stereo IN ('', 'racemic', 'S', 'R'))
);

CREATE TABLE substance_salts (
  substance_id   integer NOT NULL REFERENCES substances (id),
  salt           text    NOT NULL,
  formula        text    NOT NULL,
  molar_mass     bigint  NOT NULL CHECK (molar_mass > 0),
  bases_per_salt integer NOT NULL CHECK (bases_per_salt > 0),
  usual          boolean NOT NULL,
  PRIMARY KEY (substance_id, salt)
);

CREATE TABLE products (
  id       integer NOT NULL PRIMARY KEY CHECK (id > 0),
  name_en  text    NOT NULL,
  name_nl  text    NOT NULL,
  unit     text    NOT NULL,
  reviewed boolean NOT NULL
);

CREATE TABLE product_names (
  folded     text    NOT NULL PRIMARY KEY,
  product_id integer NOT NULL REFERENCES products (id),
  name       text    NOT NULL,
  language   text    NOT NULL
);

-- Expected substances or classes of a product (role expected), and roles that
-- substances have in it when they were not expected.
CREATE TABLE product_substances (
  product_id   integer NOT NULL REFERENCES products (id),
  position     integer NOT NULL,
  substance_id integer REFERENCES substances (id),
  class        text    NOT NULL,
  role         text    NOT NULL CHECK (role IN ('expected', 'adulterant', 'excipient', 'by_product', 'precursor')),
  PRIMARY KEY (product_id, position),
  CHECK ((substance_id IS NULL) <> (class = ''))
);

CREATE TABLE methods (
  id         integer NOT NULL PRIMARY KEY CHECK (id > 0),
  kind       text    NOT NULL,
  lab        text    NOT NULL,
  version    text    NOT NULL,
  level      text    NOT NULL CHECK (level IN ('presumptive', 'preliminary', 'confirmatory')),
  quantifies boolean NOT NULL,
  open_scope boolean NOT NULL,
  UNIQUE (lab, kind, version)
);

-- Limits of detection and quantification; value 0 where they are not stated.
CREATE TABLE method_scopes (
  method_id    integer  NOT NULL REFERENCES methods (id),
  substance_id integer  NOT NULL REFERENCES substances (id),
  lod_value    bigint   NOT NULL,
  lod_scale    text     NOT NULL,
  lod_decimals smallint NOT NULL,
  loq_value    bigint   NOT NULL,
  loq_scale    text     NOT NULL,
  loq_decimals smallint NOT NULL,
  PRIMARY KEY (method_id, substance_id)
);
