-- What was registered after a backup was made is not in it, but its labels and slips are
-- about. So after a restore numbers go on in another series, which a letter before the
-- running number tells. How often a registry was restored, and when backups of it were
-- made and proven, is known of the place and not of what is recorded: it is in no backup.

-- +goose Up
-- A key of a table takes another column by a table of its own. Whatever refers to samples
-- does so again when they are back.
PRAGMA defer_foreign_keys = ON;
CREATE TABLE samples_as_before AS SELECT * FROM samples;
DROP TABLE samples;
CREATE TABLE samples (
  service_id        integer NOT NULL REFERENCES services (id),
  id                uuid    NOT NULL,
  version           integer NOT NULL CHECK (version > 0),
  number_year       integer NOT NULL,
  number_running    integer NOT NULL CHECK (number_running > 0),
  visit_id          uuid,
  location_id       integer REFERENCES locations (id),
  received_on       date    NOT NULL,
  received_basis    text    NOT NULL CHECK (received_basis IN ('recorded', 'collected', 'analysed')),
  collected_on      date,
  expected_ready_on date,
  channel           text    NOT NULL CHECK (channel IN ('front_of_house', 'back_of_house', 'amnesty', 'found', 'police')),
  product_id        integer NOT NULL REFERENCES products (id),
  sold_as_text      text    NOT NULL,
  form              text    NOT NULL CHECK (form IN ('powder', 'crystal', 'paste', 'rock', 'tablet', 'capsule', 'liquid',
                                                     'blotter', 'gel', 'plant', 'edible', 'residue', 'other')),
  colours           text    NOT NULL,
  logo              text    NOT NULL,
  shape             text    NOT NULL,
  break_line        text    NOT NULL,
  width_um          integer NOT NULL CHECK (width_um >= 0),
  height_um         integer NOT NULL CHECK (height_um >= 0),
  thick_um          integer NOT NULL CHECK (thick_um >= 0),
  weight_ug         bigint  NOT NULL CHECK (weight_ug >= 0),
  received_amount   bigint  NOT NULL CHECK (received_amount >= 0),
  received_unit     text    NOT NULL,
  price_amount      bigint  NOT NULL CHECK (price_amount >= 0),
  price_currency    text    NOT NULL,
  price_quantity    bigint  NOT NULL CHECK (price_quantity >= 0),
  price_unit        text    NOT NULL,
  acquired_via      text    NOT NULL,
  acquired_context  text    NOT NULL,
  region            text    NOT NULL,
  used_before       text    NOT NULL,
  reasons           text    NOT NULL,
  effects           text    NOT NULL,
  complaint         text    NOT NULL,
  overdose          text    NOT NULL,
  decision          text    NOT NULL,
  disposal          text    NOT NULL,
  state             text    NOT NULL CHECK (state IN ('registered', 'in_analysis', 'completed', 'rejected', 'not_analysed')),
  state_reason      text    NOT NULL,
  excluded          text    NOT NULL,
  notes             text    NOT NULL,
  source_ref        text    NOT NULL,
  source_digest     text    NOT NULL,
  import_id         uuid,
  registered_by     integer REFERENCES users (id),
  registered_at     timestamptz NOT NULL,
  overruled         text    NOT NULL DEFAULT '',
  stage             text    NOT NULL DEFAULT 'to_analyse' CHECK (stage IN ('to_analyse', 'in_analysis', 'questions', 'to_verify',
                                                     'to_publish', 'released', 'not_analysed', 'rejected')),
  number_series     smallint NOT NULL DEFAULT 0 CHECK (number_series >= 0),
  PRIMARY KEY (service_id, id),
  UNIQUE (service_id, number_year, number_series, number_running),
  CONSTRAINT samples_visit_fk FOREIGN KEY (service_id, visit_id) REFERENCES visits (service_id, id),
  CONSTRAINT samples_import_fk FOREIGN KEY (service_id, import_id) REFERENCES imports (service_id, id),
  CHECK ((state IN ('rejected', 'not_analysed')) = (state_reason <> '')),
  CHECK (price_currency = '' OR price_quantity > 0)
);
INSERT INTO samples (
  service_id, id, version, number_year, number_running, visit_id, location_id, received_on, received_basis,
  collected_on, expected_ready_on, channel, product_id, sold_as_text, form, colours, logo, shape, break_line,
  width_um, height_um, thick_um, weight_ug, received_amount, received_unit, price_amount, price_currency,
  price_quantity, price_unit, acquired_via, acquired_context, region, used_before, reasons, effects, complaint,
  overdose, decision, disposal, state, state_reason, excluded, notes, source_ref, source_digest, import_id,
  registered_by, registered_at, overruled, stage)
SELECT
  service_id, id, version, number_year, number_running, visit_id, location_id, received_on, received_basis,
  collected_on, expected_ready_on, channel, product_id, sold_as_text, form, colours, logo, shape, break_line,
  width_um, height_um, thick_um, weight_ug, received_amount, received_unit, price_amount, price_currency,
  price_quantity, price_unit, acquired_via, acquired_context, region, used_before, reasons, effects, complaint,
  overdose, decision, disposal, state, state_reason, excluded, notes, source_ref, source_digest, import_id,
  registered_by, registered_at, overruled, stage
FROM samples_as_before ORDER BY service_id, id;
DROP TABLE samples_as_before;
CREATE UNIQUE INDEX samples_source_ref ON samples (service_id, source_ref) WHERE source_ref <> '';
CREATE INDEX samples_stage ON samples (service_id, stage, received_on, id);
CREATE INDEX samples_received ON samples (service_id, received_on, id);

CREATE TABLE sample_counters_by_series (
  service_id integer  NOT NULL REFERENCES services (id),
  year       integer  NOT NULL,
  last       integer  NOT NULL CHECK (last > 0),
  series     smallint NOT NULL DEFAULT 0 CHECK (series >= 0),
  PRIMARY KEY (service_id, year, series)
);
INSERT INTO sample_counters_by_series (service_id, year, last) SELECT service_id, year, last FROM sample_counters;
DROP TABLE sample_counters;
ALTER TABLE sample_counters_by_series RENAME TO sample_counters;

-- A life of the registry begins with its restore; that which nobody restored has none.
-- Numbers are given in the series of the newest life.
CREATE TABLE registry_lives (
  life        smallint    NOT NULL PRIMARY KEY CHECK (life > 0),
  copied_at   timestamptz NOT NULL,
  restored_at timestamptz NOT NULL,
  from_digest text        NOT NULL
);

CREATE TABLE backups (
  id        uuid        NOT NULL PRIMARY KEY,
  made_at   timestamptz NOT NULL,
  digest    text        NOT NULL,
  sample_count bigint   NOT NULL,
  with_keys boolean     NOT NULL,
  proven_at timestamptz
);
