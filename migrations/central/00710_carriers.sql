-- Carriers that may send passenger data: what they may do at once, and the credentials and certificates by which they come in. Secrets
-- are not here: a credential is known by its public key, a certificate by its serial number.

-- +goose Up
CREATE TABLE carrier (
    code          text        PRIMARY KEY CHECK (code ~ '^[A-Z0-9]{2,3}$'),       -- IATA or ICAO designator
    name          text        NOT NULL CHECK (name <> ''),
    connections   integer     NOT NULL DEFAULT 16 CHECK (connections BETWEEN 1 AND 1000),
    payload       integer     NOT NULL DEFAULT 1048576 CHECK (payload BETWEEN 1024 AND 1048576),   -- bytes of one NATS message
    rate          integer     NOT NULL DEFAULT 1000 CHECK (rate BETWEEN 1 AND 100000),             -- messages a second, over all doors
    created_at    timestamptz NOT NULL,
    shut_at       timestamptz,
    shut_reason   text        NOT NULL DEFAULT ''
);

CREATE TABLE carrier_credential (
    public_key    text        PRIMARY KEY CHECK (public_key ~ '^U[A-Z2-7]{55}$'), -- nkey of the user
    carrier       text        NOT NULL REFERENCES carrier (code),
    label         text        NOT NULL DEFAULT '' CHECK (length(label) <= 80),
    issued_at     timestamptz NOT NULL,
    issued_by     text        NOT NULL,
    expires_at    timestamptz NOT NULL,
    revoked_at    timestamptz,                                                    -- may lie ahead: a rotation with an overlap
    revoke_reason text        NOT NULL DEFAULT ''
);
CREATE INDEX carrier_credential_carrier ON carrier_credential (carrier, issued_at);

CREATE TABLE carrier_certificate (
    serial        text        PRIMARY KEY,                                        -- hexadecimal
    carrier       text        NOT NULL REFERENCES carrier (code),
    not_before    timestamptz NOT NULL,
    not_after     timestamptz NOT NULL,
    issued_at     timestamptz NOT NULL,
    issued_by     text        NOT NULL,
    denied_at     timestamptz,
    deny_reason   text        NOT NULL DEFAULT ''
);
CREATE INDEX carrier_certificate_carrier ON carrier_certificate (carrier, issued_at);
REVOKE DELETE, TRUNCATE ON carrier, carrier_credential, carrier_certificate FROM bmis_app;

-- +goose Down
DROP TABLE carrier_certificate, carrier_credential, carrier;
