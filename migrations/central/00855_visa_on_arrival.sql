-- Visas that crossing points granted on arrival, taken out of their events. They name nobody: a crossing, a post, a nationality.

-- +goose Up
CREATE TABLE visa_arrival (
    crossing_id  uuid        PRIMARY KEY,
    station      text        NOT NULL,
    number       text        NOT NULL,               -- unique at its post; empty where none are drawn
    nationality  text        NOT NULL,
    crossed_at   timestamptz NOT NULL,
    local_date   date        NOT NULL,               -- at the post
    rule         text        NOT NULL,
    rule_version text        NOT NULL,
    days         integer     NOT NULL,               -- of stay that were granted; 0 is without bound
    fee_minor    bigint      NOT NULL,               -- that the rule asks, in the currency's minor units
    currency     text        NOT NULL,
    receipt      text        NOT NULL,
    waiver       text        NOT NULL,               -- why it was not taken
    annulled     boolean     NOT NULL DEFAULT false
);
CREATE INDEX visa_arrival_date ON visa_arrival (local_date);

-- +goose Down
DROP TABLE visa_arrival;
