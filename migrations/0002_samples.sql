-- What a service owns. Every primary, unique and foreign key begins with
-- service_id, which is never updated: on Citus the tables are distributed by it.
-- An empty text and a zero number mean "not recorded".

-- +goose Up
CREATE TABLE imports (
  service_id  integer     NOT NULL REFERENCES services (id),
  id          uuid        NOT NULL,
  profile     text        NOT NULL,
  digest      text        NOT NULL,
  files       text        NOT NULL,
  rows_read   integer     NOT NULL,
  accepted    integer     NOT NULL,
  merged      integer     NOT NULL,
  rejected    integer     NOT NULL,
  samples     integer     NOT NULL,
  imported_at timestamptz NOT NULL,
  imported_by text        NOT NULL,
  PRIMARY KEY (service_id, id),
  UNIQUE (service_id, digest),
  CHECK (rows_read = accepted + merged + rejected)
);

CREATE TABLE visits (
  service_id  integer NOT NULL REFERENCES services (id),
  id          uuid    NOT NULL,
  location_id integer REFERENCES locations (id),
  visited_on  date    NOT NULL,
  samples     integer NOT NULL,
  taken       integer NOT NULL,
  turned_away integer NOT NULL,
  PRIMARY KEY (service_id, id),
  CHECK (taken >= 0 AND turned_away >= 0 AND taken + turned_away = samples)
);

CREATE TABLE sample_counters (
  service_id integer NOT NULL REFERENCES services (id),
  year       integer NOT NULL,
  last       integer NOT NULL CHECK (last > 0),
  PRIMARY KEY (service_id, year)
);

-- Measures in micrometres and micrograms; amounts, prices and quantities in
-- thousandths of their unit. Lists are codes with single spaces between them.
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
  PRIMARY KEY (service_id, id),
  UNIQUE (service_id, number_year, number_running),
  CONSTRAINT samples_visit_fk FOREIGN KEY (service_id, visit_id) REFERENCES visits (service_id, id),
  CONSTRAINT samples_import_fk FOREIGN KEY (service_id, import_id) REFERENCES imports (service_id, id),
  CHECK ((state IN ('rejected', 'not_analysed')) = (state_reason <> '')),
  CHECK (price_currency = '' OR price_quantity > 0)
);

CREATE UNIQUE INDEX samples_source_ref ON samples (service_id, source_ref) WHERE source_ref <> '';

CREATE TABLE sample_expectations (
  service_id   integer NOT NULL,
  sample_id    uuid    NOT NULL,
  position     integer NOT NULL,
  substance_id integer REFERENCES substances (id),
  class        text    NOT NULL,
  PRIMARY KEY (service_id, sample_id, position),
  CONSTRAINT sample_expectations_sample_fk FOREIGN KEY (service_id, sample_id) REFERENCES samples (service_id, id),
  CHECK ((substance_id IS NULL) <> (class = ''))
);

-- The directory of lookup codes: keyed hashes only, distributed by hash. No foreign
-- key and no time, so that it tells nothing but where a code leads.
CREATE TABLE lookup_codes (
  code_hash  text    NOT NULL,
  key_id     text    NOT NULL,
  service_id integer NOT NULL,
  sample_id  uuid    NOT NULL,
  PRIMARY KEY (code_hash, key_id)
);

-- Two signatures: a laboratory result is never verified by the one who entered it.
CREATE TABLE analyses (
  service_id   integer NOT NULL,
  id           uuid    NOT NULL,
  sample_id    uuid    NOT NULL,
  version      integer NOT NULL CHECK (version > 0),
  method_id    integer NOT NULL REFERENCES methods (id),
  level        text    NOT NULL CHECK (level IN ('presumptive', 'preliminary', 'confirmatory')),
  performed_on date    NOT NULL,
  conclusion   text    NOT NULL CHECK (conclusion IN ('findings', 'nothing_detected', 'inconclusive')),
  reported     boolean NOT NULL,
  state        text    NOT NULL CHECK (state IN ('entered', 'verified', 'retracted')),
  state_reason text    NOT NULL,
  signature    text    NOT NULL CHECK (signature IN ('', 'two', 'one', 'source')),
  entered_by   integer REFERENCES users (id),
  entered_at   timestamptz NOT NULL,
  verified_by  integer REFERENCES users (id),
  verified_at  timestamptz,
  retracted_by integer REFERENCES users (id),
  retracted_at timestamptz,
  import_id    uuid,
  notes        text    NOT NULL,
  PRIMARY KEY (service_id, id),
  CONSTRAINT analyses_sample_fk FOREIGN KEY (service_id, sample_id) REFERENCES samples (service_id, id),
  CONSTRAINT analyses_import_fk FOREIGN KEY (service_id, import_id) REFERENCES imports (service_id, id),
  CONSTRAINT analyses_verified CHECK (state <> 'verified' OR (signature <> '' AND verified_at IS NOT NULL)),
  CONSTRAINT analyses_two_signatures CHECK (signature <> 'two' OR
    (entered_by IS NOT NULL AND verified_by IS NOT NULL AND entered_by <> verified_by)),
  CONSTRAINT analyses_one_signature CHECK (signature <> 'one' OR (level <> 'confirmatory' AND verified_by IS NOT NULL)),
  CONSTRAINT analyses_at_source CHECK ((signature = 'source') = (import_id IS NOT NULL)),
  CONSTRAINT analyses_retracted CHECK (state <> 'retracted' OR state_reason <> '')
);

CREATE INDEX analyses_sample ON analyses (service_id, sample_id);

-- A substance is reported once by an analysis. Amounts are integers on the scale of
-- their unit: ppm, ng per unit, µg/ml or thousandths of a ratio.
CREATE TABLE findings (
  service_id      integer  NOT NULL,
  id              uuid     NOT NULL,
  sample_id       uuid     NOT NULL,
  analysis_id     uuid     NOT NULL,
  substance_id    integer  NOT NULL REFERENCES substances (id),
  reported_as     text     NOT NULL,
  detection       text     NOT NULL CHECK (detection IN ('quantified', 'below_loq', 'identified', 'trace', 'indicated',
                                                         'not_detected', 'unidentified')),
  amount_value    bigint   NOT NULL CHECK (amount_value >= 0),
  amount_scale    text     NOT NULL CHECK (amount_scale IN ('', 'ppm', 'ng', 'ug/ml', 'ratio')),
  amount_decimals smallint NOT NULL,
  basis           text     NOT NULL,
  uncertainty     bigint   NOT NULL CHECK (uncertainty >= 0),
  stereo          text     NOT NULL CHECK (stereo IN ('', 'racemic', 'S', 'R')),
  abundance       text     NOT NULL CHECK (abundance IN ('', 'primary', 'minor')),
  PRIMARY KEY (service_id, id),
  UNIQUE (service_id, analysis_id, substance_id),
  CONSTRAINT findings_analysis_fk FOREIGN KEY (service_id, analysis_id) REFERENCES analyses (service_id, id),
  CHECK ((detection = 'quantified') = (amount_scale <> ''))
);

-- Versions of a sample's result: added, never changed or deleted.
CREATE TABLE publications (
  service_id   integer NOT NULL,
  id           uuid    NOT NULL,
  sample_id    uuid    NOT NULL,
  version      integer NOT NULL CHECK (version > 0),
  kind         text    NOT NULL CHECK (kind IN ('preliminary', 'confirmed', 'amended', 'withdrawn')),
  reason       text    NOT NULL,
  outcome      text    NOT NULL,
  outcome_euda text    NOT NULL,
  result       jsonb   NOT NULL,
  published_on date    NOT NULL,
  published_by integer REFERENCES users (id),
  published_at timestamptz NOT NULL,
  import_id    uuid,
  PRIMARY KEY (service_id, id),
  UNIQUE (service_id, sample_id, version),
  CONSTRAINT publications_sample_fk FOREIGN KEY (service_id, sample_id) REFERENCES samples (service_id, id),
  CONSTRAINT publications_import_fk FOREIGN KEY (service_id, import_id) REFERENCES imports (service_id, id),
  CHECK ((published_by IS NULL) = (import_id IS NOT NULL)),
  CHECK (kind NOT IN ('amended', 'withdrawn') OR reason <> '')
);

-- The revision of a service's year rises with everything that changes what the
-- year counts.
CREATE TABLE service_years (
  service_id integer NOT NULL REFERENCES services (id),
  year       integer NOT NULL,
  revision   bigint  NOT NULL,
  PRIMARY KEY (service_id, year)
);

-- The audit trail, chained by hash per service; service 0 is people and dictionary.
CREATE TABLE audit_heads (
  service_id integer NOT NULL PRIMARY KEY,
  seq        bigint  NOT NULL,
  hash       text    NOT NULL
);

CREATE TABLE audit_events (
  service_id integer NOT NULL,
  seq        bigint  NOT NULL,
  at         timestamptz NOT NULL,
  actor_id   integer,
  actor      text    NOT NULL,
  action     text    NOT NULL,
  subject    text    NOT NULL,
  changes    text    NOT NULL,
  reason     text    NOT NULL,
  hash       text    NOT NULL,
  PRIMARY KEY (service_id, seq)
);
