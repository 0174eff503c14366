-- +goose Up
-- Fingerprints. The schema biometric holds prints under random references (links), sealed, and nothing that names a person; which link is
-- whose stands apart from it, in finger_link and finger_taking. No foreign key goes from one side to the other, so that the two can be
-- kept, backed up and destroyed apart.

CREATE SCHEMA biometric;

-- A person as the biometric store knows him: a random reference that is also the name of his data key, which stands here wrapped by a key
-- that does not. changed is the transaction that last changed which prints stand for him: a gallery goes on from there.
CREATE TABLE biometric.link_key (
    id           uuid        PRIMARY KEY,
    generation   text        NOT NULL,
    wrapped      bytea,                       -- null once destroyed
    created_at   timestamptz NOT NULL,
    destroyed_at timestamptz,
    changed      bigint      NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);
CREATE INDEX link_key_changed ON biometric.link_key (changed);
CREATE INDEX link_key_generation ON biometric.link_key (generation) WHERE wrapped IS NOT NULL;

-- A key that was destroyed, told to the centre. No data of the person.
CREATE TABLE biometric.key_tombstone (
    key_id       uuid        PRIMARY KEY REFERENCES biometric.link_key (id),
    ground       text        NOT NULL,
    destroyed_at timestamptz NOT NULL,
    sent_at      timestamptz
);
CREATE INDEX key_tombstone_waiting ON biometric.key_tombstone (destroyed_at) WHERE sent_at IS NULL;

-- One finger as it was taken once. apart: of no decision; reference: verified against, and in the gallery; presented: evidence of a
-- verification alone; disputed: did not match the file; erased: the row is the tombstone of what is no longer here.
CREATE TABLE biometric.print (
    id        uuid        PRIMARY KEY,
    link      uuid        NOT NULL REFERENCES biometric.link_key (id),
    position  smallint    NOT NULL CHECK (position BETWEEN 1 AND 10),
    quality   smallint    NOT NULL,
    state     text        NOT NULL DEFAULT 'apart' CHECK (state IN ('apart', 'reference', 'presented', 'disputed', 'erased')),
    taken_at  timestamptz NOT NULL,
    station   text        NOT NULL,
    accepted  text        NOT NULL DEFAULT '',
    erased_at timestamptz,
    ground    text        NOT NULL DEFAULT '', -- why it was erased
    CHECK ((state = 'erased') = (erased_at IS NOT NULL))
);
CREATE INDEX print_link ON biometric.print (link, state);

-- A print's template and its image, sealed apart. mark is a digest under the person's key: the very same bytes of the same person.
CREATE TABLE biometric.sealed (
    id      uuid     NOT NULL REFERENCES biometric.print (id),
    key_id  uuid     NOT NULL REFERENCES biometric.link_key (id),
    kind    text     NOT NULL,                 -- print.template.right_index, print.image.right_index: bound into the seal
    size    integer  NOT NULL CHECK (size >= 0),
    version smallint NOT NULL,                 -- of the form of the plain bytes: bound too
    mark    bytea,                             -- null once the key is destroyed
    digest  bytea    NOT NULL UNIQUE CHECK (length(digest) = 32), -- SHA-256 of what is sealed
    PRIMARY KEY (id, kind)
);
CREATE INDEX sealed_key ON biometric.sealed (key_id);

-- The sealed bytes, by their digest; see exhibit_blob.
CREATE TABLE biometric.blob (
    digest     bytea       PRIMARY KEY REFERENCES biometric.sealed (digest),
    size       integer     NOT NULL CHECK (size > 0),
    sealed     bytea,
    state      text        NOT NULL DEFAULT 'apart' CHECK (state IN ('apart', 'waiting', 'sent', 'parked', 'destroyed')),
    waiting_at timestamptz,
    sent_at    timestamptz,
    dropped_at timestamptz,
    attempts   integer     NOT NULL DEFAULT 0,
    next_at    timestamptz,
    reason     text        NOT NULL DEFAULT '',
    CHECK (sealed IS NOT NULL OR state IN ('sent', 'destroyed')),
    CHECK ((state = 'sent') <= (sent_at IS NOT NULL))
);
ALTER TABLE biometric.blob ALTER COLUMN sealed SET STORAGE EXTERNAL; -- as in exhibit_blob
CREATE INDEX blob_waiting ON biometric.blob (waiting_at, digest) WHERE state = 'waiting';
CREATE INDEX blob_parked ON biometric.blob (next_at) WHERE state = 'parked';
CREATE INDEX blob_sent ON biometric.blob (sent_at) WHERE state = 'sent' AND sealed IS NOT NULL;

REVOKE DELETE, TRUNCATE ON biometric.link_key, biometric.key_tombstone, biometric.print, biometric.sealed, biometric.blob FROM bmis_app;

-- Whose a link is: made by the decision that made the prints the file's.
CREATE TABLE finger_link (
    link        uuid        PRIMARY KEY,
    file_id     uuid        NOT NULL REFERENCES traveller (id),
    crossing_id uuid        NOT NULL,
    since       timestamptz NOT NULL
);
CREATE INDEX finger_link_file ON finger_link (file_id, since, link);

-- What was taken at an inspection: fingers.Taking. current is the one that stands; crossing_id and outcome are of the decision that settled
-- it, null and empty while it is apart. link is null when no finger gave a print.
CREATE TABLE finger_taking (
    id          uuid        PRIMARY KEY,
    scan_id     uuid        NOT NULL REFERENCES scan (id),
    link        uuid,
    taken_at    timestamptz NOT NULL,
    body        jsonb       NOT NULL,
    prints      uuid[]      NOT NULL,
    current     boolean     NOT NULL,
    file_id     uuid,                          -- set with crossing_id
    crossing_id uuid,
    settled_at  timestamptz,
    outcome     text        NOT NULL DEFAULT '' CHECK (outcome IN ('', 'enrolled', 'presented', 'disputed')),
    purged_at   timestamptz,
    CHECK ((crossing_id IS NULL) = (settled_at IS NULL) AND (crossing_id IS NULL) = (file_id IS NULL))
);
CREATE UNIQUE INDEX finger_taking_current ON finger_taking (scan_id) WHERE current;
CREATE INDEX finger_taking_file ON finger_taking (file_id, settled_at) WHERE file_id IS NOT NULL;
CREATE INDEX finger_taking_apart ON finger_taking (taken_at) WHERE crossing_id IS NULL AND purged_at IS NULL;
REVOKE DELETE, TRUNCATE ON finger_taking FROM bmis_app;

-- Searches one to many that are due here, and how they ended.
CREATE TABLE finger_search (
    taking_id uuid        PRIMARY KEY REFERENCES finger_taking (id),
    due_at    timestamptz NOT NULL,            -- when it is tried next
    since     timestamptz NOT NULL,
    attempts  integer     NOT NULL DEFAULT 0,
    reason    text        NOT NULL DEFAULT '', -- coded: why the last attempt had no answer
    done_at   timestamptz,
    found     integer
);
CREATE INDEX finger_search_due ON finger_search (due_at, taking_id) WHERE done_at IS NULL;

-- Whether any prints were taken of a scan: a decision without them asks nothing more.
ALTER TABLE scan ADD COLUMN prints boolean NOT NULL DEFAULT false;

-- +goose Down
ALTER TABLE scan DROP COLUMN prints;
DROP TABLE finger_search, finger_taking, finger_link;
DROP SCHEMA biometric CASCADE;
