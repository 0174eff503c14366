-- +goose Up
-- What the board of stations tells people leaves confidential events out. last_seq and updated_at, which completeness and the
-- acknowledgement of events need exact, go on counting them.
ALTER TABLE replication_cursor
    ADD COLUMN withheld bigint NOT NULL DEFAULT 0, -- confidential events among those up to last_seq
    ADD COLUMN shown_at timestamptz;               -- when the last other event was committed
UPDATE replication_cursor c SET
    shown_at = CASE WHEN last_seq > 0 THEN updated_at END,
    withheld = (SELECT count(*) FROM record r WHERE r.origin = c.origin AND r.kind = 'protection.event');

-- +goose Down
ALTER TABLE replication_cursor DROP COLUMN withheld, DROP COLUMN shown_at;
