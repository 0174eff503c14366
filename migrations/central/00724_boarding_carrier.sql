-- Who asked, and about whom: the dialogue with a carrier and what the checks before arrival found are of one traveller only when the
-- carrier and the person are the same, not the reference alone.

-- +goose Up
ALTER TABLE board_traveller
    ADD COLUMN asks_for text    NOT NULL DEFAULT '',   -- the flight's carrier in whose name the door asked
    ADD COLUMN marks    bytea[] NOT NULL DEFAULT '{}'; -- keyed hashes as in passenger_trace
UPDATE board_traveller SET asks_for = carrier;
ALTER TABLE passenger_screening ADD COLUMN carriers text[] NOT NULL DEFAULT '{}'; -- that sells the flight, and that flies it
UPDATE passenger_screening SET recheck_at = now() WHERE arrives_at > now(); -- which fills it

-- +goose Down
ALTER TABLE passenger_screening DROP COLUMN carriers;
ALTER TABLE board_traveller DROP COLUMN marks, DROP COLUMN asks_for;
