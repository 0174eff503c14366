-- +goose Up
-- border.Record as the stations sent them: facts about a person, a case or a shift, other than decisions at a counter.
CREATE TABLE record (
    id           uuid        NOT NULL,
    origin       integer     NOT NULL,
    origin_seq   bigint      NOT NULL,
    kind         text        NOT NULL,
    traveller_id uuid,                       -- the centre's traveller; null when the record is about none
    file_id      uuid,                       -- as the station named the file
    subject      uuid,
    supersedes   uuid[]      NOT NULL DEFAULT '{}',
    station      text        NOT NULL,
    lane         text        NOT NULL,
    officer      text        NOT NULL,
    zone         text        NOT NULL,
    event_time   timestamptz NOT NULL,
    recorded_at  timestamptz NOT NULL,
    received_at  timestamptz NOT NULL,
    provenance   text        NOT NULL,       -- border.Origin
    status       text        NOT NULL,
    payload      json        NOT NULL,       -- json, not jsonb: the bytes as the station hashed them
    PRIMARY KEY (id),
    UNIQUE (origin, origin_seq)
);
CREATE INDEX record_traveller ON record (traveller_id, event_time) WHERE traveller_id IS NOT NULL;
CREATE INDEX record_subject ON record (subject, event_time) WHERE subject IS NOT NULL;
CREATE INDEX record_kind ON record (kind, event_time);
REVOKE UPDATE, DELETE, TRUNCATE ON record FROM bmis_app;

-- +goose Down
DROP TABLE record;
