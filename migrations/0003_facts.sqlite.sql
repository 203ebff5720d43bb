-- What the statistics read, one row a sample and one row a released finding, in the
-- order in which they are read: the primary key is the table.

-- +goose Up
CREATE TABLE sample_facts (
  service_id     integer  NOT NULL REFERENCES services (id),
  year           integer  NOT NULL,
  sample_id      uuid     NOT NULL,
  received_on    date     NOT NULL,
  location_id    integer,
  region         text     NOT NULL,
  product_id     integer  NOT NULL REFERENCES products (id),
  expected       text     NOT NULL,
  form           text     NOT NULL,
  channel        text     NOT NULL,
  counted        boolean  NOT NULL,
  state          text     NOT NULL,
  state_reason   text     NOT NULL,
  release        text     NOT NULL CHECK (release IN ('', 'released', 'withdrawn')),
  outcome        text     NOT NULL,
  outcome_euda   text     NOT NULL,
  level          text     NOT NULL,
  recognised     boolean  NOT NULL,
  contains       boolean  NOT NULL,
  contains_main  boolean  NOT NULL,
  methods        text     NOT NULL,
  price_currency text     NOT NULL,
  price_unit     text     NOT NULL,
  price_band     text     NOT NULL,
  price_free     boolean  NOT NULL,
  unit_price     bigint   NOT NULL,
  published_days integer,
  confirmed_days integer,
  PRIMARY KEY (service_id, year, sample_id),
  CHECK ((release = 'released') = (outcome <> ''))
) WITHOUT ROWID;

CREATE TABLE finding_facts (
  service_id   integer  NOT NULL,
  year         integer  NOT NULL,
  sample_id    uuid     NOT NULL,
  substance_id integer  NOT NULL REFERENCES substances (id),
  product_id   integer  NOT NULL,
  form         text     NOT NULL,
  role         text     NOT NULL,
  detection    text     NOT NULL,
  main         boolean  NOT NULL,
  method_id    integer  NOT NULL REFERENCES methods (id),
  scale        text     NOT NULL,
  base_known   boolean  NOT NULL,
  base         bigint   NOT NULL,
  PRIMARY KEY (service_id, year, sample_id, substance_id),
  CONSTRAINT finding_facts_sample_fk FOREIGN KEY (service_id, year, sample_id)
    REFERENCES sample_facts (service_id, year, sample_id) ON DELETE CASCADE
) WITHOUT ROWID;
