-- The dialogue with carriers on who may board, and what the checks before arrival found. Nothing here names a person: references, codes
-- and keyed hashes only, so that masking a person means deleting his rows of passenger_trace.

-- +goose Up
-- What a carrier asked or told. seq orders requests: of one traveller the newest counts, whichever is answered first.
CREATE TABLE board_request (
    id          uuid        PRIMARY KEY, -- the envelope's
    seq         bigint      GENERATED ALWAYS AS IDENTITY UNIQUE,
    carrier     text        NOT NULL,
    transaction text        NOT NULL,
    revision    text        NOT NULL,
    function    text        NOT NULL,
    flight_key  text        NOT NULL,
    travellers  integer     NOT NULL,
    received_at timestamptz NOT NULL,
    answered_at timestamptz,             -- null: no answer was given
    took        interval,
    policy      text        NOT NULL DEFAULT '',
    timed_out   boolean     NOT NULL DEFAULT false
);
CREATE INDEX board_request_newest ON board_request (received_at DESC);
CREATE INDEX board_request_open ON board_request (received_at) WHERE answered_at IS NULL;
CREATE INDEX board_request_late ON board_request (received_at) WHERE timed_out;

-- What was answered, and why: policy, checks, lists and their versions.
CREATE TABLE board_answer (
    request  uuid  NOT NULL REFERENCES board_request ON DELETE CASCADE,
    ref      text  NOT NULL,
    decision text  NOT NULL CHECK (decision IN ('board', 'not_checked', 'contact', 'do_not_board')),
    code     text  NOT NULL,
    words    text  NOT NULL,
    ruling   jsonb NOT NULL,
    PRIMARY KEY (request, ref)
);

CREATE TABLE board_flight (
    carrier    text NOT NULL, -- whose door it came through
    flight_key text NOT NULL,
    flight     jsonb NOT NULL,
    wire       jsonb NOT NULL,
    departs_at timestamptz,
    arrives_at timestamptz,
    status     text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'closed', 'cancelled')),
    PRIMARY KEY (carrier, flight_key)
);

-- Where a traveller stands: while asked_seq and told_seq differ, his last request is unanswered and he does not board.
CREATE TABLE board_traveller (
    carrier     text        NOT NULL,
    flight_key  text        NOT NULL,
    ref         text        NOT NULL,
    locator     text        NOT NULL,
    transaction text        NOT NULL,
    revision    text        NOT NULL,
    asked_seq   bigint      NOT NULL,
    asked_at    timestamptz NOT NULL,
    told_seq    bigint      NOT NULL DEFAULT 0,
    told_at     timestamptz,
    decision    text        NOT NULL DEFAULT '',
    timed_out   boolean     NOT NULL DEFAULT false,
    owed        boolean     NOT NULL DEFAULT false, -- a real answer is owed: the last one was of the policy of time-outs, or "not checked"
    status      text        NOT NULL DEFAULT 'expected' CHECK (status IN ('expected', 'cancelled', 'on_board', 'not_on_board')),
    PRIMARY KEY (carrier, flight_key, ref)
);
CREATE INDEX board_traveller_ref ON board_traveller (flight_key, ref);
CREATE INDEX board_traveller_owed ON board_traveller (asked_at) WHERE owed;

-- What a carrier is told unasked, until he acknowledges it.
CREATE TABLE board_notice (
    id         uuid        PRIMARY KEY,
    carrier    text        NOT NULL,
    flight_key text        NOT NULL,
    ref        text        NOT NULL,
    locator    text        NOT NULL,
    transaction text       NOT NULL,
    revision   text        NOT NULL,
    was        text        NOT NULL,
    decision   text        NOT NULL,
    code       text        NOT NULL,
    words      text        NOT NULL,
    ruling     jsonb       NOT NULL,
    state      text        NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'acknowledged', 'replaced', 'expired')),
    created_at timestamptz NOT NULL,
    attempts   integer     NOT NULL DEFAULT 0,
    next_at    timestamptz,
    sent_at    timestamptz,
    done_at    timestamptz,
    until      timestamptz NOT NULL
);
CREATE INDEX board_notice_due ON board_notice (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX board_notice_open ON board_notice (carrier, flight_key, ref) WHERE done_at IS NULL;
CREATE INDEX board_notice_newest ON board_notice (created_at DESC, id);

-- What the checks before arrival answered of each expected person, without anything that tells who he is.
CREATE TABLE passenger_screening (
    person     uuid        PRIMARY KEY,
    flight     uuid        NOT NULL,
    flight_key text        NOT NULL,
    ref        text        NOT NULL,
    version    integer     NOT NULL, -- of the person that was looked at
    outcome    smallint    NOT NULL,
    severity   text        NOT NULL,
    decision   text        NOT NULL,
    ruling     jsonb       NOT NULL,
    alerts     text[]      NOT NULL, -- "LIST/ID@VERSION" that the findings name
    checked_at timestamptz NOT NULL,
    as_of      timestamptz,          -- the oldest list that was looked in
    departs_at timestamptz,
    arrives_at timestamptz,
    recheck_at timestamptz,          -- when the checks are made again: a check had no answer, an alert changed, somebody decided
    tries      integer     NOT NULL DEFAULT 0
);
CREATE INDEX passenger_screening_ref ON passenger_screening (flight_key, ref) WHERE ref <> '';
CREATE INDEX passenger_screening_flight ON passenger_screening (flight);
CREATE INDEX passenger_screening_recheck ON passenger_screening (recheck_at) WHERE recheck_at IS NOT NULL;
CREATE INDEX passenger_screening_alerts ON passenger_screening USING gin (alerts) WHERE alerts <> '{}';

-- Keyed hashes (HMAC-SHA-256) of documents and of name with birth date, to find one person on two flights.
CREATE TABLE passenger_trace (
    key        bytea       NOT NULL,
    person     uuid        NOT NULL,
    document   boolean     NOT NULL,
    flight_key text        NOT NULL,
    origin     text        NOT NULL,
    departs_at timestamptz,
    arrives_at timestamptz,
    PRIMARY KEY (key, person)
);
CREATE INDEX passenger_trace_person ON passenger_trace (person);
CREATE INDEX passenger_trace_past ON passenger_trace (arrives_at);

-- What analysts decided of expected persons, and what rules of risk hold of them; the newest of each source counts.
CREATE TABLE passenger_opinion (
    n        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person   uuid        NOT NULL,
    source   text        NOT NULL CHECK (source IN ('analyst', 'risk')),
    verdict  text        NOT NULL CHECK (verdict IN ('', 'board', 'no_board', 'refer')),
    reason   text        NOT NULL,
    by_login text        NOT NULL,
    at       timestamptz NOT NULL,
    seen     text[]      NOT NULL DEFAULT '{}'
);
CREATE INDEX passenger_opinion_person ON passenger_opinion (person, source, n DESC);
REVOKE UPDATE ON board_answer, passenger_opinion FROM bmis_app;

-- +goose Down
DROP TABLE passenger_opinion, passenger_trace, passenger_screening, board_notice, board_traveller, board_flight, board_answer, board_request;
