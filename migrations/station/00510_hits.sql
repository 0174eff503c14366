-- +goose Up
-- Hits: matches of travellers with alerts, as their steps left them. The steps themselves are records of kind hit.event, whose subject is
-- the hit; this table is what the queue is read from.
CREATE TABLE hit (
    id            uuid        PRIMARY KEY,
    inspection_id uuid        REFERENCES scan (id),    -- null for a hit on a crossing that was recorded elsewhere
    crossing_id   uuid,                                -- of a hit that was raised afterwards
    file_id       uuid,
    lane          text        NOT NULL,
    raised_at     timestamptz NOT NULL,
    retro         text        NOT NULL DEFAULT '',
    check_name    text        NOT NULL,
    alert         text        NOT NULL,
    alert_version integer     NOT NULL,
    subject       text        NOT NULL,
    category      text        NOT NULL,
    action        text        NOT NULL,
    band          text        NOT NULL,
    score         real        NOT NULL,
    rank          integer     NOT NULL,
    safety        text[]      NOT NULL DEFAULT '{}',
    surname       text        NOT NULL,
    given_names   text        NOT NULL,
    stage         text        NOT NULL,
    owner         text        NOT NULL DEFAULT '',
    place         smallint    NOT NULL DEFAULT 1,      -- 0 once it is escalated: it comes first
    due_at        timestamptz,                         -- when its timer runs out; null when none runs
    judged        text        NOT NULL DEFAULT '',
    steps         integer     NOT NULL,
    late_answer   boolean     NOT NULL DEFAULT false,
    outcome       text        NOT NULL DEFAULT '',
    closed_at     timestamptz,
    changed_at    timestamptz NOT NULL
);
CREATE INDEX hit_open ON hit (place, rank, raised_at, id) WHERE closed_at IS NULL;
CREATE INDEX hit_owner ON hit (owner, place, rank, raised_at, id) WHERE closed_at IS NULL AND owner <> '';
CREATE INDEX hit_due ON hit (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX hit_closed ON hit (closed_at DESC, id) WHERE closed_at IS NOT NULL;
CREATE INDEX hit_inspection ON hit (inspection_id) WHERE inspection_id IS NOT NULL;
CREATE INDEX hit_crossing ON hit (crossing_id) WHERE crossing_id IS NOT NULL;
CREATE INDEX hit_file ON hit (file_id, alert) WHERE file_id IS NOT NULL;
CREATE INDEX hit_changed ON hit (changed_at);

-- "Not the same person", remembered: binds a traveller (a one-way key of document, birth date and name) and a version of an alert.
CREATE TABLE hit_cleared (
    hit           uuid        PRIMARY KEY REFERENCES hit (id),
    traveller     text        NOT NULL,
    file_id       uuid,
    alert         text        NOT NULL,
    alert_version integer     NOT NULL,
    judged_by     text        NOT NULL,
    cleared_by    text        NOT NULL,
    cleared_at    timestamptz NOT NULL,
    until         timestamptz NOT NULL
);
CREATE INDEX hit_cleared_traveller ON hit_cleared (traveller, alert, alert_version);

-- What the centre tells of this station's hits (dataset hit_answers), until it is written into their way.
CREATE TABLE hit_told (
    hit      uuid        PRIMARY KEY,
    data     jsonb       NOT NULL,
    done     boolean     NOT NULL DEFAULT false,
    fault    text        NOT NULL DEFAULT '',          -- why it cannot be used; of nobody
    told_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX hit_told_waiting ON hit_told (told_at) WHERE NOT done;

-- +goose Down
DROP TABLE hit_told, hit_cleared, hit;
