-- What people add to the dictionary: who proposed it, who wrote it last and who reviewed it.
-- Nobody reviews what is their own. How bad a substance is to meet unannounced, and what it
-- is in one line, is judged here as versions, which are only added to: the newest one that
-- somebody else has reviewed stands above that of the embedded dictionary.

-- +goose Up
ALTER TABLE substances ADD COLUMN version integer NOT NULL DEFAULT 1;
ALTER TABLE substances ADD COLUMN changed_by integer;
ALTER TABLE substances ADD COLUMN reviewed_by integer CHECK (reviewed_by <> proposed_by AND reviewed_by <> changed_by);
ALTER TABLE substances ADD COLUMN reviewed_at timestamptz;

ALTER TABLE products ADD COLUMN proposed_by integer;
ALTER TABLE products ADD COLUMN proposed_at timestamptz;
ALTER TABLE products ADD COLUMN proposed_why text NOT NULL DEFAULT '';
-- The service at which it was proposed, where it is offered before it is reviewed; 0 stands
-- for all.
ALTER TABLE products ADD COLUMN proposed_for integer;
ALTER TABLE products ADD COLUMN version integer NOT NULL DEFAULT 1;
ALTER TABLE products ADD COLUMN changed_by integer;
ALTER TABLE products ADD COLUMN reviewed_by integer CHECK (reviewed_by <> proposed_by AND reviewed_by <> changed_by);
ALTER TABLE products ADD COLUMN reviewed_at timestamptz;

ALTER TABLE substance_names ADD COLUMN proposed_by integer;
ALTER TABLE substance_names ADD COLUMN proposed_at timestamptz;
ALTER TABLE substance_names ADD COLUMN proposed_why text NOT NULL DEFAULT '';
ALTER TABLE substance_names ADD COLUMN reviewed_by integer CHECK (reviewed_by <> proposed_by);
ALTER TABLE substance_names ADD COLUMN reviewed_at timestamptz;

ALTER TABLE product_names ADD COLUMN proposed_by integer;
ALTER TABLE product_names ADD COLUMN proposed_at timestamptz;
ALTER TABLE product_names ADD COLUMN proposed_why text NOT NULL DEFAULT '';
ALTER TABLE product_names ADD COLUMN reviewed_by integer CHECK (reviewed_by <> proposed_by);
ALTER TABLE product_names ADD COLUMN reviewed_at timestamptz;

-- The services that need a substance which nobody had reviewed when they proposed it; 0
-- stands for all.
CREATE TABLE substance_proposals (
  substance_id integer     NOT NULL REFERENCES substances (id),
  service_id   integer     NOT NULL,
  proposed_by  integer     NOT NULL REFERENCES users (id),
  proposed_at  timestamptz NOT NULL,
  proposed_why text        NOT NULL,
  PRIMARY KEY (substance_id, service_id)
);

CREATE TABLE substance_judgements (
  substance_id integer     NOT NULL REFERENCES substances (id),
  version      integer     NOT NULL CHECK (version > 0),
  danger       text        NOT NULL,
  source       text        NOT NULL,
  line_en      text        NOT NULL,
  line_nl      text        NOT NULL,
  line_source  text        NOT NULL,
  author_id    integer     NOT NULL REFERENCES users (id),
  reviewer_id  integer     REFERENCES users (id) CHECK (reviewer_id <> author_id),
  at           timestamptz NOT NULL,
  PRIMARY KEY (substance_id, version)
);
