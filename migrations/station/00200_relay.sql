-- +goose Up

-- Events on their way to the centre. A row is written in the transaction of the act it tells of; it gets its number later,
-- because identity values become visible in another order than they were given. payload is json, not jsonb: its exact bytes
-- are hashed.
CREATE TABLE outbox (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id   uuid        NOT NULL UNIQUE,
    kind       text        NOT NULL,
    schema_ver smallint    NOT NULL CHECK (schema_ver > 0),
    created_at timestamptz NOT NULL,
    payload    json        NOT NULL,
    size       integer     NOT NULL,
    carried    boolean     NOT NULL DEFAULT false,
    seq        bigint      UNIQUE,
    prev_hash  bytea,
    hash       bytea,
    CHECK ((seq IS NULL) = (prev_hash IS NULL) AND (seq IS NULL) = (hash IS NULL))
);
CREATE INDEX outbox_unnumbered ON outbox (id) WHERE seq IS NULL;

-- One row: where the outbox stands. epoch names the life of this database's numbers; it changes when numbers may have been
-- used before (restore from a backup).
CREATE TABLE outbox_state (
    one            boolean PRIMARY KEY DEFAULT true CHECK (one),
    epoch          uuid   NOT NULL,
    last_seq       bigint NOT NULL DEFAULT 0,
    last_hash      bytea,
    confirmed_seq  bigint NOT NULL DEFAULT 0,
    confirmed_hash bytea,
    CHECK (confirmed_seq <= last_seq)
);
INSERT INTO outbox_state (epoch) VALUES (gen_random_uuid());

CREATE TABLE outbox_epoch (
    epoch    uuid PRIMARY KEY,
    ended_at timestamptz NOT NULL,
    last_seq bigint      NOT NULL,
    reason   text        NOT NULL
);

-- Per UTC day and epoch, the events numbered, and of those the events the centre confirmed (kept_*). Kept for ever, so that
-- completeness can be shown after the events are pruned. When an epoch ends, what was not confirmed is counted no longer: it
-- is numbered, and counted, again in the next.
CREATE TABLE outbox_day (
    epoch     uuid   NOT NULL,
    day       date   NOT NULL,
    n         bigint NOT NULL,
    first_seq bigint NOT NULL,
    last_seq  bigint NOT NULL,
    head      bytea,
    kept_n    bigint NOT NULL DEFAULT 0,
    kept_last bigint NOT NULL DEFAULT 0,
    kept_head bytea,
    PRIMARY KEY (epoch, day)
);

-- Reference data as the centre sent it, byte for byte, and how far each dataset is.
CREATE TABLE ref_cursor (
    dataset      text PRIMARY KEY,
    version      bigint      NOT NULL,
    digest       bytea       NOT NULL,
    digest_state bytea       NOT NULL,
    applied_at   timestamptz, -- null: nothing was ever applied (the centre has no version yet)
    confirmed_at timestamptz NOT NULL -- when the centre last said that this version is the newest
);
CREATE TABLE ref_row (
    dataset text NOT NULL,
    key     text COLLATE "C" NOT NULL,
    data    json NOT NULL,
    PRIMARY KEY (dataset, key)
);

-- +goose Down
DROP TABLE ref_row, ref_cursor, outbox_day, outbox_epoch, outbox_state, outbox;
