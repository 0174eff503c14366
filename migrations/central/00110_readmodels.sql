-- What analysts' questions are answered from, kept current in the transaction that applies the events.

-- +goose Up
-- A traveller is known by his documents: issuing state, folded number and birth date (numbers are re-used, so the birth date is
-- part of the key). A person without a document number is known by the station's own file (number 'file:<uuid>').
CREATE TABLE traveller_document (
    issuing_state text NOT NULL,
    doc_no        text NOT NULL,
    birth_date    text NOT NULL,
    traveller_id  uuid NOT NULL,
    name          text NOT NULL, -- folded, as first seen: the applier sees at a glance that a name is already indexed
    PRIMARY KEY (issuing_state, doc_no, birth_date)
);

-- The words of the names that travellers have crossed under, folded. A search finds words by prefix or by likeness (name_word is
-- a vocabulary, a few hundred thousand words at most, so its trigram index is small) and travellers by words, in any order.
CREATE TABLE name_word (
    word text COLLATE "C" PRIMARY KEY
);
CREATE INDEX name_word_trigram ON name_word USING gin (word gin_trgm_ops);

CREATE TABLE traveller_word (
    word         text COLLATE "C" NOT NULL,
    traveller_id uuid NOT NULL,
    PRIMARY KEY (word, traveller_id)
);

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
-- The predicate leaves inside out, so that an exit can update its row in place (HOT).
CREATE INDEX stay_permitted ON stay (permitted_until) WHERE permitted_until IS NOT NULL;

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

-- Completeness: what a station says it wrote on a day against what was received. The day is the UTC day on which the station
-- wrote the events.
CREATE TABLE station_day (
    station        text   NOT NULL,
    epoch          uuid   NOT NULL,
    day            date   NOT NULL,
    claimed        bigint NOT NULL DEFAULT 0,
    claimed_first  bigint NOT NULL DEFAULT 0,
    claimed_last   bigint NOT NULL DEFAULT 0,
    claimed_head   bytea  NOT NULL DEFAULT '',
    claimed_at     timestamptz,
    received       bigint NOT NULL DEFAULT 0,
    received_first bigint NOT NULL DEFAULT 0,
    received_last  bigint NOT NULL DEFAULT 0,
    received_head  bytea  NOT NULL DEFAULT '',
    PRIMARY KEY (station, epoch, day)
);

-- The newest heartbeat of every station.
CREATE TABLE station_status (
    station  text        PRIMARY KEY,
    heard_at timestamptz NOT NULL,
    beat     jsonb       NOT NULL
);

-- What an operator must see of a station: one open alert per station and code.
CREATE TABLE station_alert (
    station   text        NOT NULL,
    code      text        NOT NULL,
    detail    text        NOT NULL,
    first_at  timestamptz NOT NULL,
    last_at   timestamptz NOT NULL,
    times     bigint      NOT NULL DEFAULT 1,
    closed_at timestamptz,
    closed_by text
);
CREATE UNIQUE INDEX station_alert_open ON station_alert (station, code) WHERE closed_at IS NULL;

-- The last completeness check of a station: replication.Comparison as JSON.
CREATE TABLE station_check (
    station    text        PRIMARY KEY,
    checked_at timestamptz NOT NULL,
    comparison jsonb       NOT NULL
);

-- +goose Down
DROP TABLE station_check, station_alert, station_status, station_day, flow_day_nat, flow_day_bcp, stay, traveller_word, name_word, traveller_document;
