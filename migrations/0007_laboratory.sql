-- Work of the laboratory: worklists, questions about analyses, who touched an
-- analysis, why a warning was overruled, who read a record and who told a result.

-- +goose Up
ALTER TABLE samples ADD COLUMN stage text NOT NULL DEFAULT 'to_analyse' CHECK (stage IN
  ('to_analyse', 'in_analysis', 'questions', 'to_verify', 'to_publish', 'released', 'not_analysed', 'rejected'));

UPDATE samples SET stage = CASE
  WHEN state IN ('rejected', 'not_analysed') THEN state
  WHEN EXISTS (SELECT 1 FROM analyses a WHERE a.service_id = samples.service_id AND a.sample_id = samples.id AND a.state = 'entered')
    THEN 'to_verify'
  WHEN NOT EXISTS (SELECT 1 FROM publications p WHERE p.service_id = samples.service_id AND p.sample_id = samples.id)
    AND EXISTS (SELECT 1 FROM analyses a WHERE a.service_id = samples.service_id AND a.sample_id = samples.id AND a.state = 'verified')
    THEN 'to_publish'
  WHEN state = 'registered' THEN 'to_analyse'
  WHEN state = 'in_analysis' THEN 'in_analysis'
  ELSE 'released' END;

CREATE INDEX samples_stage ON samples (service_id, stage, received_on, id);
CREATE INDEX samples_received ON samples (service_id, received_on, id);

-- Two signatures hold for everybody who entered or changed an analysis.
ALTER TABLE analyses ADD COLUMN touched_by text NOT NULL DEFAULT '' CHECK (signature <> 'two' OR
  (' ' || touched_by || ' ') NOT LIKE ('% ' || CAST(verified_by AS text) || ' %'));
ALTER TABLE analyses ADD COLUMN overruled text NOT NULL DEFAULT '';

CREATE TABLE analysis_questions (
  service_id  integer     NOT NULL,
  id          uuid        NOT NULL,
  sample_id   uuid        NOT NULL,
  analysis_id uuid        NOT NULL,
  asked_by    integer     NOT NULL REFERENCES users (id),
  asked_at    timestamptz NOT NULL,
  question    text        NOT NULL CHECK (question <> ''),
  answered_by integer     REFERENCES users (id),
  answered_at timestamptz,
  answer      text        NOT NULL,
  PRIMARY KEY (service_id, id),
  CONSTRAINT analysis_questions_analysis_fk FOREIGN KEY (service_id, analysis_id) REFERENCES analyses (service_id, id),
  CHECK ((answered_at IS NULL) = (answer = '') AND (answered_at IS NULL) = (answered_by IS NULL))
);

CREATE INDEX analysis_questions_sample ON analysis_questions (service_id, sample_id);

-- Who read a record, and what for: once in a quarter of an hour.
CREATE TABLE record_views (
  service_id integer     NOT NULL,
  id         uuid        NOT NULL,
  user_id    integer     NOT NULL REFERENCES users (id),
  sample_id  uuid        NOT NULL,
  viewed_at  timestamptz NOT NULL,
  quarter_at timestamptz NOT NULL,
  purpose    text        NOT NULL CHECK (purpose IN ('intake', 'analysis', 'verification', 'release', 'read_out', 'audit')),
  PRIMARY KEY (service_id, id),
  UNIQUE (service_id, sample_id, user_id, purpose, quarter_at),
  CONSTRAINT record_views_sample_fk FOREIGN KEY (service_id, sample_id) REFERENCES samples (service_id, id)
);

-- Results that were told by phone. The version is checked by the program: a role that
-- may not change publications may not refer to them either.
CREATE TABLE read_outs (
  service_id integer     NOT NULL,
  id         uuid        NOT NULL,
  sample_id  uuid        NOT NULL,
  version    integer     NOT NULL CHECK (version > 0),
  told_by    integer     NOT NULL REFERENCES users (id),
  told_at    timestamptz NOT NULL,
  PRIMARY KEY (service_id, id),
  CONSTRAINT read_outs_sample_fk FOREIGN KEY (service_id, sample_id) REFERENCES samples (service_id, id)
);

CREATE INDEX read_outs_sample ON read_outs (service_id, sample_id);

-- The trail of one record.
CREATE INDEX audit_events_subject ON audit_events (service_id, subject);

-- What is usual: the latest amounts of a substance in a form.
CREATE INDEX finding_facts_usual ON finding_facts (substance_id, form, scale, year, sample_id) WHERE base_known;
