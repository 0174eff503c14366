-- +goose Up
-- Who needs protection. Read and counted by the protection service alone: no other query joins these tables, but for the stop below.

-- A stopped inspection is not refused, nor is another inspection of the same document. The service alone lifts a stop.
CREATE TABLE protection_stop (
    inspection_id uuid        PRIMARY KEY REFERENCES scan (id),
    since         timestamptz NOT NULL,
    lifted_at     timestamptz,
    -- the document, so that presenting it at another counter does not get round the stop
    issuing_state text NOT NULL,
    number_folded text NOT NULL,
    birth_date    text NOT NULL,
    CHECK (lifted_at IS NULL OR lifted_at >= since)
);
CREATE INDEX protection_stop_document ON protection_stop (issuing_state, number_folded, birth_date) WHERE lifted_at IS NULL;

-- The case as its records left it. The records (kind protection.event) are the facts; this row is what the queue reads.
CREATE TABLE protection_case (
    id            uuid        PRIMARY KEY,
    inspection_id uuid        NOT NULL REFERENCES scan (id),
    kind          text        NOT NULL,
    service       text        NOT NULL,
    state         text        NOT NULL CHECK (state IN ('opened', 'acknowledged', 'contacted', 'handed_over', 'closed')),
    opened_at     timestamptz NOT NULL,
    due_at        timestamptz NOT NULL,              -- unacknowledged after this, it escalates
    acknowledged_at timestamptz,
    closed_at     timestamptz,
    identity      jsonb       NOT NULL,
    document      jsonb       NOT NULL,
    steps         integer     NOT NULL,
    CHECK ((state = 'closed') = (closed_at IS NOT NULL))
);
-- One open case per inspection and kind: a second signal of the kind about the same person goes into it.
CREATE UNIQUE INDEX protection_case_open ON protection_case (inspection_id, kind) WHERE closed_at IS NULL;
CREATE INDEX protection_case_queue ON protection_case (opened_at, id) WHERE closed_at IS NULL;
CREATE INDEX protection_case_closed ON protection_case (closed_at DESC, id) WHERE closed_at IS NOT NULL;

-- How many confidential events wait, to leave them out of the number that everybody sees.
CREATE INDEX outbox_confidential ON outbox (id) WHERE kind = 'protection.event';

-- Whether a refusal of the inspection is stopped: it was signalled itself, or its document was, or another document of its bearer.
-- +goose StatementBegin
CREATE FUNCTION protection_stopped(inspection uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM protection_stop p WHERE p.inspection_id = inspection AND p.lifted_at IS NULL)
        OR EXISTS (
            SELECT 1 FROM inspection i
            JOIN traveller t ON t.id = i.traveller_id
            JOIN traveller same ON same.group_id = t.group_id
            JOIN traveller_document d ON d.traveller_id = same.id
            JOIN protection_stop p USING (issuing_state, number_folded, birth_date)
            WHERE i.id = inspection AND p.lifted_at IS NULL)
$$;
-- +goose StatementEnd

-- Whatever writes a decision, a stopped traveller is not refused. The scan's row is locked by whoever signals and whoever refuses, so
-- that of two at once the later one sees the other.
-- +goose StatementBegin
CREATE FUNCTION protection_stops_refusal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM scan WHERE id = NEW.inspection_id FOR UPDATE;
    IF protection_stopped(NEW.inspection_id) THEN
        RAISE EXCEPTION 'refusal is stopped' USING ERRCODE = 'check_violation', CONSTRAINT = 'refusal_stopped', TABLE = 'decision';
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER protection_stops_refusal BEFORE INSERT ON decision
    FOR EACH ROW WHEN (NEW.verdict = 'refuse') EXECUTE FUNCTION protection_stops_refusal();

-- +goose Down
DROP TRIGGER protection_stops_refusal ON decision;
DROP FUNCTION protection_stops_refusal(), protection_stopped(uuid);
DROP INDEX outbox_confidential;
DROP TABLE protection_case, protection_stop;
