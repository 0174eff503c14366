-- The register of visas: what was issued, and what became of it. Who a visa is for stands sealed under the key of its application; what
-- finds it are keyed hashes.

-- +goose Up
-- Data keys, wrapped by keys that do not stand here. subject: "index", or "application/ID".
CREATE TABLE visa_key (
    id           uuid        PRIMARY KEY,
    subject      text        NOT NULL UNIQUE,
    generation   text        NOT NULL,
    wrapped      bytea,      -- null once destroyed
    created_at   timestamptz NOT NULL,
    destroyed_at timestamptz,
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);
CREATE INDEX visa_key_generation ON visa_key (generation) WHERE wrapped IS NOT NULL;
REVOKE DELETE, TRUNCATE ON visa_key FROM bmis_app;

-- A visa as it is now: what its events make of it.
CREATE TABLE visa (
    number      text        PRIMARY KEY CHECK (number ~ '^E[2-9B-DF-HJ-NP-RTV-Y]{8}$'),
    application uuid        NOT NULL,
    reference   text        NOT NULL,
    version     integer     NOT NULL CHECK (version > 0), -- counts the events
    standing    text        NOT NULL CHECK (standing IN ('in_force', 'revoked', 'annulled', 'replaced')),
    type        text        NOT NULL,
    purpose     text        NOT NULL,
    kind        text        NOT NULL CHECK (kind IN ('visa', 'travel_authorisation')),
    language    text        NOT NULL DEFAULT '', -- of the grant notice
    terms       jsonb       NOT NULL,
    authority   text        NOT NULL,
    issued_at   timestamptz NOT NULL,
    replaced_by text        NOT NULL DEFAULT '',
    replaces    text        NOT NULL DEFAULT '',
    before      text[]      NOT NULL DEFAULT '{}', -- the numbers that it had on earlier passports, oldest first
    reason      text        NOT NULL DEFAULT '',
    ends_on     date        NOT NULL, -- the last day of its validity, whatever became of it
    key_id      uuid        NOT NULL REFERENCES visa_key,
    sealed      bytea       NOT NULL, -- identity and documents
    published   boolean     NOT NULL DEFAULT false -- it stands in the dataset
);
CREATE UNIQUE INDEX visa_once ON visa (application) WHERE replaces = '';
CREATE UNIQUE INDEX visa_replaces_once ON visa (replaces) WHERE replaces <> '';
CREATE INDEX visa_of_application ON visa (application);
CREATE INDEX visa_of_reference ON visa (reference);
CREATE INDEX visa_published_end ON visa (ends_on) WHERE published;
REVOKE DELETE, TRUNCATE ON visa FROM bmis_app;

-- What became of each visa. Never changed.
CREATE TABLE visa_event (
    number  text        NOT NULL REFERENCES visa DEFERRABLE INITIALLY DEFERRED,
    version integer     NOT NULL CHECK (version > 0),
    kind    text        NOT NULL CHECK (kind IN ('issued', 'revoked', 'annulled', 'extended', 'reissued', 'case')),
    at      timestamptz NOT NULL,
    actor   text        NOT NULL, -- log-in name
    role    text        NOT NULL,
    second  text        NOT NULL DEFAULT '',
    reason  text        NOT NULL DEFAULT '',
    body    jsonb       NOT NULL, -- of nobody: terms, numbers, type
    key_id  uuid        NOT NULL REFERENCES visa_key,
    sealed  bytea,      -- identity and documents, and what somebody wrote
    PRIMARY KEY (number, version)
);
REVOKE UPDATE, DELETE, TRUNCATE ON visa_event FROM bmis_app;

-- Keyed hashes of documents (1), of name and birth date (2), and of birth date with the beginning of each part of the name (3).
CREATE TABLE visa_mark (
    kind   smallint NOT NULL,
    mark   bytea    NOT NULL,
    number text     NOT NULL REFERENCES visa DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (kind, mark, number)
);
CREATE INDEX visa_mark_number ON visa_mark (number);
REVOKE UPDATE, TRUNCATE ON visa_mark FROM bmis_app;

-- Visas of which the stations, and the portal, have to be told.
CREATE TABLE visa_note (
    id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number text   NOT NULL
);
REVOKE UPDATE, TRUNCATE ON visa_note FROM bmis_app;

-- Grant notices that have to be printed, until they are.
CREATE TABLE visa_notice_work (
    number  text        NOT NULL,
    version integer     NOT NULL,
    tries   integer     NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL,
    PRIMARY KEY (number, version)
);
CREATE INDEX visa_notice_next ON visa_notice_work (next_at);

-- Visas of which the portal has to be told once there is one.
CREATE TABLE visa_portal_wait (
    number text PRIMARY KEY REFERENCES visa
);
REVOKE UPDATE, TRUNCATE ON visa_portal_wait FROM bmis_app;

-- Certificates of the seal signer, with the one that stands above each; old ones stay, for what they signed is in people's hands.
CREATE TABLE visa_signer (
    fingerprint text        PRIMARY KEY, -- SHA-256 of the certificate, hexadecimal
    certificate bytea       NOT NULL,
    root        bytea       NOT NULL,
    valid_from  timestamptz NOT NULL,
    valid_until timestamptz NOT NULL,
    known_at    timestamptz NOT NULL
);
REVOKE UPDATE, DELETE, TRUNCATE ON visa_signer FROM bmis_app;

-- +goose Down
DROP TABLE visa_signer, visa_portal_wait, visa_notice_work, visa_note, visa_mark, visa_event, visa, visa_key;
