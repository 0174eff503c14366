-- Hits as the centre knows them: those of the stations, those that its own screening raised afterwards, the answers of the owners' desks,
-- and, apart from all of them, the hits on discreet alerts.

-- +goose Up
-- Events that are still to be screened, one row per transaction that stored some: a row goes with the transaction that did its work.
CREATE TABLE screening_due (
    n          bigint        GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    crossed_at timestamptz[] NOT NULL DEFAULT '{}', -- of crossings, with their event ids beside
    crossings  uuid[]        NOT NULL DEFAULT '{}',
    dismissals uuid[]        NOT NULL DEFAULT '{}', -- event ids
    hits       uuid[]        NOT NULL DEFAULT '{}', -- whose records have come
    queued_at  timestamptz   NOT NULL,
    tries      integer       NOT NULL DEFAULT 0,
    again_at   timestamptz, -- not before, after a failure
    fault      text          NOT NULL DEFAULT ''
);
ALTER TABLE screening_due ALTER crossed_at SET STORAGE EXTERNAL, ALTER crossings SET STORAGE EXTERNAL;

-- How far the screening is: every change of alerts up to alert_seq (alert_version.seq) has its run.
CREATE TABLE screening_state (
    one       boolean PRIMARY KEY DEFAULT true CHECK (one),
    alert_seq bigint  NOT NULL,
    matcher   text    NOT NULL,
    screened  bigint  NOT NULL DEFAULT 0, -- events, ever
    last_at   timestamptz
);

-- A search of new and changed alerts, those with after_seq < seq <= upto_seq, among the people who have crossed.
CREATE TABLE screening_run (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    after_seq   bigint      NOT NULL,
    upto_seq    bigint      NOT NULL,
    why         text        NOT NULL CHECK (why IN ('alerts', 'matcher')),
    open_alerts bigint      NOT NULL DEFAULT 0, -- discreet ones are counted nowhere
    since       timestamptz NOT NULL,           -- crossings from here on; people inside whenever they came
    phase       text        NOT NULL DEFAULT 'recent' CHECK (phase IN ('recent', 'inside', 'expected', 'done')),
    place_at    timestamptz,                    -- how far the phase is
    place_id    uuid,
    people      bigint      NOT NULL DEFAULT 0,
    expected    bigint      NOT NULL DEFAULT 0, -- people in all, as estimated at the beginning
    found       bigint      NOT NULL DEFAULT 0, -- open hits
    created_at  timestamptz NOT NULL,
    started_at  timestamptz,
    moved_at    timestamptz,
    finished_at timestamptz,
    fault       text        NOT NULL DEFAULT ''
);
CREATE INDEX screening_run_open ON screening_run (id) WHERE finished_at IS NULL;

-- Hits on open alerts. What a station did stands in its records (record.subject); steps of the centre in desk_step.
CREATE TABLE desk_hit (
    id            uuid        PRIMARY KEY,
    central       boolean     NOT NULL, -- raised here
    station       text        NOT NULL,
    agency        text        NOT NULL, -- that owns the alert
    list          text        NOT NULL,
    alert         text        NOT NULL,
    alert_version integer     NOT NULL,
    matcher       text        NOT NULL,
    band          text        NOT NULL,
    score         real        NOT NULL,
    retro         text        NOT NULL,
    traveller_id  uuid,                 -- the centre's; null when the crossing is not known here
    crossing      uuid,
    raised_at     timestamptz NOT NULL,
    crossed_at    timestamptz,
    stage         text        NOT NULL,
    asked_at      timestamptz,
    answer_by     timestamptz,
    answered_at   timestamptz,
    confirmed     boolean,
    same          boolean,              -- as judged here or there
    decided_at    timestamptz,          -- when somebody first said whether it is the person
    outcome       text        NOT NULL DEFAULT '',
    closed_at     timestamptz,
    worker        text        NOT NULL DEFAULT '', -- log-in name of who works on it at the centre
    raise         jsonb       NOT NULL,
    updated_at    timestamptz NOT NULL
);
CREATE INDEX desk_hit_asked ON desk_hit (agency, answer_by) WHERE stage = 'asked' OR stage = 'unanswered';
CREATE INDEX desk_hit_central ON desk_hit (agency, raised_at) WHERE central AND closed_at IS NULL;
CREATE INDEX desk_hit_newest ON desk_hit (agency, updated_at DESC);
CREATE INDEX desk_hit_traveller ON desk_hit (traveller_id, alert) WHERE traveller_id IS NOT NULL;
CREATE INDEX desk_hit_raised ON desk_hit (raised_at);

-- The centre's own steps: hit.Event.
CREATE TABLE desk_step (
    hit   uuid    NOT NULL REFERENCES desk_hit,
    n     integer NOT NULL,
    event jsonb   NOT NULL,
    PRIMARY KEY (hit, n)
);

-- What owners answered; the last one counts, the others stay.
CREATE TABLE desk_answer (
    hit      uuid        NOT NULL REFERENCES desk_hit,
    n        integer     NOT NULL,
    answer   jsonb       NOT NULL, -- hit.Answer
    by_login text        NOT NULL,
    at       timestamptz NOT NULL,
    PRIMARY KEY (hit, n)
);
REVOKE UPDATE, DELETE, TRUNCATE ON desk_step, desk_answer FROM bmis_app;
REVOKE DELETE, TRUNCATE ON desk_hit FROM bmis_app;

-- Hits on discreet alerts: for the desk of the agency alone. No other table tells that there are any.
CREATE TABLE discreet_hit (
    id            uuid        PRIMARY KEY,
    agency        text        NOT NULL,
    list          text        NOT NULL,
    alert         text        NOT NULL,
    alert_version integer     NOT NULL,
    matcher       text        NOT NULL,
    band          text        NOT NULL,
    score         real        NOT NULL,
    retro         text        NOT NULL,
    station       text        NOT NULL,
    traveller_id  uuid,
    crossing      uuid        NOT NULL,
    raised_at     timestamptz NOT NULL,
    crossed_at    timestamptz NOT NULL,
    state         text        NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'seen', 'reported', 'not_same')),
    raise         jsonb       NOT NULL
);
CREATE INDEX discreet_hit_newest ON discreet_hit (agency, raised_at DESC, id);
CREATE INDEX discreet_hit_traveller ON discreet_hit (traveller_id, alert) WHERE traveller_id IS NOT NULL;

CREATE TABLE discreet_step (
    hit      uuid        NOT NULL REFERENCES discreet_hit,
    n        integer     NOT NULL,
    kind     text        NOT NULL CHECK (kind IN ('raised', 'seen', 'reported', 'not_same')),
    at       timestamptz NOT NULL,
    by_login text        NOT NULL,
    body     jsonb,
    PRIMARY KEY (hit, n)
);
REVOKE UPDATE, DELETE, TRUNCATE ON discreet_step FROM bmis_app;
REVOKE DELETE, TRUNCATE ON discreet_hit FROM bmis_app;

-- +goose Down
DROP TABLE discreet_step, discreet_hit, desk_answer, desk_step, desk_hit, screening_run, screening_state, screening_due;
