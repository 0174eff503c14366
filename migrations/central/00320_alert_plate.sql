-- +goose Up
-- An alert may be about a vehicle: its plate as written, and the letters of the State that issued the plate.
ALTER TABLE national_alert
    ADD COLUMN plate         text NOT NULL DEFAULT '',
    ADD COLUMN plate_country text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE national_alert DROP COLUMN plate, DROP COLUMN plate_country;
