-- Applications for visas at the consular desk. What identifies an applicant is sealed under the key of his application, and ends with it;
-- what is in clear is of nobody in particular: types, states, times, numbers.

-- +goose Up
-- Data keys, wrapped by keys that do not stand here. subject: "index", or an application's id.
CREATE TABLE visa_application_key (
    id           uuid        PRIMARY KEY,
    subject      text        NOT NULL UNIQUE,
    generation   text        NOT NULL,
    wrapped      bytea,      -- null once destroyed
    created_at   timestamptz NOT NULL,
    destroyed_at timestamptz,
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);
CREATE INDEX visa_application_key_generation ON visa_application_key (generation) WHERE wrapped IS NOT NULL;
REVOKE DELETE, TRUNCATE ON visa_application_key FROM bmis_app;

-- What may follow what (evisa.State); a test holds it against the program.
CREATE TABLE visa_application_transition (
    before text NOT NULL,
    after  text NOT NULL,
    PRIMARY KEY (before, after)
);
INSERT INTO visa_application_transition (before, after) VALUES
    ('waiting_payment', 'received'), ('waiting_payment', 'withdrawn'),
    ('received', 'examined'), ('received', 'withdrawn'),
    ('examined', 'asked'), ('examined', 'interview'), ('examined', 'proposed'), ('examined', 'approved'), ('examined', 'refused'),
    ('examined', 'withdrawn'),
    ('asked', 'examined'), ('asked', 'withdrawn'), ('asked', 'lapsed'),
    ('interview', 'examined'), ('interview', 'withdrawn'), ('interview', 'lapsed'),
    ('proposed', 'examined'), ('proposed', 'approved'), ('proposed', 'refused'), ('proposed', 'withdrawn'),
    ('refused', 'appealed'), ('lapsed', 'appealed'),
    ('appealed', 'asked'), ('appealed', 'interview'), ('appealed', 'proposed'), ('appealed', 'approved'), ('appealed', 'refused'),
    ('appealed', 'withdrawn');
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON visa_application_transition FROM bmis_app;

-- An application as its events make it.
CREATE TABLE visa_application (
    id            uuid        PRIMARY KEY,
    version       integer     NOT NULL CHECK (version > 0), -- counts the events
    state         text        NOT NULL CHECK (state IN ('waiting_payment', 'received', 'examined', 'asked', 'interview', 'proposed', 'approved', 'refused',
                                                        'appealed', 'withdrawn', 'lapsed')),
    reference     text        NOT NULL UNIQUE,
    group_id      uuid        NOT NULL,
    lead          boolean     NOT NULL,
    type          text        NOT NULL,
    purpose       text        NOT NULL,
    nationality   text        NOT NULL,
    language      text        NOT NULL,
    rank          smallint    NOT NULL, -- 0: humanitarian or family reunification, which come first
    humanitarian  boolean     NOT NULL,
    family        boolean     NOT NULL,
    fee_minor     bigint      NOT NULL CHECK (fee_minor >= 0),
    fee_currency  text        NOT NULL,
    arrival       date,
    sent_at       timestamptz NOT NULL,
    received_at   timestamptz,          -- complete and paid
    due_at        timestamptz NOT NULL,
    decided_at    timestamptz,
    waited        interval    NOT NULL, -- how long the applicant was waited for
    owner_id      text        NOT NULL,
    owner_name    text        NOT NULL,
    claimed_at    timestamptz,
    proposed_by   text        NOT NULL, -- the first officer's account; '' while nothing is proposed
    refusers      text[]      NOT NULL, -- who made the decision that is appealed against
    four_approve  boolean     NOT NULL,
    four_refuse   boolean     NOT NULL,
    alerts_blank  integer     NOT NULL, -- alert checks without an answer
    not_checked   integer     NOT NULL, -- of all checks
    hits_open     integer     NOT NULL, -- that nobody judged
    alert_hits    integer     NOT NULL, -- of alerts, whatever was judged of them
    screened      bigint      NOT NULL DEFAULT 0, -- the change of the lists that its alerts were asked on; no part of what the events say
    risk_points   integer     NOT NULL,
    risk          jsonb       NOT NULL,
    appeal        boolean     NOT NULL,
    replied       boolean     NOT NULL,
    set_aside     integer     NOT NULL,
    refund_due    boolean     NOT NULL,
    grounds       text[]      NOT NULL,
    visa          text        NOT NULL,
    reversed      boolean     NOT NULL, -- an appeal ended in an approval
    ask_until     timestamptz,          -- when it lapses: a reply is late, or nothing came of an interview
    appeal_until  date,
    told          integer     NOT NULL DEFAULT 0, -- how often the applicant was told; no part of what the events say
    check_at      timestamptz,          -- when checks are asked (again); no part of what the events say
    erase_at      timestamptz,          -- when its key is destroyed; null while it is open
    erased_at     timestamptz,
    sealed        bytea,                -- name, birth date: what the queue shows; null once erased
    CHECK (sealed IS NOT NULL OR erased_at IS NOT NULL),
    CHECK (state <> 'proposed' OR proposed_by <> ''),
    CHECK (state <> 'approved' OR visa <> '')
);
-- It holds what the counts beside the queue look at.
CREATE INDEX visa_application_queue ON visa_application (rank, due_at, id) INCLUDE (state, type, owner_id, proposed_by, risk_points)
    WHERE state IN ('received', 'examined', 'asked', 'interview', 'proposed', 'appealed');
CREATE INDEX visa_application_state ON visa_application (state, rank, due_at, id);
CREATE INDEX visa_application_group ON visa_application (group_id);
CREATE INDEX visa_application_check ON visa_application (check_at) WHERE check_at IS NOT NULL;
CREATE INDEX visa_application_late ON visa_application (ask_until) WHERE state IN ('asked', 'interview');
CREATE INDEX visa_application_screen ON visa_application (id) INCLUDE (screened)
    WHERE state IN ('received', 'examined', 'asked', 'interview', 'proposed', 'appealed') AND erased_at IS NULL;
CREATE INDEX visa_application_received ON visa_application (received_at);
CREATE INDEX visa_application_erase ON visa_application (erase_at) WHERE erased_at IS NULL AND erase_at IS NOT NULL;
REVOKE DELETE, TRUNCATE ON visa_application FROM bmis_app;

-- What happened to each. Never changed, never deleted; what it says of somebody ends with the key.
CREATE TABLE visa_application_event (
    application_id uuid        NOT NULL,
    seq            integer     NOT NULL CHECK (seq > 0),
    kind           text        NOT NULL CHECK (kind IN ('applied', 'paid', 'refund_due', 'refunded', 'checked', 'examined', 'claimed', 'released', 'noted',
                                                        'judged', 'asked', 'invited', 'replied', 'interviewed', 'proposed', 'returned', 'approved',
                                                        'refused', 'appealed', 'withdrawn', 'lapsed', 'set_aside')),
    at             timestamptz NOT NULL,
    actor_id       text        NOT NULL, -- account; '' for the applicant and the system
    actor_name     text        NOT NULL,
    first_id       text        NOT NULL DEFAULT '', -- who proposed what is decided
    key_id         uuid        NOT NULL REFERENCES visa_application_key,
    sealed         bytea       NOT NULL, -- desk.Detail
    PRIMARY KEY (application_id, seq),
    -- A decision is somebody's, and nobody seconds himself.
    CHECK (kind NOT IN ('approved', 'refused', 'proposed', 'judged', 'returned', 'asked', 'invited', 'interviewed', 'claimed') OR actor_id <> ''),
    CHECK (kind NOT IN ('approved', 'refused') OR first_id <> actor_id)
);
CREATE INDEX visa_application_event_at ON visa_application_event (at);
REVOKE UPDATE, DELETE, TRUNCATE ON visa_application_event FROM bmis_app;

-- The guards of decisions stand here once more: whatever the program does, nobody decides alone where two are wanted, hears an appeal
-- against himself, or decides while an alert has no answer or a hit is not judged. The row is still the one before the event.
-- +goose StatementBegin
CREATE FUNCTION visa_application_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    a public.visa_application;
BEGIN
    IF NEW.kind NOT IN ('approved', 'refused', 'proposed', 'returned') THEN
        RETURN NEW;
    END IF;
    SELECT * INTO a FROM public.visa_application WHERE id = NEW.application_id;
    IF a.id IS NULL THEN
        RAISE EXCEPTION 'a decision of no application' USING ERRCODE = 'check_violation', CONSTRAINT = 'visa_guard_unknown';
    END IF;
    IF NEW.actor_id = ANY (a.refusers) OR NEW.first_id <> '' AND NEW.first_id = ANY (a.refusers) THEN
        RAISE EXCEPTION 'who refused hears no appeal' USING ERRCODE = 'check_violation', CONSTRAINT = 'visa_guard_refuser';
    END IF;
    IF NEW.kind = 'returned' THEN
        IF NEW.actor_id = a.proposed_by THEN
            RAISE EXCEPTION 'nobody seconds himself' USING ERRCODE = 'check_violation', CONSTRAINT = 'visa_guard_same';
        END IF;
        RETURN NEW;
    END IF;
    IF a.alerts_blank > 0 OR a.hits_open > 0 THEN
        RAISE EXCEPTION 'an alert is not evaluated' USING ERRCODE = 'check_violation', CONSTRAINT = 'visa_guard_evaluated';
    END IF;
    IF NEW.kind = 'proposed' THEN
        RETURN NEW;
    END IF;
    IF a.state = 'proposed' AND (NEW.first_id <> a.proposed_by OR NEW.actor_id = a.proposed_by) THEN
        RAISE EXCEPTION 'nobody seconds himself' USING ERRCODE = 'check_violation', CONSTRAINT = 'visa_guard_same';
    END IF;
    IF a.state <> 'proposed' AND (
            NEW.first_id <> '' OR NEW.kind = 'approved' AND (a.four_approve OR a.alert_hits > 0) OR NEW.kind = 'refused' AND a.four_refuse) THEN
        RAISE EXCEPTION 'two officers decide this' USING ERRCODE = 'check_violation', CONSTRAINT = 'visa_guard_two';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION visa_application_moves() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.state <> OLD.state AND NOT EXISTS (
            SELECT FROM public.visa_application_transition t WHERE t.before = OLD.state AND t.after = NEW.state) THEN
        RAISE EXCEPTION 'no way from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation', CONSTRAINT = 'visa_guard_state';
    END IF;
    IF NEW.version < OLD.version THEN
        RAISE EXCEPTION 'a version goes on' USING ERRCODE = 'check_violation', CONSTRAINT = 'visa_guard_version';
    END IF;
    IF NEW.version = OLD.version AND NEW.state <> OLD.state THEN
        RAISE EXCEPTION 'no state changes without an event' USING ERRCODE = 'check_violation', CONSTRAINT = 'visa_guard_event';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER visa_application_guard BEFORE INSERT ON visa_application_event FOR EACH ROW EXECUTE FUNCTION visa_application_guard();
CREATE TRIGGER visa_application_moves BEFORE UPDATE ON visa_application FOR EACH ROW EXECUTE FUNCTION visa_application_moves();

CREATE TABLE visa_application_file (
    application_id uuid        NOT NULL,
    id             uuid        NOT NULL,
    parcel_id      uuid        NOT NULL,
    came_with      text        NOT NULL, -- evisa.ParcelKind
    at             timestamptz NOT NULL,
    likeness       bigint,     -- of a portrait (evisa.File.Likeness)
    key_id         uuid        NOT NULL REFERENCES visa_application_key,
    sealed         bytea,      -- null once erased
    PRIMARY KEY (application_id, id)
);
CREATE INDEX visa_application_file_likeness ON visa_application_file (application_id) INCLUDE (likeness) WHERE likeness IS NOT NULL;
REVOKE UPDATE, DELETE, TRUNCATE ON visa_application_file FROM bmis_app;
GRANT UPDATE (sealed, likeness) ON visa_application_file TO bmis_app;

-- Keyed hashes of documents, and of name and birth date.
CREATE TABLE visa_application_mark (
    kind           smallint NOT NULL, -- 1 document, 2 name and birth date
    mark           bytea    NOT NULL,
    application_id uuid     NOT NULL,
    PRIMARY KEY (kind, mark, application_id)
);
CREATE INDEX visa_application_mark_application ON visa_application_mark (application_id);
REVOKE UPDATE, TRUNCATE ON visa_application_mark FROM bmis_app;

-- Which version of an application an officer has seen whole: who decides has seen what he decides.
CREATE TABLE visa_application_seen (
    application_id uuid        NOT NULL,
    account        text        NOT NULL,
    version        integer     NOT NULL,
    at             timestamptz NOT NULL,
    PRIMARY KEY (application_id, account)
);
REVOKE DELETE, TRUNCATE ON visa_application_seen FROM bmis_app;

-- Parcels that were taken: taking one twice is taking it once. One of an application that has not come is parked, with its body.
CREATE TABLE visa_application_parcel (
    id             uuid        PRIMARY KEY,
    application_id uuid        NOT NULL,
    kind           text        NOT NULL,
    at             timestamptz NOT NULL,
    taken_at       timestamptz NOT NULL,
    key_id         uuid        REFERENCES visa_application_key,
    sealed         bytea       -- of a parked one
);
CREATE INDEX visa_application_parked ON visa_application_parcel (application_id, at) WHERE sealed IS NOT NULL;
REVOKE DELETE, TRUNCATE ON visa_application_parcel FROM bmis_app;

CREATE TABLE visa_letter_template (
    id         uuid        PRIMARY KEY,
    kind       text        NOT NULL,
    version    integer     NOT NULL CHECK (version > 0),
    title      text        NOT NULL,
    words      jsonb       NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text        NOT NULL,
    retired    boolean     NOT NULL
);
REVOKE DELETE, TRUNCATE ON visa_letter_template FROM bmis_app;

-- +goose Down
DROP TABLE visa_letter_template, visa_application_parcel, visa_application_seen, visa_application_mark, visa_application_file, visa_application_event,
    visa_application, visa_application_transition, visa_application_key;
DROP FUNCTION visa_application_guard, visa_application_moves;
