-- What was registered after a backup was made is not in it, but its labels and slips are
-- about. So after a restore numbers go on in another series, which a letter before the
-- running number tells. How often a registry was restored, and when backups of it were
-- made and proven, is known of the place and not of what is recorded: it is in no backup.

-- +goose Up
ALTER TABLE samples ADD COLUMN number_series smallint NOT NULL DEFAULT 0 CHECK (number_series >= 0);
ALTER TABLE samples DROP CONSTRAINT samples_service_id_number_year_number_running_key;
ALTER TABLE samples ADD UNIQUE (service_id, number_year, number_series, number_running);

ALTER TABLE sample_counters ADD COLUMN series smallint NOT NULL DEFAULT 0 CHECK (series >= 0);
ALTER TABLE sample_counters DROP CONSTRAINT sample_counters_pkey;
ALTER TABLE sample_counters ADD PRIMARY KEY (service_id, year, series);

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
