-- The witness: copies of the audit logs of other nodes, and what it signed of them. Copies only ever grow.

-- +goose Up

-- One row for each log. A node that begins a new log, because its database came from a backup or its key was lost, keeps
-- its origin and gets a new row; the copies of the old log stay.
CREATE TABLE witness_log (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    origin       text NOT NULL,
    public_key   text NOT NULL UNIQUE,                   -- name+hash+base64
    enrolled_at  timestamptz NOT NULL,
    retired_at   timestamptz,
    last_seen_at timestamptz                             -- last valid batch, with leaves or without
);
CREATE UNIQUE INDEX witness_log_active ON witness_log (origin) WHERE retired_at IS NULL;

CREATE TABLE witness_leaf (
    log_id  bigint NOT NULL REFERENCES witness_log (id),
    leaf_no bigint NOT NULL CHECK (leaf_no >= 0),
    hash    bytea  NOT NULL CHECK (length(hash) = 32),
    leaf    bytea  NOT NULL,                             -- canonical bytes
    PRIMARY KEY (log_id, leaf_no)
);

CREATE TABLE witness_hash (
    log_id bigint NOT NULL REFERENCES witness_log (id),
    idx    bigint NOT NULL,
    hash   bytea  NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (log_id, idx)
);

CREATE TABLE witness_checkpoint (
    log_id      bigint NOT NULL REFERENCES witness_log (id),
    size        bigint NOT NULL CHECK (size > 0),
    root        bytea  NOT NULL CHECK (length(root) = 32),
    note        text   NOT NULL,                         -- with the witness's signature
    accepted_at timestamptz NOT NULL,
    PRIMARY KEY (log_id, size)
);

-- What was refused, and silence. One row for each finding, counted when it comes again.
CREATE TABLE witness_alert (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    origin     text NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('fork', 'shrink', 'bad_signature', 'bad_leaf', 'silence')),
    leaf_no    bigint NOT NULL,                          -- first wrong leaf; -1 when unknown
    detail     text NOT NULL,
    evidence   bytea NOT NULL,                           -- the checkpoint that was refused
    first_at   timestamptz NOT NULL,
    last_at    timestamptz NOT NULL,
    times      bigint NOT NULL DEFAULT 1,
    closed_at  timestamptz,                              -- set by people, or when a silent log is heard again
    closed_by  text
);
CREATE UNIQUE INDEX witness_alert_open ON witness_alert (origin, kind, leaf_no) WHERE closed_at IS NULL;

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['witness_leaf', 'witness_hash', 'witness_checkpoint'] LOOP
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
                        FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()', t);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER append_only', t);
        EXECUTE format('REVOKE ALL ON %I FROM bmis_app', t);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO bmis_app', t);
    END LOOP;
END
$$;
-- +goose StatementEnd

REVOKE DELETE, TRUNCATE ON witness_log, witness_alert FROM bmis_app;

-- No way down: a witness does not forget.
