-- Accounts, their sessions, and what is remembered of failed sign-ins.
-- No secret is stored as such: passwords and PINs as argon2id in PHC form, session tokens as SHA-256.

-- +goose Up

CREATE TABLE account (
    id                   uuid PRIMARY KEY,
    login                text NOT NULL CHECK (login <> ''),       -- RFC 8265 UsernameCaseMapped
    display_name         text NOT NULL CHECK (display_name <> ''),
    role                 text NOT NULL CHECK (role IN ('officer', 'supervisor', 'analyst', 'administrator', 'auditor')),
    language             text NOT NULL,                           -- BCP 47
    disabled             boolean NOT NULL DEFAULT false,
    password_hash        text NOT NULL CHECK (password_hash LIKE '$argon2id$%'),
    must_change_password boolean NOT NULL DEFAULT false,
    pin_hash             text NOT NULL DEFAULT '' CHECK (pin_hash = '' OR pin_hash LIKE '$argon2id$%'),
    created_at           timestamptz NOT NULL,
    CONSTRAINT account_login_key UNIQUE (login)
);

CREATE TABLE session (
    id              uuid PRIMARY KEY,
    token_hash      bytea NOT NULL CHECK (length(token_hash) = 32),
    account_id      uuid NOT NULL REFERENCES account (id),
    lane            text NOT NULL,
    workstation     text NOT NULL,
    language        text NOT NULL,
    created_at      timestamptz NOT NULL,
    last_seen       timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    locked_at       timestamptz,
    unlock_failures integer NOT NULL DEFAULT 0 CHECK (unlock_failures >= 0),
    ended_at        timestamptz,
    end_reason      text NOT NULL DEFAULT '',
    CONSTRAINT session_token_key UNIQUE (token_hash)
) WITH (fillfactor = 80);  -- last_seen changes often and is in no index: room for updates in place
CREATE INDEX session_open ON session (account_id) WHERE ended_at IS NULL;
CREATE INDEX session_expiry ON session (expires_at) WHERE ended_at IS NULL;
CREATE INDEX session_ended ON session (ended_at) WHERE ended_at IS NOT NULL;

-- One row per account, per login nobody has (as keyed hash) and per source (as keyed hash).
CREATE TABLE login_failure (
    key     text PRIMARY KEY,
    count   integer NOT NULL CHECK (count >= 0),
    last_at timestamptz NOT NULL,
    refused integer NOT NULL DEFAULT 0 CHECK (refused >= 0)
);
CREATE INDEX login_failure_last ON login_failure (last_at);

-- +goose Down
DROP TABLE login_failure;
DROP TABLE session;
DROP TABLE account;
