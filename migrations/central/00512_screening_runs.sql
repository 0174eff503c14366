-- What else calls for a search: alerts that come into force, and lists that find more than before. And what a run does that cannot go on.

-- +goose Up
ALTER TABLE screening_state
    ADD COLUMN begun text  NOT NULL DEFAULT '',  -- the day up to which alerts that came into force were searched for; empty: none yet
    ADD COLUMN least jsonb NOT NULL DEFAULT '{}'; -- of each list, the lowest threshold that was searched with
ALTER TABLE screening_run
    DROP CONSTRAINT screening_run_why_check,
    ADD CONSTRAINT screening_run_why_check CHECK (why IN ('alerts', 'matcher', 'policy', 'begins')),
    ADD COLUMN list     text    NOT NULL DEFAULT '', -- only its alerts; empty: of all lists
    ADD COLUMN from_day text    NOT NULL DEFAULT '', -- only alerts in force from a day after this one
    ADD COLUMN to_day   text    NOT NULL DEFAULT '', -- and up to this one; empty: from whatever day
    ADD COLUMN tries    integer NOT NULL DEFAULT 0,
    ADD COLUMN again_at timestamptz; -- not before, after a failure
-- A question and what was found afterwards are looked for by what they wait for: a hit may be for a desk that is not its agency's.
DROP INDEX desk_hit_asked;
DROP INDEX desk_hit_central;
CREATE INDEX desk_hit_asked ON desk_hit (answer_by) WHERE asked_at IS NOT NULL AND closed_at IS NULL;
CREATE INDEX desk_hit_central ON desk_hit (raised_at) WHERE central AND closed_at IS NULL;

-- +goose Down
DROP INDEX desk_hit_asked;
DROP INDEX desk_hit_central;
CREATE INDEX desk_hit_asked ON desk_hit (agency, answer_by) WHERE stage = 'asked' OR stage = 'unanswered';
CREATE INDEX desk_hit_central ON desk_hit (agency, raised_at) WHERE central AND closed_at IS NULL;
DELETE FROM screening_run WHERE why IN ('policy', 'begins');
ALTER TABLE screening_run
    DROP CONSTRAINT screening_run_why_check,
    ADD CONSTRAINT screening_run_why_check CHECK (why IN ('alerts', 'matcher')),
    DROP COLUMN list, DROP COLUMN from_day, DROP COLUMN to_day, DROP COLUMN tries, DROP COLUMN again_at;
ALTER TABLE screening_state DROP COLUMN begun, DROP COLUMN least;
