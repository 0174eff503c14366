-- +goose Up
-- What an outside ABIS was given: a person by his link, with the mark of the prints that it has. It outlives the program, so that a centre that
-- starts anew does not give a nation again.
CREATE TABLE biometric.abis (
    abis    text        NOT NULL,             -- its name in the settings
    link    uuid        NOT NULL,
    mark    bytea       NOT NULL,             -- SHA-256 of what stood for the person
    refused text        NOT NULL DEFAULT '',  -- why it does not take him: he is not found by it
    at      timestamptz NOT NULL,
    PRIMARY KEY (abis, link)
);

-- +goose Down
DROP TABLE biometric.abis;
