-- Risk rules over passenger data: every version of every rule, who wrote and who agreed to it, what it found when it was tried on past
-- flights, its hits and what people made of them. What identifies a person stands in tables of its own and goes when the person is masked.

-- +goose Up
CREATE TABLE risk_rule (
    id         uuid        PRIMARY KEY,
    n          integer     GENERATED ALWAYS AS IDENTITY UNIQUE, -- people say R-n
    created_at timestamptz NOT NULL
);
REVOKE DELETE, TRUNCATE ON risk_rule FROM bmis_app;

-- A version is never changed. Its state is, and what belongs to the state.
CREATE TABLE risk_version (
    rule           uuid        NOT NULL REFERENCES risk_rule,
    n              integer     NOT NULL CHECK (n > 0),
    settings       jsonb       NOT NULL, -- risk.Settings
    severity       text        NOT NULL,
    condition      jsonb       NOT NULL, -- risk.Condition
    cel            text        NOT NULL,
    lists          jsonb       NOT NULL, -- risk.Lists, as they stood
    cost           bigint      NOT NULL,
    digest         bytea       NOT NULL CHECK (length(digest) = 32),
    written_by     text        NOT NULL,
    written_login  text        NOT NULL,
    written_at     timestamptz NOT NULL,
    state          text        NOT NULL DEFAULT 'draft'
                   CHECK (state IN ('draft', 'proposed', 'active', 'rejected', 'suspended', 'replaced')),
    proposed_by    text,
    proposed_login text,
    proposed_at    timestamptz,
    remark         text        NOT NULL DEFAULT '',
    decided_by     text,
    decided_login  text,
    decided_at     timestamptz,
    why            text        NOT NULL DEFAULT '',
    dry_run        uuid,       -- that the second person saw
    PRIMARY KEY (rule, n),
    CONSTRAINT risk_four_eyes CHECK (state <> 'active' OR decided_by <> proposed_by AND decided_by <> written_by
        AND lower(decided_login) <> lower(proposed_login) AND lower(decided_login) <> lower(written_login)),
    CONSTRAINT risk_proposed CHECK (state IN ('draft', 'replaced') OR proposed_by IS NOT NULL),
    CONSTRAINT risk_decided CHECK (state IN ('draft', 'proposed', 'replaced') OR decided_by IS NOT NULL)
);
CREATE UNIQUE INDEX risk_version_active ON risk_version (rule) WHERE state = 'active';
CREATE UNIQUE INDEX risk_version_proposed ON risk_version (rule) WHERE state = 'proposed';
REVOKE DELETE, TRUNCATE ON risk_version FROM bmis_app;

-- What was done with a rule.
CREATE TABLE risk_act (
    id    bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule  uuid        NOT NULL REFERENCES risk_rule,
    n     integer     NOT NULL,
    act   text        NOT NULL,
    by_id text        NOT NULL,
    login text        NOT NULL,
    at    timestamptz NOT NULL,
    why   text        NOT NULL DEFAULT ''
);
CREATE INDEX risk_act_rule ON risk_act (rule, id);
REVOKE UPDATE, DELETE, TRUNCATE ON risk_act FROM bmis_app;

-- Lists of values. A rule takes up the newest when a version of it is written: a change of a list changes no rule.
CREATE TABLE risk_list (
    name  text        NOT NULL CHECK (name ~ '^[a-z][a-z0-9_]{0,31}$'),
    n     integer     NOT NULL,
    title text        NOT NULL,
    items text[]      NOT NULL,
    by_id text        NOT NULL,
    login text        NOT NULL,
    at    timestamptz NOT NULL,
    PRIMARY KEY (name, n)
);
REVOKE UPDATE, DELETE, TRUNCATE ON risk_list FROM bmis_app;

CREATE TABLE risk_dryrun (
    id          uuid        PRIMARY KEY,
    rule        uuid        NOT NULL,
    n           integer     NOT NULL,
    digest      bytea       NOT NULL, -- of the version
    from_day    date        NOT NULL,
    to_day      date        NOT NULL CHECK (to_day >= from_day),
    state       text        NOT NULL CHECK (state IN ('queued', 'running', 'done', 'cancelled', 'failed')),
    cancel      boolean     NOT NULL DEFAULT false,
    asked_by    text        NOT NULL,
    asked_login text        NOT NULL,
    asked_at    timestamptz NOT NULL,
    started_at  timestamptz,
    finished_at timestamptz,
    done        integer     NOT NULL DEFAULT 0,
    total       integer     NOT NULL DEFAULT 0,
    result      jsonb       NOT NULL DEFAULT '{}', -- risk.Result: of nobody in particular
    FOREIGN KEY (rule, n) REFERENCES risk_version
);
CREATE INDEX risk_dryrun_version ON risk_dryrun (rule, n, asked_at DESC);
CREATE INDEX risk_dryrun_waiting ON risk_dryrun (asked_at) WHERE state IN ('queued', 'running');
CREATE UNIQUE INDEX risk_dryrun_once ON risk_dryrun (rule, n) WHERE state IN ('queued', 'running');
REVOKE DELETE, TRUNCATE ON risk_dryrun FROM bmis_app;

CREATE TABLE risk_dryrun_hit (
    dryrun  uuid        NOT NULL REFERENCES risk_dryrun,
    person  uuid        NOT NULL,
    flight  uuid        NOT NULL,
    departs timestamptz NOT NULL,
    known   boolean     NOT NULL,
    PRIMARY KEY (dryrun, person)
);
CREATE INDEX risk_dryrun_hit_person ON risk_dryrun_hit (person);

-- Versions that people who are already expected are still to be held against.
CREATE TABLE risk_sweep (
    rule    uuid        NOT NULL,
    n       integer     NOT NULL,
    since   timestamptz NOT NULL,
    done_at timestamptz,
    persons integer     NOT NULL DEFAULT 0,
    PRIMARY KEY (rule, n, since),
    FOREIGN KEY (rule, n) REFERENCES risk_version
);
CREATE INDEX risk_sweep_open ON risk_sweep (since) WHERE done_at IS NULL;

-- What connects people and flights: keyed hashes of documents, phones, cards, ... who is the keyed hash of the person.
CREATE TABLE risk_link (
    kind      smallint    NOT NULL,
    mark      bytea       NOT NULL,
    person    uuid        NOT NULL,
    flight    uuid        NOT NULL,
    who       bytea       NOT NULL,
    departs   timestamptz NOT NULL,
    confirmed boolean     NOT NULL DEFAULT false, -- a hit on the person was confirmed
    PRIMARY KEY (kind, mark, person)
);
CREATE INDEX risk_link_past ON risk_link (kind, mark, departs) INCLUDE (flight, who, confirmed);
CREATE INDEX risk_link_person ON risk_link (person);

CREATE TABLE risk_hit (
    id             uuid        PRIMARY KEY,
    rule           uuid        NOT NULL,
    n              integer     NOT NULL,
    person         uuid        NOT NULL,
    person_version integer     NOT NULL,
    flight         uuid        NOT NULL,
    departs        timestamptz,
    arrives        timestamptz,
    basis          bytea       NOT NULL, -- digest of the conditions and the values behind it
    severity       text        NOT NULL,
    found_at       timestamptz NOT NULL,
    state          text        NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'in_review', 'confirmed', 'dismissed', 'replaced')),
    seen           integer     NOT NULL DEFAULT 0,
    worker_by      text,
    worker_login   text        NOT NULL DEFAULT '',
    decided_by     text,
    decided_login  text        NOT NULL DEFAULT '',
    decided_at     timestamptz,
    reason         text        NOT NULL DEFAULT '',
    lapsed_at      timestamptz,
    UNIQUE (rule, n, person, basis),
    FOREIGN KEY (rule, n) REFERENCES risk_version,
    -- Nobody but a person decides.
    CONSTRAINT risk_hit_decided CHECK ((state IN ('confirmed', 'dismissed')) = (decided_by IS NOT NULL)),
    CONSTRAINT risk_hit_worker CHECK (state <> 'in_review' OR worker_by IS NOT NULL),
    CONSTRAINT risk_hit_reason CHECK (state <> 'dismissed' OR reason <> '')
);
CREATE INDEX risk_hit_open ON risk_hit (arrives) WHERE state IN ('new', 'in_review');
CREATE INDEX risk_hit_person ON risk_hit (person);
CREATE INDEX risk_hit_rule ON risk_hit (rule, found_at DESC);
CREATE INDEX risk_hit_decided_at ON risk_hit (decided_at DESC) WHERE decided_at IS NOT NULL;
REVOKE TRUNCATE ON risk_hit FROM bmis_app;

-- The explanation of a hit, with values that may identify: sealed under the key of the flight.
CREATE TABLE risk_hit_detail (
    hit    uuid  PRIMARY KEY REFERENCES risk_hit ON DELETE CASCADE,
    flight uuid  NOT NULL,
    sealed bytea NOT NULL
);
CREATE INDEX risk_hit_detail_flight ON risk_hit_detail (flight);
REVOKE UPDATE, TRUNCATE ON risk_hit_detail FROM bmis_app;

CREATE TABLE risk_hit_step (
    id    bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hit   uuid        NOT NULL REFERENCES risk_hit ON DELETE CASCADE,
    step  text        NOT NULL,
    by_id text        NOT NULL,
    login text        NOT NULL,
    at    timestamptz NOT NULL,
    note  text        NOT NULL DEFAULT ''
);
CREATE INDEX risk_hit_step_hit ON risk_hit_step (hit, id);
REVOKE UPDATE, DELETE, TRUNCATE ON risk_hit_step FROM bmis_app;

-- risk_version_guard holds what no program may do: change a version, skip a step, or activate one that was not tried as it is.
-- +goose StatementBegin
CREATE FUNCTION risk_version_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (NEW.rule, NEW.n, NEW.settings, NEW.severity, NEW.condition, NEW.cel, NEW.lists, NEW.cost, NEW.digest, NEW.written_by, NEW.written_login, NEW.written_at)
       IS DISTINCT FROM
       (OLD.rule, OLD.n, OLD.settings, OLD.severity, OLD.condition, OLD.cel, OLD.lists, OLD.cost, OLD.digest, OLD.written_by, OLD.written_login, OLD.written_at) THEN
        RAISE EXCEPTION 'a version of a risk rule is never changed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (('draft', 'proposed'), ('suspended', 'proposed'), ('rejected', 'proposed'),
        ('proposed', 'active'), ('proposed', 'rejected'), ('active', 'suspended'), ('active', 'replaced'), ('suspended', 'replaced')) THEN
        RAISE EXCEPTION 'a version of a risk rule does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state IN ('proposed', 'active') AND OLD.state <> NEW.state AND NOT EXISTS (
        SELECT FROM public.risk_dryrun d WHERE d.rule = NEW.rule AND d.n = NEW.n AND d.digest = NEW.digest AND d.state = 'done') THEN
        RAISE EXCEPTION 'a version of a risk rule is tried on past flights first' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER risk_version_guard BEFORE UPDATE ON risk_version FOR EACH ROW EXECUTE FUNCTION risk_version_guard();

-- risk_version_born lets a version begin as a draft and nothing else.
-- +goose StatementBegin
CREATE FUNCTION risk_version_born() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> 'draft' THEN
        RAISE EXCEPTION 'a version of a risk rule begins as a draft' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER risk_version_born BEFORE INSERT ON risk_version FOR EACH ROW EXECUTE FUNCTION risk_version_born();

-- risk_forget takes away what is known here of a person who is masked, and everything of one who is gone.
-- +goose StatementBegin
CREATE FUNCTION risk_forget() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM public.risk_link WHERE person = OLD.id;
    DELETE FROM public.risk_dryrun_hit WHERE person = OLD.id;
    DELETE FROM public.risk_hit_detail WHERE hit IN (SELECT id FROM public.risk_hit WHERE person = OLD.id);
    IF TG_OP = 'DELETE' THEN
        DELETE FROM public.risk_hit WHERE person = OLD.id;
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION risk_forget() FROM PUBLIC;
CREATE TRIGGER risk_forget_masked AFTER UPDATE OF masked_at ON passenger_person FOR EACH ROW
    WHEN (OLD.masked_at IS NULL AND NEW.masked_at IS NOT NULL) EXECUTE FUNCTION risk_forget();
CREATE TRIGGER risk_forget_gone AFTER DELETE ON passenger_person FOR EACH ROW EXECUTE FUNCTION risk_forget();

-- risk_forget_booking takes away what a reservation connects and explains, when the law takes the reservation.
-- +goose StatementBegin
CREATE FUNCTION risk_forget_booking() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM public.risk_link l USING public.passenger_person p
        WHERE p.flight_id = OLD.flight_id AND p.reservation = OLD.mark AND l.person = p.id AND l.kind IN (2, 3, 4, 5, 6); -- phone, e-mail, card, agency, loyalty
    DELETE FROM public.risk_hit_detail d USING public.risk_hit h, public.passenger_person p
        WHERE p.flight_id = OLD.flight_id AND p.reservation = OLD.mark AND h.person = p.id AND d.hit = h.id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION risk_forget_booking() FROM PUBLIC;
CREATE TRIGGER risk_forget_booking AFTER DELETE ON passenger_reservation FOR EACH ROW EXECUTE FUNCTION risk_forget_booking();

-- +goose Down
DROP TRIGGER risk_forget_booking ON passenger_reservation;
DROP FUNCTION risk_forget_booking();
DROP TRIGGER risk_forget_gone ON passenger_person;
DROP TRIGGER risk_forget_masked ON passenger_person;
DROP FUNCTION risk_forget();
DROP TABLE risk_hit_step, risk_hit_detail, risk_hit, risk_link, risk_sweep, risk_dryrun_hit, risk_dryrun, risk_list, risk_act, risk_version, risk_rule;
DROP FUNCTION risk_version_guard(), risk_version_born();
