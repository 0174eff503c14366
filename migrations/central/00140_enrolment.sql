-- Stations, the one-time tokens by which they are enrolled, and the certificates they were given.

-- +goose Up

CREATE TABLE station (
    id         text PRIMARY KEY CHECK (id ~ '^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$'),
    name       text NOT NULL CHECK (name <> ''),
    transport  text NOT NULL CHECK (transport IN ('air', 'land', 'sea', 'rail', 'river', 'foot')),
    zone       text NOT NULL,                                     -- IANA time zone
    created_at timestamptz NOT NULL
);

CREATE TABLE station_certificate (
    serial      text PRIMARY KEY,                                 -- hexadecimal
    station     text NOT NULL REFERENCES station (id),
    key_hash    bytea NOT NULL CHECK (length(key_hash) = 32),     -- SHA-256 of the public key's SubjectPublicKeyInfo
    chain       text NOT NULL,                                    -- PEM, from the station's certificate to the root
    not_before  timestamptz NOT NULL,
    not_after   timestamptz NOT NULL,
    issued_at   timestamptz NOT NULL,
    denied_at   timestamptz,
    deny_reason text NOT NULL DEFAULT ''
);
CREATE INDEX station_certificate_station ON station_certificate (station, issued_at);
CREATE INDEX station_certificate_denied ON station_certificate (not_after) WHERE denied_at IS NOT NULL;

CREATE TABLE enrolment_token (
    hash         bytea PRIMARY KEY CHECK (length(hash) = 32),     -- SHA-256 of station and secret
    station      text NOT NULL REFERENCES station (id),
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    withdrawn_at timestamptz,                                     -- a newer token took its place
    used_at      timestamptz,
    serial       text REFERENCES station_certificate (serial),
    CHECK ((used_at IS NULL) = (serial IS NULL))
);
CREATE INDEX enrolment_token_open ON enrolment_token (station) WHERE used_at IS NULL AND withdrawn_at IS NULL;

-- +goose Down
DROP TABLE enrolment_token;
DROP TABLE station_certificate;
DROP TABLE station;
