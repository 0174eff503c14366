-- +goose Up
-- Evidence that stations kept with their decisions: encrypted bytes, and the persons' keys wrapped by a key that does not stand here.

CREATE TABLE person_key (
    id           uuid        PRIMARY KEY,
    station      text        NOT NULL,
    generation   text        NOT NULL DEFAULT '',
    wrapped      bytea,                       -- null once destroyed, and for a key that was destroyed before it came
    received_at  timestamptz NOT NULL,
    destroyed_at timestamptz,
    ground       text        NOT NULL DEFAULT '',
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);
CREATE INDEX person_key_generation ON person_key (generation) WHERE wrapped IS NOT NULL;

-- What the events of crossings name; written by the applier.
CREATE TABLE exhibit_named (
    crossing_id uuid        NOT NULL,
    exhibit_id  uuid        NOT NULL,
    position    integer     NOT NULL,         -- in the event: what stood at the decision comes before what was replaced
    station     text        NOT NULL,
    key_id      uuid        NOT NULL,
    kind        text        NOT NULL,
    name        text        NOT NULL,
    media_type  text        NOT NULL,
    size        bigint      NOT NULL,
    digest      bytea       NOT NULL,
    named_at    timestamptz NOT NULL,
    settled_at  timestamptz,                  -- when the blob was whole here, or its key was destroyed; null: see exhibit_missing
    PRIMARY KEY (crossing_id, exhibit_id)
);
CREATE INDEX exhibit_named_digest ON exhibit_named (station, digest);
CREATE INDEX exhibit_named_key ON exhibit_named (key_id);
CREATE INDEX exhibit_named_missing ON exhibit_named (station, named_at) WHERE settled_at IS NULL;

-- Blobs whole and verified. A station's blobs are its own: another's of the same digest is another row.
CREATE TABLE exhibit_blob (
    station     text        NOT NULL,
    digest      bytea       NOT NULL CHECK (length(digest) = 32),
    exhibit_id  uuid        NOT NULL,
    key_id      uuid        NOT NULL REFERENCES person_key (id),
    kind        text        NOT NULL,
    version     smallint    NOT NULL,
    size        integer     NOT NULL CHECK (size > 0),
    sealed      bytea,                        -- null once the key is destroyed
    received_at timestamptz NOT NULL,
    PRIMARY KEY (station, digest)
);
ALTER TABLE exhibit_blob ALTER COLUMN sealed SET STORAGE EXTERNAL;
CREATE INDEX exhibit_blob_key ON exhibit_blob (key_id);

-- An event and the blob that it names may be committed at the same moment, so that neither sees the other: settled_at is then set late.
CREATE VIEW exhibit_missing AS SELECT n.* FROM exhibit_named n WHERE n.settled_at IS NULL
    AND NOT EXISTS (SELECT FROM exhibit_blob b WHERE b.station = n.station AND b.digest = n.digest)
    AND NOT EXISTS (SELECT FROM person_key k WHERE k.id = n.key_id AND k.station = n.station AND k.destroyed_at IS NOT NULL);

-- Pieces of blobs on their way, kept so that a broken line costs no piece twice.
CREATE TABLE exhibit_chunk (
    station     text        NOT NULL,
    digest      bytea       NOT NULL,
    at          integer     NOT NULL CHECK (at >= 0),
    bytes       bytea       NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (station, digest, at)
);
ALTER TABLE exhibit_chunk ALTER COLUMN bytes SET STORAGE EXTERNAL;

REVOKE DELETE, TRUNCATE ON person_key, exhibit_named, exhibit_blob FROM bmis_app;

-- +goose Down
DROP VIEW exhibit_missing;
DROP TABLE exhibit_chunk, exhibit_blob, exhibit_named, person_key;
