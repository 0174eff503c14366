-- Passenger data: what carriers sent, as it came; what was read of it; flights and the persons expected on them.
-- Whatever identifies a person stands sealed in tables of its own, so that masking is a deletion of rows and of a key.

-- +goose Up
-- Data keys, wrapped by keys that do not stand here. subject: "index", "raw/2026-11-22" (the messages received on a day), "flight/ID",
-- "escrow/ID" (wrapped by other keys: opened by an agreed unmasking alone).
CREATE TABLE passenger_key (
    id           uuid        PRIMARY KEY,
    subject      text        NOT NULL UNIQUE,
    generation   text        NOT NULL,
    wrapped      bytea,      -- null once destroyed
    created_at   timestamptz NOT NULL,
    destroyed_at timestamptz,
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);
CREATE INDEX passenger_key_generation ON passenger_key (generation) WHERE wrapped IS NOT NULL;
REVOKE DELETE, TRUNCATE ON passenger_key FROM bmis_app;
-- The two kinds have wrappings of their own, which are renewed apart.
CREATE VIEW passenger_data_key AS SELECT * FROM passenger_key WHERE subject NOT LIKE 'escrow/%';
CREATE VIEW passenger_escrow_key AS SELECT * FROM passenger_key WHERE subject LIKE 'escrow/%';

-- What came, in the order in which it was kept. hash = SHA-256 over the hash before it and this row's digests: see passengerdb.chain.
CREATE TABLE passenger_raw (
    id           uuid        PRIMARY KEY,
    seq          bigint      NOT NULL UNIQUE CHECK (seq > 0),
    carrier      text        NOT NULL, -- whose door it came through
    gateway      text        NOT NULL,
    subject      text        NOT NULL,
    content_type text        NOT NULL,
    sender_key   text        NOT NULL, -- the sender's idempotency key
    received_at  timestamptz NOT NULL,
    digest       bytea       NOT NULL CHECK (length(digest) = 32), -- of the bytes as they came
    kept_digest  bytea       NOT NULL CHECK (length(kept_digest) = 32), -- of the bytes as they are kept
    dropped      integer     NOT NULL, -- values that the law had overwritten
    size         integer     NOT NULL,
    hash         bytea       NOT NULL CHECK (length(hash) = 32),
    UNIQUE (carrier, digest)
);
CREATE INDEX passenger_raw_newest ON passenger_raw (carrier, received_at DESC);
CREATE INDEX passenger_raw_day ON passenger_raw (received_at);
REVOKE UPDATE, DELETE, TRUNCATE ON passenger_raw FROM bmis_app;

-- The bytes, sealed under the key of the day. They are never changed; at the end of their time they go.
CREATE TABLE passenger_body (
    raw_id uuid  PRIMARY KEY REFERENCES passenger_raw,
    key_id uuid  NOT NULL REFERENCES passenger_key,
    sealed bytea NOT NULL
);
ALTER TABLE passenger_body ALTER COLUMN sealed SET STORAGE EXTERNAL;
CREATE INDEX passenger_body_key ON passenger_body (key_id);
REVOKE UPDATE, TRUNCATE ON passenger_body FROM bmis_app;

-- The head of the chain. Its row lock puts what is kept in one order.
CREATE TABLE passenger_chain (
    one  boolean PRIMARY KEY DEFAULT true CHECK (one),
    seq  bigint  NOT NULL,
    hash bytea   NOT NULL
);
INSERT INTO passenger_chain (seq, hash) VALUES (0, decode(repeat('00', 32), 'hex'));
REVOKE INSERT, DELETE, TRUNCATE ON passenger_chain FROM bmis_app;

-- Where what came stands. 'received' waits to be read (again, after a replay).
CREATE TABLE passenger_status (
    raw_id     uuid        PRIMARY KEY REFERENCES passenger_raw,
    seq        bigint      NOT NULL,
    state      text        NOT NULL CHECK (state IN ('received', 'waiting_parts', 'parsed', 'applied', 'partial', 'quarantined', 'incomplete',
                                                     'duplicate', 'superseded')),
    reason     text        NOT NULL DEFAULT '', -- a code
    replay     boolean     NOT NULL DEFAULT false, -- past the search for duplicates
    asked_by   text        NOT NULL DEFAULT '', -- who asked for the replay
    tries      integer     NOT NULL DEFAULT 0,
    next_at    timestamptz, -- not before, after a failure of ours
    copies     integer     NOT NULL DEFAULT 0, -- how often the same bytes came again
    changed_at timestamptz NOT NULL
);
CREATE INDEX passenger_status_received ON passenger_status (seq) WHERE state = 'received';
CREATE INDEX passenger_status_trouble ON passenger_status (state, seq) WHERE state IN ('partial', 'quarantined', 'incomplete', 'waiting_parts');
REVOKE DELETE, TRUNCATE ON passenger_status FROM bmis_app;

-- The same bytes that came again.
CREATE TABLE passenger_copy (
    id          uuid        PRIMARY KEY,
    raw_id      uuid        NOT NULL REFERENCES passenger_raw,
    gateway     text        NOT NULL,
    subject     text        NOT NULL,
    received_at timestamptz NOT NULL
);
CREATE INDEX passenger_copy_raw ON passenger_copy (raw_id);
REVOKE UPDATE, DELETE, TRUNCATE ON passenger_copy FROM bmis_app;

-- Flights that messages told of.
CREATE TABLE passenger_flight (
    id           uuid        PRIMARY KEY,
    carrier      text        NOT NULL,
    number       text        NOT NULL,
    suffix       text        NOT NULL DEFAULT '',
    date         date,       -- of the departure, local; null when no message says
    origin       text        NOT NULL,
    destination  text        NOT NULL DEFAULT '',
    departure    text        NOT NULL DEFAULT '', -- local
    arrival      text        NOT NULL DEFAULT '',
    departs_at   timestamptz, -- null: the zone is not known
    arrives_at   timestamptz,
    leaves_at    timestamptz NOT NULL, -- departs_at, or as near as is known
    ends_at      timestamptz NOT NULL, -- arrives_at, or the latest that is possible
    roster       boolean     NOT NULL DEFAULT false, -- a master crew list, no flight
    status       text        NOT NULL CHECK (status IN ('open', 'closed', 'cancelled')),
    operating    jsonb,
    declared     jsonb       NOT NULL DEFAULT '{}',
    api          integer     NOT NULL DEFAULT 0,
    pnr          integer     NOT NULL DEFAULT 0,
    persons      integer     NOT NULL DEFAULT 0,
    push_seq     bigint      NOT NULL DEFAULT 0, -- of the newest full push
    status_seq   bigint      NOT NULL DEFAULT 0, -- of what set the status last
    first_at     timestamptz NOT NULL,
    last_at      timestamptz NOT NULL,
    masked_at    timestamptz
);
CREATE INDEX passenger_flight_leaves ON passenger_flight (leaves_at);
CREATE INDEX passenger_flight_ends ON passenger_flight (ends_at);
CREATE INDEX passenger_flight_date ON passenger_flight (date);

-- The keys by which messages name a flight; more than one after its date was changed.
CREATE TABLE passenger_flight_key (
    key       text PRIMARY KEY,
    flight_id uuid NOT NULL REFERENCES passenger_flight
);
CREATE INDEX passenger_flight_key_flight ON passenger_flight_key (flight_id);

-- Messages in multiple parts that are on their way.
CREATE TABLE passenger_series (
    id         uuid        PRIMARY KEY,
    carrier    text        NOT NULL,
    sender     text        NOT NULL,
    access     text        NOT NULL,
    flight_key text        NOT NULL,
    type       text        NOT NULL,
    state      text        NOT NULL CHECK (state IN ('waiting_parts', 'applied', 'incomplete')),
    since      timestamptz NOT NULL,
    due_at     timestamptz NOT NULL
);
CREATE INDEX passenger_series_name ON passenger_series (carrier, sender, access, flight_key, type, since DESC);
CREATE INDEX passenger_series_due ON passenger_series (due_at) WHERE state = 'waiting_parts';

-- Messages as they were read.
CREATE TABLE passenger_message (
    id           uuid        PRIMARY KEY,
    raw_id       uuid        NOT NULL REFERENCES passenger_raw,
    n            integer     NOT NULL, -- in what came, from 0
    seq          bigint      NOT NULL, -- of what came
    carrier      text        NOT NULL,
    type         text        NOT NULL,
    version      text        NOT NULL,
    function     text        NOT NULL,
    syntax       text        NOT NULL,
    sender       text        NOT NULL,
    recipient    text        NOT NULL,
    interchange  text        NOT NULL,
    trailer      text        NOT NULL,
    reference    text        NOT NULL,
    access       text        NOT NULL,
    transaction  text        NOT NULL,
    part         integer     NOT NULL,
    part_first   boolean     NOT NULL,
    part_last    boolean     NOT NULL,
    series_id    uuid        REFERENCES passenger_series,
    flight_key   text        NOT NULL DEFAULT '',
    flight_id    uuid        REFERENCES passenger_flight,
    digest       bytea       NOT NULL, -- of its own bytes
    state        text        NOT NULL,
    reason       text        NOT NULL DEFAULT '',
    same_refs    boolean     NOT NULL DEFAULT false, -- another message had the same references and other bytes
    travellers   integer     NOT NULL,
    reservations integer     NOT NULL,
    bad          integer     NOT NULL DEFAULT 0, -- records that could not be used
    truncated    boolean     NOT NULL DEFAULT false,
    segments     integer     NOT NULL,
    start        integer     NOT NULL, -- its bytes in what came
    stop         integer     NOT NULL,
    received_at  timestamptz NOT NULL,
    applied_at   timestamptz,
    UNIQUE (raw_id, n)
);
CREATE INDEX passenger_message_flight ON passenger_message (flight_id, seq) WHERE flight_id IS NOT NULL;
CREATE INDEX passenger_message_series ON passenger_message (series_id) WHERE series_id IS NOT NULL;
CREATE INDEX passenger_message_refs ON passenger_message (carrier, interchange, reference);
CREATE INDEX passenger_message_newest ON passenger_message (carrier, received_at DESC);
CREATE INDEX passenger_message_trouble ON passenger_message (state, seq) WHERE state IN ('partial', 'quarantined', 'incomplete', 'waiting_parts');
REVOKE DELETE, TRUNCATE ON passenger_message FROM bmis_app;

-- Each time that what came was read. Diagnostics stand here without the text that was sent; with it they are sealed under the day's key.
CREATE TABLE passenger_attempt (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    raw_id      uuid        NOT NULL REFERENCES passenger_raw,
    message_id  uuid        REFERENCES passenger_message, -- null: of all of what came
    at          timestamptz NOT NULL,
    parser      text        NOT NULL,
    outcome     text        NOT NULL, -- a state
    reason      text        NOT NULL DEFAULT '',
    actor       text        NOT NULL DEFAULT '', -- who asked for it, in a replay
    diagnostics jsonb       NOT NULL DEFAULT '[]',
    sealed      bytea
);
CREATE INDEX passenger_attempt_raw ON passenger_attempt (raw_id, id);
CREATE INDEX passenger_attempt_message ON passenger_attempt (message_id, id) WHERE message_id IS NOT NULL;
REVOKE UPDATE, DELETE, TRUNCATE ON passenger_attempt FROM bmis_app;

-- Records of messages that could not be used, and messages as a whole (record 0).
CREATE TABLE passenger_quarantine (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    raw_id      uuid        NOT NULL REFERENCES passenger_raw,
    message_id  uuid        REFERENCES passenger_message,
    record      integer     NOT NULL DEFAULT 0,
    code        text        NOT NULL,
    segment     integer     NOT NULL DEFAULT 0,
    place       integer     NOT NULL DEFAULT 0, -- byte offset
    at          timestamptz NOT NULL,
    resolved_at timestamptz -- when a later reading could use it
);
CREATE INDEX passenger_quarantine_open ON passenger_quarantine (at) WHERE resolved_at IS NULL;
CREATE INDEX passenger_quarantine_raw ON passenger_quarantine (raw_id);
REVOKE DELETE, TRUNCATE ON passenger_quarantine FROM bmis_app;

-- Reservations, one row for each on a flight; mark is the keyed hash of carrier and locator.
CREATE TABLE passenger_reservation (
    flight_id  uuid        NOT NULL REFERENCES passenger_flight,
    mark       bytea       NOT NULL,
    message_id uuid        NOT NULL,
    seq        bigint      NOT NULL,
    cancelled  boolean     NOT NULL DEFAULT false,
    sealed     bytea       NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (flight_id, mark)
);

-- Persons expected on flights. Nothing here identifies anybody; a row stays when the law has masked the person.
CREATE TABLE passenger_person (
    id               uuid        PRIMARY KEY,
    flight_id        uuid        NOT NULL REFERENCES passenger_flight,
    version          integer     NOT NULL,
    kind             text        NOT NULL,
    status           text        NOT NULL CHECK (status IN ('expected', 'cancelled', 'on_board', 'not_on_board')),
    nationality      text        NOT NULL DEFAULT '', -- code of Doc 9303 where it is known, else as sent
    nationality_sent text        NOT NULL DEFAULT '',
    nationality_odd  boolean     NOT NULL DEFAULT false, -- sent, and no code that is known
    api              boolean     NOT NULL,
    pnr              boolean     NOT NULL,
    api_message      uuid,
    pnr_message      uuid,
    api_seq          bigint      NOT NULL DEFAULT 0, -- of what came last
    pnr_seq          bigint      NOT NULL DEFAULT 0,
    pnr_cancelled    boolean     NOT NULL DEFAULT false,
    reservation      bytea,      -- mark of passenger_reservation
    place            integer     NOT NULL DEFAULT -1, -- in the reservation
    merged_into      uuid,       -- turned out to be the same person as another row
    created_at       timestamptz NOT NULL,
    changed_at       timestamptz NOT NULL,
    masked_at        timestamptz
);
CREATE INDEX passenger_person_flight ON passenger_person (flight_id) WHERE merged_into IS NULL;
CREATE INDEX passenger_person_odd ON passenger_person (nationality_sent) WHERE nationality_odd;

-- What identifies: sealed under the flight's key. Masking deletes it.
CREATE TABLE passenger_identity (
    person_id uuid  PRIMARY KEY REFERENCES passenger_person,
    flight_id uuid  NOT NULL,
    sealed    bytea NOT NULL
);
CREATE INDEX passenger_identity_flight ON passenger_identity (flight_id);

-- The same under the flight's escrow key: opened by an agreed unmasking alone.
CREATE TABLE passenger_escrow (
    person_id uuid  PRIMARY KEY REFERENCES passenger_person,
    flight_id uuid  NOT NULL,
    sealed    bytea NOT NULL
);
CREATE INDEX passenger_escrow_flight ON passenger_escrow (flight_id);

-- Keyed hashes by which a person is found: see passengerdb.marks for the kinds. Masking deletes them.
CREATE TABLE passenger_index (
    person_id uuid     NOT NULL REFERENCES passenger_person,
    flight_id uuid     NOT NULL,
    kind      smallint NOT NULL,
    mark      bytea    NOT NULL,
    PRIMARY KEY (mark, kind, person_id)
);
CREATE INDEX passenger_index_person ON passenger_index (person_id);
CREATE INDEX passenger_index_flight ON passenger_index (flight_id);

-- What each message changed: from what to what is sealed under the flight's key.
CREATE TABLE passenger_change (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    flight_id  uuid        NOT NULL REFERENCES passenger_flight,
    person_id  uuid        NOT NULL REFERENCES passenger_person,
    message_id uuid        NOT NULL,
    at         timestamptz NOT NULL,
    version    integer     NOT NULL, -- of the person, after it
    source     text        NOT NULL, -- "api", "pnr"
    kind       text        NOT NULL, -- "new", "changed", "cancelled", "reinstated", "on_board", "not_on_board", "merged"
    fields     text[]      NOT NULL,
    sealed     bytea       -- null where nothing has a value before and after
);
CREATE INDEX passenger_change_flight ON passenger_change (flight_id, id);
CREATE INDEX passenger_change_person ON passenger_change (person_id, id);
CREATE INDEX passenger_change_message ON passenger_change (message_id);
REVOKE UPDATE, TRUNCATE ON passenger_change FROM bmis_app;

-- What waits to be done because a person is new or changed; a row goes when it is done.
CREATE TABLE passenger_note (
    id        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    work      text        NOT NULL,
    person_id uuid        NOT NULL,
    flight_id uuid        NOT NULL,
    version   integer     NOT NULL,
    at        timestamptz NOT NULL
);
CREATE INDEX passenger_note_work ON passenger_note (work, id);

-- +goose Down
DROP VIEW passenger_data_key, passenger_escrow_key;
DROP TABLE passenger_note, passenger_change, passenger_index, passenger_escrow, passenger_identity, passenger_person, passenger_reservation,
    passenger_quarantine, passenger_attempt, passenger_message, passenger_series, passenger_flight_key, passenger_flight, passenger_copy,
    passenger_status, passenger_chain, passenger_body, passenger_raw, passenger_key;
