-- +goose Up
-- Document readers whose agents post to this station, and what they posted. A token is kept as its SHA-256 alone.

CREATE TABLE reader_device (
    id         uuid        PRIMARY KEY,
    name       text        NOT NULL CHECK (name <> ''),
    lane       text        NOT NULL CHECK (lane <> ''),
    token_hash bytea       NOT NULL CHECK (length(token_hash) = 32),
    issued_at  timestamptz NOT NULL,
    issued_by  text        NOT NULL,             -- log-in name
    last_seen  timestamptz,
    revoked_at timestamptz,
    revoked_by text        NOT NULL DEFAULT '',
    CONSTRAINT reader_device_token UNIQUE (token_hash),
    CHECK ((revoked_at IS NULL) = (revoked_by = ''))
);
CREATE UNIQUE INDEX reader_device_name ON reader_device (lower(name)) WHERE revoked_at IS NULL;

-- What arrived, until somebody has it at a counter. The content is sealed with a key outside the database, and goes when the reading is
-- an inspection's (whose evidence it then is) or was put aside.
CREATE TABLE reader_arrival (
    id         uuid        PRIMARY KEY,
    device_id  uuid        REFERENCES reader_device (id),   -- null for an image handed in at the counter
    reading_id text        NOT NULL DEFAULT '',             -- the agent's own name for it
    lane       text        NOT NULL,
    arrived_at timestamptz NOT NULL,
    state      text        NOT NULL CHECK (state IN ('arrived', 'opened', 'kept', 'taken', 'put_aside')),
    why        text        NOT NULL DEFAULT '',             -- why it is kept, or was put aside: coded
    inspection uuid,
    officer    text        NOT NULL DEFAULT '',
    settled_at timestamptz,
    content    bytea,
    CHECK ((state IN ('arrived', 'kept')) = (content IS NOT NULL)),
    CHECK ((state IN ('opened', 'taken')) = (inspection IS NOT NULL))
);
CREATE UNIQUE INDEX reader_arrival_once ON reader_arrival (device_id, reading_id) WHERE reading_id <> '';
CREATE INDEX reader_arrival_kept ON reader_arrival (lane, arrived_at) WHERE state IN ('arrived', 'kept');
REVOKE DELETE, TRUNCATE ON reader_device, reader_arrival FROM bmis_app;

-- +goose Down
DROP TABLE reader_arrival, reader_device;
