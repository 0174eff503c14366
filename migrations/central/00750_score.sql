-- How what carriers send stands against what they owe, and what they were told of it. Numbers alone: nothing here is of a person, so it
-- stays when the persons are masked.

-- +goose Up
-- What a message says of how many it is about (apipnr.Declared); null in those kept before.
ALTER TABLE passenger_message ADD COLUMN declared jsonb;
CREATE INDEX passenger_message_applied ON passenger_message (applied_at) WHERE applied_at IS NOT NULL;

-- The card of a flight, as of the messages that came through one carrier's door.
CREATE TABLE score_card (
    carrier     text        NOT NULL,
    flight_id   uuid        NOT NULL REFERENCES passenger_flight,
    flight_key  text        NOT NULL,
    destination text        NOT NULL,
    status      text        NOT NULL,
    leaves_at   timestamptz NOT NULL, -- departs_at, or as near as is known
    departs_at  timestamptz,
    policy      text        NOT NULL, -- version
    card        jsonb       NOT NULL, -- score.Card
    points      integer,              -- null when nothing can be said yet
    on_time     integer     NOT NULL,
    late        integer     NOT NULL,
    missing     integer     NOT NULL,
    incomplete  integer     NOT NULL,
    mismatch    boolean     NOT NULL,
    quarantine  integer     NOT NULL,
    warnings    integer     NOT NULL,
    persons     integer     NOT NULL DEFAULT 0, -- of the carrier's lists
    filled      jsonb       NOT NULL DEFAULT '{}', -- persons with a usable value, by field
    versions    bigint      NOT NULL DEFAULT 0, -- of the persons that were counted, summed
    rated_at    timestamptz NOT NULL,
    next_at     timestamptz, -- when it may change by itself
    PRIMARY KEY (carrier, flight_id)
);
CREATE INDEX score_card_own ON score_card (carrier, leaves_at, flight_id);
CREATE INDEX score_card_leaves ON score_card (leaves_at);
CREATE INDEX score_card_next ON score_card (next_at) WHERE next_at IS NOT NULL;

-- What carriers are told of by themselves, once each.
CREATE TABLE score_notice (
    id        text        PRIMARY KEY, -- the same for the same matter
    seq       bigint      GENERATED ALWAYS AS IDENTITY UNIQUE,
    carrier   text        NOT NULL,
    kind      text        NOT NULL CHECK (kind IN ('push_missing', 'push_incomplete', 'quarantine')),
    flight_id uuid        REFERENCES passenger_flight,
    raw_id    uuid        REFERENCES passenger_raw,
    body      jsonb       NOT NULL, -- score.Notice, as it goes out
    at        timestamptz NOT NULL,
    sent_at   timestamptz, -- on the carrier's stream
    again_at  timestamptz, -- not before, after a failure
    CHECK ((flight_id IS NULL) <> (raw_id IS NULL))
);
CREATE INDEX score_notice_own ON score_notice (carrier, seq);
CREATE INDEX score_notice_raw ON score_notice (raw_id) WHERE raw_id IS NOT NULL;
CREATE INDEX score_notice_waiting ON score_notice (seq) WHERE sent_at IS NULL;
REVOKE DELETE, TRUNCATE ON score_notice FROM bmis_app;

-- How far readings and quarantine were looked at.
CREATE TABLE score_cursor (
    what text   PRIMARY KEY,
    id   bigint NOT NULL
);

-- +goose Down
DROP TABLE score_cursor, score_notice, score_card;
DROP INDEX passenger_message_applied;
ALTER TABLE passenger_message DROP COLUMN declared;
