-- An entry of the dictionary may stand for a class, of which a strip shows some member. Of
-- what could not be identified it is told how many there were, and a verifier sets a finding
-- aside with a reason.

-- +goose Up
ALTER TABLE substances ADD COLUMN whole_class boolean NOT NULL DEFAULT false;
ALTER TABLE findings ADD COLUMN peaks integer NOT NULL DEFAULT 0 CHECK (peaks >= 0);
ALTER TABLE findings ADD COLUMN set_aside text NOT NULL DEFAULT '';
ALTER TABLE findings ADD COLUMN set_aside_with text NOT NULL DEFAULT '';

-- Results of which today's rule would release other findings are on a worklist of their own.
-- Which worklists there are is said in the program alone.
DROP INDEX samples_stage;
ALTER TABLE samples ADD COLUMN stage_now text NOT NULL DEFAULT 'to_analyse';
UPDATE samples SET stage_now = stage;
ALTER TABLE samples DROP COLUMN stage;
ALTER TABLE samples RENAME COLUMN stage_now TO stage;
CREATE INDEX samples_stage ON samples (service_id, stage, received_on, id);
