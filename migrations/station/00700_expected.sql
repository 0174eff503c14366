-- +goose Up
-- Who is expected on the day's flights (dataset expected). Rows come and go with the dataset: they are gone a day after the flight.
CREATE TABLE expected_flight (
    id          uuid        PRIMARY KEY,
    designators text[]      NOT NULL,            -- LH0400, those of codeshares too
    direction   text        NOT NULL,            -- entry, exit, or empty when it is not known
    status      text        NOT NULL,
    due_at      timestamptz,                     -- at this State's border; null when no message says
    api         integer     NOT NULL,
    data        json        NOT NULL             -- expected.Flight
);
CREATE INDEX expected_flight_due ON expected_flight (due_at);

CREATE TABLE expected_person (
    id       uuid   PRIMARY KEY,
    flight   uuid   NOT NULL,                    -- whose row may come later
    awaited  boolean NOT NULL,                   -- not cancelled, and not known to have stayed behind
    numbers  text[] NOT NULL,                    -- of his documents, folded
    birth    text   NOT NULL,
    words    text[] NOT NULL,                    -- of his name, folded
    surname  text   NOT NULL,
    flagged  boolean NOT NULL,                   -- screening or the centre asks something of the officer
    data     json   NOT NULL                     -- expected.Person
);
CREATE INDEX expected_person_number ON expected_person USING gin (numbers) WITH (fastupdate = off);
CREATE INDEX expected_person_birth ON expected_person (birth);
CREATE INDEX expected_person_flight ON expected_person (flight, surname, id);

-- Rows of the dataset that this release cannot use.
CREATE TABLE expected_fault (key text PRIMARY KEY);

-- Who of them came: what the check found, kept with the decision. It names nobody: a crossing, a flight and a person's number.
CREATE TABLE expected_arrival (
    crossing_id   uuid        PRIMARY KEY REFERENCES decision (crossing_id),
    inspection_id uuid        NOT NULL,
    flight        uuid        NOT NULL,
    person        uuid,                          -- null: on the flight, and not declared
    direction     text        NOT NULL,
    verdict       text        NOT NULL,
    differences   integer     NOT NULL,
    hit           boolean     NOT NULL,
    at            timestamptz NOT NULL
);
CREATE INDEX expected_arrival_flight ON expected_arrival (flight, at);
CREATE INDEX expected_arrival_inspection ON expected_arrival (inspection_id);
CREATE INDEX expected_arrival_at ON expected_arrival (at);

-- +goose Down
DROP TABLE expected_arrival, expected_fault, expected_person, expected_flight;
