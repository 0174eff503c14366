-- Visas that were granted here on arrival, each with the admission that it is part of: it stands as long as that one does. They name nobody.

-- +goose Up
CREATE TABLE visa_arrival (
    crossing_id  uuid    PRIMARY KEY REFERENCES decision (crossing_id),
    number       text    UNIQUE,                 -- null where none are drawn
    rule         text    NOT NULL,
    rule_version text    NOT NULL,
    fee_minor    bigint  NOT NULL CHECK (fee_minor >= 0),
    currency     text    NOT NULL,
    receipt      text    NOT NULL,
    waiver       text    NOT NULL,               -- why no fee was taken
    CHECK (fee_minor = 0 OR (receipt = '') <> (waiver = ''))
);

-- +goose Down
DROP TABLE visa_arrival;
