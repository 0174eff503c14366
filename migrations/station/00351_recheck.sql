-- +goose Up
-- Decisions to be checked again: those made without the centre, and those made with a check that had no answer although the document
-- gave it enough to go by. The row is made in the transaction of the decision, so that none is forgotten, whatever dies when.
CREATE TABLE recheck (
    crossing_id  uuid        PRIMARY KEY REFERENCES decision (crossing_id),
    decided_at   timestamptz NOT NULL,
    ground       text        NOT NULL CHECK (ground IN ('provisional', 'not_checked')),
    state        text        NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'confirmed', 'changed', 'annulled')),
    attempts     integer     NOT NULL DEFAULT 0,
    tried_at     timestamptz,
    next_at      timestamptz NOT NULL,
    result       jsonb,                       -- recheck.Result: the last
    acknowledged_at timestamptz,
    acknowledged_by text NOT NULL DEFAULT '',
    note         text        NOT NULL DEFAULT '',
    CHECK (acknowledged_at IS NULL OR state = 'changed')
);
CREATE INDEX recheck_waiting ON recheck (decided_at, crossing_id) WHERE state = 'waiting';
CREATE INDEX recheck_changed ON recheck (decided_at DESC) WHERE state = 'changed' AND acknowledged_at IS NULL;
CREATE INDEX recheck_done ON recheck (tried_at DESC, crossing_id);

-- The findings of a decision are written before it.
-- +goose StatementBegin
CREATE FUNCTION recheck_later() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status = 'provisional' THEN
        INSERT INTO recheck (crossing_id, decided_at, ground, next_at) VALUES (NEW.crossing_id, NEW.decided_at, 'provisional', NEW.decided_at);
    ELSIF EXISTS (SELECT FROM finding WHERE crossing_id = NEW.crossing_id AND outcome = 'not_checked' AND reason <> 'data_insufficient') THEN
        INSERT INTO recheck (crossing_id, decided_at, ground, next_at) VALUES (NEW.crossing_id, NEW.decided_at, 'not_checked', NEW.decided_at);
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER recheck_later AFTER INSERT ON decision FOR EACH ROW EXECUTE FUNCTION recheck_later();

-- +goose Down
DROP TRIGGER recheck_later ON decision;
DROP FUNCTION recheck_later();
DROP TABLE recheck;
