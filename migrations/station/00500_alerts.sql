-- +goose Up

-- What the centre signed of the version that the station holds (replication.Seal): when, with which key, and what certifies it.
ALTER TABLE ref_cursor
    ADD COLUMN sealed_at  timestamptz,
    ADD COLUMN seal       bytea,
    ADD COLUMN seal_chain bytea[];

-- The keys of the alert lists in the order in which they changed, so that the lists in memory need not be loaded whole for each change.
-- generation changes when everything may have (a snapshot was taken).
CREATE TABLE alert_change (
    n   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text COLLATE "C" NOT NULL
);
CREATE TABLE alert_generation (
    one        boolean PRIMARY KEY DEFAULT true CHECK (one),
    generation bigint NOT NULL DEFAULT 0,
    kept_from  bigint NOT NULL DEFAULT 0 -- changes up to this one are no longer kept
);
INSERT INTO alert_generation DEFAULT VALUES;

-- +goose Down
DROP TABLE alert_change, alert_generation;
ALTER TABLE ref_cursor DROP COLUMN sealed_at, DROP COLUMN seal, DROP COLUMN seal_chain;
