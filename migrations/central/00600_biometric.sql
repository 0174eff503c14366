-- +goose Up
-- Fingerprints of all stations. As at a station, the schema biometric holds prints under random references (links), sealed, and nothing that
-- names a person; whose a link is stands apart from it, in finger_enrolment.

CREATE SCHEMA biometric;

-- A person as a station's biometric store knows him, with his data key as the centre holds it. changed is the transaction that last changed
-- which prints stand for him: a gallery goes on from there.
CREATE TABLE biometric.link_key (
    id           uuid        PRIMARY KEY,
    station      text        NOT NULL,
    generation   text        NOT NULL DEFAULT '',
    wrapped      bytea,                       -- null once destroyed
    received_at  timestamptz NOT NULL,
    destroyed_at timestamptz,
    ground       text        NOT NULL DEFAULT '',
    changed      bigint      NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);
CREATE INDEX link_key_changed ON biometric.link_key (changed);
CREATE INDEX link_key_generation ON biometric.link_key (generation) WHERE wrapped IS NOT NULL;

-- One finger as it was taken once, as the event of its enrolment names it; the states are those of the station.
CREATE TABLE biometric.print (
    id        uuid        PRIMARY KEY,
    link      uuid        NOT NULL,
    taking_id uuid        NOT NULL,
    station   text        NOT NULL,
    position  smallint    NOT NULL CHECK (position BETWEEN 1 AND 10),
    quality   smallint    NOT NULL,
    state     text        NOT NULL CHECK (state IN ('apart', 'reference', 'presented', 'disputed', 'erased')),
    taken_at  timestamptz NOT NULL
);
CREATE INDEX print_link ON biometric.print (link, state);
CREATE INDEX print_taking ON biometric.print (taking_id);

-- What events name of sealed templates and images; see exhibit_named.
CREATE TABLE biometric.named (
    print_id   uuid        NOT NULL REFERENCES biometric.print (id),
    kind       text        NOT NULL,          -- print.template.right_index, print.image.right_index
    station    text        NOT NULL,
    key_id     uuid        NOT NULL,
    version    smallint    NOT NULL,
    size       bigint      NOT NULL,
    digest     bytea       NOT NULL,
    named_at   timestamptz NOT NULL,
    settled_at timestamptz,
    PRIMARY KEY (print_id, kind)
);
CREATE INDEX named_digest ON biometric.named (station, digest);
CREATE INDEX named_key ON biometric.named (key_id);
CREATE INDEX named_missing ON biometric.named (station, named_at) WHERE settled_at IS NULL;

CREATE TABLE biometric.blob (
    station     text        NOT NULL,
    digest      bytea       NOT NULL CHECK (length(digest) = 32),
    exhibit_id  uuid        NOT NULL,         -- the print
    key_id      uuid        NOT NULL REFERENCES biometric.link_key (id),
    kind        text        NOT NULL,
    version     smallint    NOT NULL,
    size        integer     NOT NULL CHECK (size > 0),
    sealed      bytea,                        -- null once the key is destroyed or the print erased
    received_at timestamptz NOT NULL,
    PRIMARY KEY (station, digest)
);
ALTER TABLE biometric.blob ALTER COLUMN sealed SET STORAGE EXTERNAL; -- as in exhibit_blob
CREATE INDEX blob_key ON biometric.blob (key_id);

CREATE VIEW biometric.missing AS SELECT n.* FROM biometric.named n WHERE n.settled_at IS NULL
    AND NOT EXISTS (SELECT FROM biometric.blob b WHERE b.station = n.station AND b.digest = n.digest)
    AND NOT EXISTS (SELECT FROM biometric.link_key k WHERE k.id = n.key_id AND k.station = n.station AND k.destroyed_at IS NOT NULL);

CREATE TABLE biometric.chunk (
    station     text        NOT NULL,
    digest      bytea       NOT NULL,
    at          integer     NOT NULL CHECK (at >= 0),
    bytes       bytea       NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (station, digest, at)
);
ALTER TABLE biometric.chunk ALTER COLUMN bytes SET STORAGE EXTERNAL;

REVOKE DELETE, TRUNCATE ON biometric.link_key, biometric.print, biometric.named, biometric.blob FROM bmis_app;

-- Whose a link is, and what was taken: fingers.Taking as it stands with a decision.
CREATE TABLE finger_enrolment (
    taking_id    uuid        PRIMARY KEY,
    station      text        NOT NULL,
    file_id      uuid        NOT NULL,        -- the station's
    traveller_id uuid        NOT NULL,
    crossing_id  uuid        NOT NULL,
    link         uuid,                        -- null when no finger gave a print
    state        text        NOT NULL CHECK (state IN ('enrolled', 'presented', 'disputed', 'withdrawn')),
    enrolled_at  timestamptz NOT NULL,
    body         jsonb       NOT NULL
);
CREATE INDEX finger_enrolment_link ON finger_enrolment (link) WHERE link IS NOT NULL;
CREATE INDEX finger_enrolment_traveller ON finger_enrolment (traveller_id);
REVOKE DELETE, TRUNCATE ON finger_enrolment FROM bmis_app;

-- Searches one to many that are due among all stations' people, and how they ended.
CREATE TABLE finger_search (
    taking_id uuid        PRIMARY KEY REFERENCES finger_enrolment (taking_id),
    due_at    timestamptz NOT NULL,           -- when it is tried next, once its templates are here
    since     timestamptz NOT NULL,
    attempts  integer     NOT NULL DEFAULT 0,
    reason    text        NOT NULL DEFAULT '',
    done_at   timestamptz,
    found     integer,
    search    jsonb                           -- fingers.Search, once it is done
);
CREATE INDEX finger_search_due ON finger_search (due_at, taking_id) WHERE done_at IS NULL;

-- Tasks of the second lines about prints: those that the centre told of, and those that stations raised; and what was decided there.
CREATE TABLE finger_task (
    task           uuid        PRIMARY KEY,
    taking_id      uuid        NOT NULL,
    station        text        NOT NULL,     -- whose task it is
    place          text        NOT NULL,     -- who found it: the station, or the centre
    told           boolean     NOT NULL DEFAULT false, -- by the centre, which alone lends prints and joins files by it
    ground         text        NOT NULL,     -- candidate, mismatch
    link           uuid        NOT NULL,
    candidate_link uuid        NOT NULL,
    file           uuid,                     -- the files of both, where they are known
    candidate_file uuid,
    at             timestamptz NOT NULL,
    verdict        text        NOT NULL DEFAULT '',
    decided_at     timestamptz,
    linked         uuid,                     -- the record by which the two files are one person
    word           uuid                      -- the last record by which the centre said or took back that they are
);
CREATE INDEX finger_task_open ON finger_task (at) WHERE verdict IN ('', 'undecided');
CREATE INDEX finger_task_links ON finger_task (link, candidate_link) WHERE verdict = 'different';
CREATE INDEX finger_task_candidate ON finger_task (candidate_link, link) WHERE verdict = 'different';

-- +goose Down
DROP TABLE finger_task, finger_search, finger_enrolment;
DROP SCHEMA biometric CASCADE;
