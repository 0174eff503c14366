-- +goose Up
-- People who travel together: a bus, a ship, a family. The manifest is kept as it was read, unusable lines included; who was ticked
-- off follows from the scans that name the group (scan.circumstances), and is nowhere stored a second time.
CREATE TABLE border_group (
    id        uuid        PRIMARY KEY,
    kind      text        NOT NULL CHECK (kind IN ('family', 'bus', 'ship')),
    label     text        NOT NULL,
    size      integer     NOT NULL,
    lane      text        NOT NULL,
    direction text        NOT NULL,
    opened_at timestamptz NOT NULL,
    opened_by text        NOT NULL,
    manifest  jsonb       NOT NULL,
    closed_at timestamptz,
    closing   jsonb,
    CHECK ((closed_at IS NULL) = (closing IS NULL))
);
CREATE INDEX border_group_open ON border_group (lane, opened_at DESC) WHERE closed_at IS NULL;
REVOKE DELETE, TRUNCATE ON border_group FROM bmis_app;

-- Border passes: cards without a machine readable zone. holder is an identity, guardian the adult who answers for a child.
CREATE TABLE border_pass (
    id          uuid        PRIMARY KEY,
    number      text        NOT NULL UNIQUE,
    holder      jsonb       NOT NULL,
    name_key    text        NOT NULL,
    guardian    jsonb,
    zone        text        NOT NULL,
    posts       text[]      NOT NULL,
    valid_from  date        NOT NULL,
    valid_until date        NOT NULL,
    authority   text        NOT NULL,
    issued_at   timestamptz NOT NULL,
    issued_by   text        NOT NULL,
    revoked     jsonb
);
CREATE INDEX border_pass_name ON border_pass (name_key);
REVOKE DELETE, TRUNCATE ON border_pass FROM bmis_app;

-- +goose Down
DROP TABLE border_pass, border_group;
