-- +goose Up
-- Tasks about prints, as their steps left them. The steps are records of kind fingerprint.event whose subject is the task; this table is
-- what the queue is read from. It names links and prints by random references, and holds nothing of a print.
CREATE TABLE finger_task (
    id                uuid        PRIMARY KEY,
    taking            uuid        NOT NULL,
    ground            text        NOT NULL CHECK (ground IN ('candidate', 'mismatch')),
    place             text        NOT NULL,              -- who found it: a station, or central
    link              uuid        NOT NULL,
    file_id           uuid,
    candidate_link    uuid        NOT NULL,
    candidate_file    uuid,
    candidate_station text        NOT NULL,
    score             real        NOT NULL,
    raised_at         timestamptz NOT NULL,
    stage             text        NOT NULL DEFAULT 'open' CHECK (stage IN ('open', 'claimed', 'decided')),
    owner             text        NOT NULL DEFAULT '',
    verdict           text        NOT NULL DEFAULT '',   -- the last word, also an undecided one
    contested         boolean     NOT NULL DEFAULT false,
    decided_at        timestamptz,
    linked            uuid,                              -- the file link that "same person" wrote, while it stands
    steps             integer     NOT NULL DEFAULT 1,
    changed_at        timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX finger_task_open ON finger_task (raised_at, id) WHERE decided_at IS NULL;
CREATE INDEX finger_task_decided ON finger_task (decided_at DESC, id) WHERE decided_at IS NOT NULL;
CREATE INDEX finger_task_taking ON finger_task (taking);
CREATE INDEX finger_task_pair ON finger_task (least(link, candidate_link), greatest(link, candidate_link));
CREATE INDEX finger_task_changed ON finger_task (changed_at);

-- Links that somebody found to be different persons, as long as his word stands: they are not raised again.
CREATE TABLE finger_apart (
    a    uuid        NOT NULL,                           -- the smaller id
    b    uuid        NOT NULL,
    task uuid        NOT NULL REFERENCES finger_task (id),
    by   text        NOT NULL,
    at   timestamptz NOT NULL,
    PRIMARY KEY (a, b),
    CHECK (a < b)
);
CREATE INDEX finger_apart_b ON finger_apart (b);
CREATE INDEX finger_apart_task ON finger_apart (task);

-- What the centre tells of this station's takings (dataset fingerprint_told), until a task is made of it. Rows of other stations are
-- not kept here.
CREATE TABLE finger_told (
    task     uuid        PRIMARY KEY,
    data     jsonb       NOT NULL,
    done     boolean     NOT NULL DEFAULT false,
    fault    text        NOT NULL DEFAULT '',            -- why it cannot be used; of nobody
    tries    integer     NOT NULL DEFAULT 0,
    again_at timestamptz,
    told_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX finger_told_waiting ON finger_told (told_at) WHERE NOT done;

-- The taking that a record is about, and the file that it made it part of.
CREATE INDEX record_taking ON record ((body ->> 'taking')) WHERE kind = 'fingerprint.event' AND body ->> 'step' = 'enrolled';

-- +goose Down
DROP INDEX record_taking;
DROP TABLE finger_told, finger_apart, finger_task;
