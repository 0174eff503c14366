-- What analysts' questions are answered from, kept current in the transaction that applies the events.

-- +goose Up
-- A traveller is known by his documents: issuing state, folded number and birth date (numbers are re-used, so the birth date is
-- part of the key). A person without a document number is known by the station's own file (number 'file:<uuid>').
CREATE TABLE traveller_document (
    issuing_state text NOT NULL,
    doc_no        text NOT NULL,
    birth_date    text NOT NULL,
    traveller_id  uuid NOT NULL,
    PRIMARY KEY (issuing_state, doc_no, birth_date)
);
CREATE INDEX traveller_document_traveller ON traveller_document (traveller_id);

-- The names a traveller has crossed under, folded (A-Z and single spaces).
CREATE TABLE traveller_name (
    traveller_id uuid NOT NULL,
    surname      text NOT NULL,
    given_names  text NOT NULL,
    birth_date   text NOT NULL,
    PRIMARY KEY (traveller_id, surname, given_names, birth_date)
);
CREATE INDEX traveller_name_prefix  ON traveller_name (surname text_pattern_ops, given_names text_pattern_ops);
CREATE INDEX traveller_name_trigram ON traveller_name USING gin ((surname || ' ' || given_names) gin_trgm_ops);

-- The latest admitted, not annulled crossing of every traveller; inside says that it was an entry. The row stays after an exit:
-- an entry that arrives late must be seen to be older than the exit. "The latest" is the greatest (crossed_at, event_id), so
-- any order of arrival ends in the same row.
CREATE TABLE stay (
    traveller_id    uuid        PRIMARY KEY,
    inside          boolean     NOT NULL,
    crossed_at      timestamptz NOT NULL,
    event_id        uuid        NOT NULL,
    permitted_until date,
    nationality     text        NOT NULL,
    issuing_state   text        NOT NULL,
    doc_no          text        NOT NULL,
    station         text        NOT NULL
) WITH (fillfactor = 85);
CREATE INDEX stay_permitted ON stay (permitted_until) WHERE inside;

CREATE TABLE flow_day_bcp (
    day       date   NOT NULL,
    station   text   NOT NULL,
    direction text   NOT NULL,
    outcome   text   NOT NULL,
    n         bigint NOT NULL,
    PRIMARY KEY (day, station, direction, outcome)
) WITH (fillfactor = 70);

CREATE TABLE flow_day_nat (
    day         date   NOT NULL,
    nationality text   NOT NULL,
    direction   text   NOT NULL,
    outcome     text   NOT NULL,
    n           bigint NOT NULL,
    PRIMARY KEY (day, nationality, direction, outcome)
) WITH (fillfactor = 70);

-- Completeness: what a station says it wrote on a day against what was received.
CREATE TABLE station_day (
    station       text        NOT NULL,
    epoch         uuid        NOT NULL,
    day           date        NOT NULL, -- UTC day on which the station wrote the events
    claimed       bigint,
    claimed_seq   bigint,
    claimed_hash  bytea,
    claimed_at    timestamptz,
    received      bigint      NOT NULL DEFAULT 0,
    received_seq  bigint      NOT NULL DEFAULT 0,
    received_hash bytea       NOT NULL DEFAULT '',
    PRIMARY KEY (station, epoch, day)
);

-- What is known of each station now: heard of by its status messages.
CREATE TABLE station_status (
    station      text        PRIMARY KEY,
    heard_at     timestamptz NOT NULL,
    status       jsonb       NOT NULL DEFAULT '{}'
);

-- The last completeness check of an origin: which sequence numbers are neither applied nor parked.
CREATE TABLE station_check (
    origin     integer     PRIMARY KEY,
    checked_at timestamptz NOT NULL,
    upto       bigint      NOT NULL,
    missing    int8multirange NOT NULL,
    parked     bigint      NOT NULL
);

-- +goose Down
DROP TABLE station_check, station_status, station_day, flow_day_nat, flow_day_bcp, stay, traveller_name, traveller_document;
