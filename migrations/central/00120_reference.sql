-- Reference data that the centre publishes to its stations, and the national alert list it is made from.

-- +goose Up
-- The row lock on a dataset makes its versions gapless. state is replication.ContentDigest, to be carried on row by row.
CREATE TABLE ref_dataset (
    dataset    text        PRIMARY KEY,
    version    bigint      NOT NULL DEFAULT 0,
    state      bytea       NOT NULL DEFAULT '',
    changed_at timestamptz NOT NULL DEFAULT now()
);

-- One row per version: what the content's digest was after it, and who decided it.
CREATE TABLE ref_version (
    dataset    text        NOT NULL,
    version    bigint      NOT NULL,
    digest     bytea       NOT NULL,
    signed_by  text        NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (dataset, version)
);

CREATE TABLE ref_change (
    dataset text    NOT NULL,
    version bigint  NOT NULL,
    n       integer NOT NULL, -- order within the version
    op      text    NOT NULL CHECK (op IN ('put', 'delete')),
    key     text    NOT NULL,
    row     json,             -- json, not jsonb: the digest is over these bytes
    PRIMARY KEY (dataset, version, n)
);

-- The content at the dataset's version: the snapshot.
CREATE TABLE ref_row (
    dataset text COLLATE "C" NOT NULL,
    key     text COLLATE "C" NOT NULL,
    row     json             NOT NULL,
    PRIMARY KEY (dataset, key)
);

-- The national alert list. A withdrawn alert stays with who withdrew it, when and why.
CREATE TABLE national_alert (
    id              uuid        PRIMARY KEY,
    surname         text        NOT NULL,
    given_names     text        NOT NULL,
    birth_date      text        NOT NULL,
    nationality     text        NOT NULL,
    sex             text        NOT NULL,
    document_number text        NOT NULL,
    issuing_state   text        NOT NULL,
    reason          text        NOT NULL,
    action          text        NOT NULL,
    valid_from      date        NOT NULL,
    valid_until        date,
    created_by      text        NOT NULL,
    created_at      timestamptz NOT NULL,
    created_version bigint      NOT NULL,
    withdrawn_by    text,
    withdrawn_at    timestamptz,
    withdrawn_version bigint,
    withdrawn_why   text
);
CREATE INDEX national_alert_current ON national_alert (created_at, id) WHERE withdrawn_at IS NULL;

-- +goose Down
DROP TABLE national_alert, ref_row, ref_change, ref_version, ref_dataset;
