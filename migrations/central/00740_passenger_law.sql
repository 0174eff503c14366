-- The law's machinery on passenger data: what it did to which flight, reservations whose first copy was masked, and unmasking by two people.

-- +goose Up
CREATE TABLE passenger_law (
    flight_id uuid        NOT NULL REFERENCES passenger_flight,
    source    text        NOT NULL CHECK (source IN ('api', 'pnr')),
    act       text        NOT NULL CHECK (act IN ('mask', 'unmatched', 'delete')),
    at        timestamptz NOT NULL,
    profile   text        NOT NULL,
    version   integer     NOT NULL,
    persons   integer     NOT NULL, -- whose data was touched
    spared    integer     NOT NULL DEFAULT 0, -- something pointed at them: looked at again
    PRIMARY KEY (flight_id, source, act)
);
CREATE INDEX passenger_law_at ON passenger_law (at);

-- Reservations that were masked, under the flight's escrow key.
CREATE TABLE passenger_booking_escrow (
    flight_id uuid  NOT NULL REFERENCES passenger_flight,
    mark      bytea NOT NULL,
    sealed    bytea NOT NULL,
    PRIMARY KEY (flight_id, mark)
);

-- Days of messages whose time is over.
CREATE TABLE passenger_raw_end (
    day      date        PRIMARY KEY,
    at       timestamptz NOT NULL,
    profile  text        NOT NULL,
    version  integer     NOT NULL,
    messages integer     NOT NULL
);

CREATE TABLE passenger_unmask (
    id         uuid        PRIMARY KEY,
    person_id  uuid        NOT NULL REFERENCES passenger_person,
    flight_id  uuid        NOT NULL REFERENCES passenger_flight,
    ground     text        NOT NULL CHECK (ground IN ('terrorism', 'serious_crime', 'court_order', 'subject_request', 'vital_interest')),
    reason     text        NOT NULL CHECK (length(reason) BETWEEN 10 AND 2000),
    asked_by   text        NOT NULL, -- account
    asked_name text        NOT NULL,
    asked_at   timestamptz NOT NULL,
    decision   text        CHECK (decision IN ('agreed', 'refused', 'withdrawn')),
    decided_by text,
    decided_name text,
    decided_at timestamptz,
    remark     text        NOT NULL DEFAULT '',
    ends_at    timestamptz, -- of an agreed one
    CHECK ((decision IS NULL) = (decided_by IS NULL)),
    CHECK (decision IS DISTINCT FROM 'agreed' OR decided_by <> asked_by AND decided_name <> asked_name),
    CHECK (ends_at <= decided_at + interval '24 hours'),
    CHECK ((decision IS NOT DISTINCT FROM 'agreed') = (ends_at IS NOT NULL))
);
CREATE INDEX passenger_unmask_open ON passenger_unmask (asked_at) WHERE decision IS NULL;
CREATE INDEX passenger_unmask_asker ON passenger_unmask (asked_by, asked_at DESC);
REVOKE DELETE, TRUNCATE ON passenger_unmask FROM bmis_app;

-- A wish is decided once; nothing else of it ever changes.
-- +goose StatementBegin
CREATE FUNCTION passenger_unmask_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.decision IS NOT NULL OR (NEW.id, NEW.person_id, NEW.flight_id, NEW.ground, NEW.reason, NEW.asked_by, NEW.asked_name, NEW.asked_at)
        IS DISTINCT FROM (OLD.id, OLD.person_id, OLD.flight_id, OLD.ground, OLD.reason, OLD.asked_by, OLD.asked_name, OLD.asked_at) THEN
        RAISE EXCEPTION 'a wish to unmask does not change once it is decided';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER passenger_unmask_guard BEFORE UPDATE ON passenger_unmask FOR EACH ROW EXECUTE FUNCTION passenger_unmask_guard();

-- +goose Down
DROP TABLE passenger_unmask, passenger_raw_end, passenger_booking_escrow, passenger_law;
DROP FUNCTION passenger_unmask_guard();
