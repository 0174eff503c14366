-- What the crossing points' checks found of expected persons, taken out of the events of their decisions: who came, and who came without
-- having been declared. It names nobody.

-- +goose Up
CREATE TABLE expected_crossing (
    crossing_id   uuid        PRIMARY KEY,
    crossed_at    timestamptz NOT NULL,
    station       text        NOT NULL,
    flight        uuid        NOT NULL,
    person        uuid,                          -- null: on the flight, and not declared when he came
    direction     text        NOT NULL,
    verdict       text        NOT NULL,
    differences   integer     NOT NULL,
    hit           boolean     NOT NULL
);
CREATE INDEX expected_crossing_flight ON expected_crossing (flight, crossed_at);

-- +goose Down
DROP TABLE expected_crossing;
