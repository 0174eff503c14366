-- +goose Up
-- Receipts that were printed instead of stamps: one row per crossing; the copies are records of kind receipt.issued.
CREATE TABLE receipt (
    crossing_id uuid        PRIMARY KEY REFERENCES decision (crossing_id),
    number      text        NOT NULL UNIQUE,
    copies      integer     NOT NULL CHECK (copies > 0),
    first_at    timestamptz NOT NULL
);
CREATE SEQUENCE receipt_number;

-- Public keys that verify receipts: the station's own (also those it no longer signs with), and all others as the centre told of them.
CREATE TABLE receipt_key (
    id         text        PRIMARY KEY,
    station    text        NOT NULL,
    key        bytea       NOT NULL,
    valid_from timestamptz NOT NULL,
    valid_until timestamptz NOT NULL,
    own        boolean     NOT NULL
);

-- +goose Down
DROP TABLE receipt_key, receipt;
DROP SEQUENCE receipt_number;
