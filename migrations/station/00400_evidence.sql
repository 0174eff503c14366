-- +goose Up
-- What document readers gave, encrypted. Every person has a key of their own; it stands here wrapped by a key that does not.

CREATE TABLE person_key (
    id           uuid        PRIMARY KEY,
    -- The scan that the key was made for; the key stays apart until a decision makes it a file's.
    scan_id      uuid        REFERENCES scan (id),
    file_id      uuid        REFERENCES traveller (id),
    generation   text        NOT NULL DEFAULT '',
    wrapped      bytea,                       -- null once destroyed
    created_at   timestamptz NOT NULL,
    settled_at   timestamptz,
    destroyed_at timestamptz,
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL)),
    CHECK ((file_id IS NULL) = (settled_at IS NULL)),
    CHECK (scan_id IS NOT NULL OR file_id IS NOT NULL)
);
CREATE INDEX person_key_file ON person_key (file_id, created_at) WHERE file_id IS NOT NULL;
CREATE INDEX person_key_scan ON person_key (scan_id) WHERE file_id IS NULL;
CREATE INDEX person_key_generation ON person_key (generation) WHERE wrapped IS NOT NULL;

-- A key that was destroyed, told to the centre. No data of the person.
CREATE TABLE key_tombstone (
    key_id       uuid        PRIMARY KEY REFERENCES person_key (id),
    ground       text        NOT NULL,
    destroyed_at timestamptz NOT NULL,
    sent_at      timestamptz
);
CREATE INDEX key_tombstone_waiting ON key_tombstone (destroyed_at) WHERE sent_at IS NULL;

-- An exhibit is kept once per person, however often it is read: fingerprint is a digest under the person's key.
CREATE TABLE exhibit (
    id          uuid        PRIMARY KEY,
    key_id      uuid        NOT NULL REFERENCES person_key (id),
    kind        text        NOT NULL,
    name        text        NOT NULL,
    media_type  text        NOT NULL,
    size        integer     NOT NULL CHECK (size >= 0),
    version     smallint    NOT NULL,          -- of the form of the plain bytes
    fingerprint bytea,                         -- null once the key is destroyed
    digest      bytea       NOT NULL UNIQUE CHECK (length(digest) = 32), -- SHA-256 of what is sealed
    kept_at     timestamptz NOT NULL,
    UNIQUE (key_id, kind, name, fingerprint)
);

-- The encrypted bytes, by their digest. apart: of no decision yet, and not sent. Bytes leave this table only when the centre has them
-- and their time here is over, or when their key is destroyed.
CREATE TABLE exhibit_blob (
    digest     bytea       PRIMARY KEY REFERENCES exhibit (digest),
    size       integer     NOT NULL CHECK (size > 0),
    sealed     bytea,
    state      text        NOT NULL DEFAULT 'apart' CHECK (state IN ('apart', 'waiting', 'sent', 'parked', 'destroyed')),
    waiting_at timestamptz,                    -- since when the centre is owed it
    sent_at    timestamptz,
    dropped_at timestamptz,
    attempts   integer     NOT NULL DEFAULT 0,
    next_at    timestamptz,
    reason     text        NOT NULL DEFAULT '',
    CHECK (sealed IS NOT NULL OR state IN ('sent', 'destroyed')),
    CHECK ((state = 'sent') <= (sent_at IS NOT NULL))
);
-- Encrypted bytes do not compress; EXTERNAL also lets a part be read without the rest.
ALTER TABLE exhibit_blob ALTER COLUMN sealed SET STORAGE EXTERNAL;
CREATE INDEX exhibit_blob_waiting ON exhibit_blob (waiting_at, digest) WHERE state = 'waiting';
CREATE INDEX exhibit_blob_parked ON exhibit_blob (next_at) WHERE state = 'parked';
CREATE INDEX exhibit_blob_sent ON exhibit_blob (sent_at) WHERE state = 'sent' AND sealed IS NOT NULL;

-- What was read of a scan. current is the reading that stands; what an earlier one had stays.
CREATE TABLE scan_exhibit (
    scan_id    uuid        NOT NULL REFERENCES scan (id),
    exhibit_id uuid        NOT NULL REFERENCES exhibit (id),
    taken_at   timestamptz NOT NULL,
    device     jsonb       NOT NULL,
    current    boolean     NOT NULL,
    PRIMARY KEY (scan_id, exhibit_id)
);
CREATE INDEX scan_exhibit_exhibit ON scan_exhibit (exhibit_id);

-- What stands with a decision.
CREATE TABLE crossing_exhibit (
    crossing_id uuid NOT NULL,
    exhibit_id  uuid NOT NULL REFERENCES exhibit (id),
    PRIMARY KEY (crossing_id, exhibit_id)
);
CREATE INDEX crossing_exhibit_exhibit ON crossing_exhibit (exhibit_id);

-- The centre's public key, as the centre told of it (dataset evidence_key).
CREATE TABLE centre_evidence_key (
    id     text        PRIMARY KEY,
    point  bytea       NOT NULL,
    since  timestamptz NOT NULL
);

-- Stored evidence verified again, beside the verdict of the day and never over it.
CREATE TABLE exhibit_verification (
    id            uuid        PRIMARY KEY,
    crossing_id   uuid        NOT NULL,
    at            timestamptz NOT NULL,
    by            text        NOT NULL,
    trust_version text        NOT NULL,
    steps         jsonb       NOT NULL
);
CREATE INDEX exhibit_verification_crossing ON exhibit_verification (crossing_id, at);

REVOKE DELETE, TRUNCATE ON person_key, key_tombstone, exhibit, exhibit_blob, crossing_exhibit, exhibit_verification FROM bmis_app;
REVOKE UPDATE ON exhibit_verification, crossing_exhibit FROM bmis_app;

-- +goose Down
DROP TABLE exhibit_verification, centre_evidence_key, crossing_exhibit, scan_exhibit, exhibit_blob, exhibit, key_tombstone, person_key;
