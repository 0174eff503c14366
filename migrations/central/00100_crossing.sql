-- The centre's record of crossings, written only by the applier of station events.
--
-- origin numbers a (station, epoch) pair so that the large tables carry four bytes instead of a name and a uuid. It is given when
-- a station is first heard of, together with its cursor.

-- +goose Up
CREATE TABLE replication_cursor (
    origin     integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    station    text        NOT NULL,
    epoch      uuid        NOT NULL,
    last_seq   bigint      NOT NULL DEFAULT 0,
    last_hash  bytea       NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (station, epoch)
);

CREATE SEQUENCE crossing_received_id;

-- One row per decision at a counter. A refusal or a referral is a row too; only "admit" crossed the border.
CREATE TABLE crossing (
    received_id    bigint      NOT NULL DEFAULT nextval('crossing_received_id'),
    crossed_at     timestamptz NOT NULL,
    event_id       uuid        NOT NULL,
    crossing_id    uuid        NOT NULL,
    traveller_id   uuid        NOT NULL,
    received_at    timestamptz NOT NULL,
    origin         integer     NOT NULL,
    origin_seq     bigint      NOT NULL,
    station        text        NOT NULL,
    local_date     date        NOT NULL, -- the calendar day at the crossing point
    zone           text        NOT NULL,
    lane           text        NOT NULL,
    officer        text        NOT NULL,
    direction      text        NOT NULL,
    mode           text        NOT NULL,
    transport      text        NOT NULL, -- flight, plate, vessel or train
    purpose        text        NOT NULL,
    surname        text        NOT NULL,
    given_names    text        NOT NULL,
    birth_date     text        NOT NULL, -- ISO 8601 as far as known: 1974-08-12, 1974-08, 1974 or empty
    sex            text        NOT NULL,
    nationality    text        NOT NULL,
    doc_code       text        NOT NULL,
    doc_number     text        NOT NULL, -- as printed
    doc_no         text        NOT NULL, -- folded (traveldoc.FoldNumber): what look-ups compare
    issuing_state  text        NOT NULL,
    outcome        text        NOT NULL CHECK (outcome IN ('admit', 'refer', 'refuse')),
    reason         text        NOT NULL,
    hits           smallint    NOT NULL,
    not_checked    smallint    NOT NULL,
    annulled_at    timestamptz,
    payload        json        NOT NULL, -- json, not jsonb: the bytes as the station hashed them
    PRIMARY KEY (crossed_at, event_id)
) PARTITION BY RANGE (crossed_at);

CREATE INDEX crossing_time      ON crossing USING brin (crossed_at) WITH (pages_per_range = 32);
CREATE INDEX crossing_document  ON crossing (doc_no, crossed_at) WHERE doc_no <> '';
CREATE INDEX crossing_traveller ON crossing (traveller_id, crossed_at);
CREATE INDEX crossing_transport ON crossing (transport, crossed_at) WHERE transport <> '';
CREATE INDEX crossing_station   ON crossing (station, crossed_at);
CREATE INDEX crossing_hits      ON crossing (crossed_at) WHERE hits > 0;
CREATE INDEX crossing_received  ON crossing (received_id);
CREATE INDEX crossing_number    ON crossing (crossing_id);
CREATE UNIQUE INDEX crossing_origin ON crossing (origin, origin_seq, crossed_at);

-- Crossings whose time lies outside the months that get a partition (a station's clock is wrong by years). They are kept and
-- found like any other; the station board shows how many there are.
CREATE TABLE crossing_odd PARTITION OF crossing DEFAULT;

-- crossing_month makes the partition of the month that holds an instant, once. The application's role owns no table, hence
-- SECURITY DEFINER. A month more than ten years back or three months ahead gets none: false.
-- +goose StatementBegin
CREATE FUNCTION crossing_month(at timestamptz) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    first timestamptz := date_trunc('month', at);
    next  timestamptz := date_trunc('month', at) + interval '1 month';
    part  text        := 'crossing_' || to_char(at AT TIME ZONE 'UTC', 'YYYY_MM');
BEGIN
    IF at IS NULL OR at < now() - interval '120 months' OR at > now() + interval '3 months' THEN
        RETURN false;
    END IF;
    IF to_regclass('public.' || part) IS NOT NULL THEN
        RETURN true;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('crossing_month'));
    IF to_regclass('public.' || part) IS NOT NULL THEN
        RETURN true;
    END IF;
    LOCK TABLE public.crossing IN SHARE ROW EXCLUSIVE MODE;
    EXECUTE format('CREATE TABLE public.%I (LIKE public.crossing INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part);
    -- What waited among the odd ones belongs here now.
    EXECUTE format('WITH moved AS (DELETE FROM public.crossing_odd WHERE crossed_at >= $1 AND crossed_at < $2 RETURNING *)
                    INSERT INTO public.%I SELECT * FROM moved', part) USING first, next;
    EXECUTE format('ALTER TABLE public.crossing ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)', part, first, next);
    EXECUTE format('REVOKE DELETE ON public.%I FROM bmis_app', part);
    RETURN true;
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION crossing_month(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION crossing_month(timestamptz) TO bmis_app;

-- An undone decision. The crossing stays; its annulled_at says that it no longer counts.
CREATE TABLE crossing_correction (
    correction_id uuid        PRIMARY KEY,
    crossing_id   uuid        NOT NULL,
    event_id      uuid        NOT NULL,
    origin        integer     NOT NULL,
    origin_seq    bigint      NOT NULL,
    station       text        NOT NULL,
    lane          text        NOT NULL,
    officer       text        NOT NULL,
    reason        text        NOT NULL,
    corrected_at  timestamptz NOT NULL,
    received_at   timestamptz NOT NULL,
    payload       json        NOT NULL,
    UNIQUE (origin, origin_seq)
);
CREATE INDEX crossing_correction_crossing ON crossing_correction (crossing_id);

-- A scan put aside without a decision.
CREATE TABLE inspection_dismissal (
    event_id     uuid        PRIMARY KEY,
    origin       integer     NOT NULL,
    origin_seq   bigint      NOT NULL,
    station      text        NOT NULL,
    reason       text        NOT NULL,
    dismissed_at timestamptz NOT NULL,
    received_at  timestamptz NOT NULL,
    payload      json        NOT NULL,
    UNIQUE (origin, origin_seq)
);

-- An event that could not be applied: parked with its reason, so that it never blocks the next one.
CREATE TABLE dead_letter (
    origin      integer     NOT NULL,
    seq         bigint      NOT NULL,
    station     text        NOT NULL,
    event_id    uuid        NOT NULL,
    kind        text        NOT NULL,
    version     integer     NOT NULL,
    created_at  timestamptz NOT NULL,
    payload     bytea       NOT NULL, -- as received; it may not be JSON
    error       text        NOT NULL, -- never personal data
    parked_at   timestamptz NOT NULL,
    tries       integer     NOT NULL DEFAULT 1,
    resolved_at timestamptz,
    PRIMARY KEY (origin, seq)
);
CREATE INDEX dead_letter_open ON dead_letter (parked_at) WHERE resolved_at IS NULL;

CREATE INDEX dead_letter_event ON dead_letter (event_id);

-- An event that an earlier epoch of the same station had delivered already: its number is accounted for, and nothing else.
CREATE TABLE carried_event (
    origin     integer NOT NULL,
    origin_seq bigint  NOT NULL,
    event_id   uuid    NOT NULL,
    PRIMARY KEY (origin, origin_seq)
);

-- What happened is never deleted by the application: an undone decision is a correction.
REVOKE DELETE ON crossing, crossing_odd, crossing_correction, inspection_dismissal, dead_letter, carried_event, replication_cursor FROM bmis_app;

-- +goose Down
DROP TABLE carried_event, dead_letter, inspection_dismissal, crossing_correction, crossing;
DROP FUNCTION crossing_month(timestamptz);
DROP SEQUENCE crossing_received_id;
DROP TABLE replication_cursor;
