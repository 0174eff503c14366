-- The audit log: entries written in the transaction of the act, then numbered, chained and signed.
-- Everything here only ever grows. bmis_app may read and insert; nobody may change or remove, the owner included, unless
-- he disables the triggers, which `bmis audit verify` reports.

-- +goose Up

CREATE TABLE audit (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at            timestamptz NOT NULL,
    result_count  integer NOT NULL CHECK (result_count >= 0),
    actor         text  NOT NULL CHECK (actor <> ''),
    role          text  NOT NULL,
    post          text  NOT NULL,
    lane          text  NOT NULL,
    workstation   text  NOT NULL,
    verb          text  NOT NULL,
    object_kind   text  NOT NULL,
    object_id     text  NOT NULL,
    purpose       text  NOT NULL,
    justification text  NOT NULL,
    decision      text  NOT NULL,
    query_hmac    bytea NOT NULL,
    commitment    bytea NOT NULL
);
COMMENT ON TABLE audit IS 'Who did what to whose data, when, where and why. Holds no raw personal data.';
CREATE INDEX audit_at ON audit USING brin (at);
CREATE INDEX audit_object ON audit (object_kind, object_id) WHERE object_id <> '';
CREATE INDEX audit_actor ON audit (actor, id);

-- Rows that have no leaf number yet. A row enters with its entry and leaves with its number.
CREATE TABLE audit_pending (
    audit_id bigint PRIMARY KEY
);

CREATE TABLE audit_leaf (
    leaf_no  bigint PRIMARY KEY CHECK (leaf_no >= 0),   -- gapless from 0, given after commit
    audit_id bigint NOT NULL UNIQUE,
    hash     bytea  NOT NULL CHECK (length(hash) = 32)  -- RFC 6962 leaf hash of the canonical bytes
);

-- Interior hashes of the levels 8, 16, 24, ...: one for 256 leaves. The others are computed from these.
CREATE TABLE audit_hash (
    idx  bigint PRIMARY KEY,                            -- StoredHashIndex of golang.org/x/mod/sumdb/tlog
    hash bytea  NOT NULL CHECK (length(hash) = 32)
);

CREATE TABLE audit_checkpoint (
    size      bigint PRIMARY KEY CHECK (size > 0),
    root      bytea NOT NULL CHECK (length(root) = 32),
    note      text  NOT NULL,                           -- signed note: origin, size, root
    signed_at timestamptz NOT NULL
);

-- The same checkpoints as the witness gave them back, with its signature.
CREATE TABLE audit_cosignature (
    size        bigint NOT NULL REFERENCES audit_checkpoint (size),
    witness     text   NOT NULL,
    note        text   NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (size, witness)
);

-- +goose StatementBegin
CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'table % only grows: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION audit_enqueue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_pending (audit_id) VALUES (NEW.id);
    RETURN NULL;
END
$$;
-- +goose StatementEnd

CREATE TRIGGER audit_enqueue AFTER INSERT ON audit FOR EACH ROW EXECUTE FUNCTION audit_enqueue();

-- ENABLE ALWAYS: session_replication_role = replica does not pass by.
ALTER TABLE audit ENABLE ALWAYS TRIGGER audit_enqueue;

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['audit', 'audit_leaf', 'audit_hash', 'audit_checkpoint', 'audit_cosignature'] LOOP
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
                        FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()', t);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER append_only', t);
        EXECUTE format('REVOKE ALL ON %I FROM bmis_app', t);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO bmis_app', t);
    END LOOP;
END
$$;
-- +goose StatementEnd

REVOKE ALL ON audit_pending FROM bmis_app;
GRANT SELECT, INSERT, DELETE ON audit_pending TO bmis_app;

-- No way down: an audit log that a migration could drop would be none.
