-- Lists of alerts with every version of every alert, what was proposed, who approved it, and what was published of it. What stations hold
-- stands in ref_row; discreet alerts stand here alone.

-- +goose Up
CREATE TABLE alert_list (
    id        text    PRIMARY KEY CHECK (id ~ '^[a-z0-9][a-z0-9-]{0,31}$'),
    title     text    NOT NULL,
    owner     text    NOT NULL,
    policy    jsonb   NOT NULL,
    as_of     text    NOT NULL DEFAULT '',
    version   bigint  NOT NULL DEFAULT 0, -- counts what was published of it
    entries   integer NOT NULL DEFAULT 0, -- open alerts that are published
    published timestamptz
);

CREATE TABLE list_proposal (
    id             uuid        PRIMARY KEY,
    list           text        NOT NULL,
    act            text        NOT NULL CHECK (act IN ('import', 'alert', 'undo', 'settings')),
    agency         text        NOT NULL DEFAULT '', -- of a discreet alert: who may know of it; empty: open
    settings       jsonb,      -- of act settings: the list as it shall be
    file           text        NOT NULL DEFAULT '',
    digest         bytea       NOT NULL DEFAULT '', -- SHA-256 of the file
    size           bigint      NOT NULL DEFAULT 0,
    format         text        NOT NULL DEFAULT '',
    action         text        NOT NULL DEFAULT '', -- that the file's entries ask for, where it does not say
    as_of          text        NOT NULL DEFAULT '', -- the file's own date
    whole          boolean     NOT NULL DEFAULT false, -- what the file does not hold goes
    to_version     bigint      NOT NULL DEFAULT 0, -- of an undo: whose content is wanted
    remark         text        NOT NULL DEFAULT '',
    proposed_by    text        NOT NULL,
    proposed_login text        NOT NULL,
    proposed_at    timestamptz NOT NULL,
    state          text        NOT NULL CHECK (state IN ('reading', 'failed', 'pending', 'publishing', 'approved', 'rejected')),
    fault          text        NOT NULL DEFAULT '', -- code of why reading failed
    base           bigint      NOT NULL DEFAULT 0, -- version of the list, of a single alert its own, that effects were counted on
    counts         jsonb       NOT NULL DEFAULT '{}',
    decided_by     text,
    decided_login  text,
    decided_role   text        NOT NULL DEFAULT '',
    decided_post   text        NOT NULL DEFAULT '',
    decided_at     timestamptz,
    why            text        NOT NULL DEFAULT '',
    list_version   bigint,
    first_version  bigint, -- of the dataset
    last_version   bigint,
    CONSTRAINT list_four_eyes CHECK (state NOT IN ('approved', 'publishing') OR decided_by <> proposed_by),
    CONSTRAINT list_decided CHECK ((state IN ('approved', 'publishing', 'rejected')) = (decided_by IS NOT NULL))
);
CREATE UNIQUE INDEX list_proposal_once ON list_proposal (list, digest) WHERE state IN ('reading', 'pending', 'publishing') AND act = 'import';
CREATE INDEX list_proposal_newest ON list_proposal (proposed_at DESC, id DESC);
CREATE INDEX list_proposal_open ON list_proposal (state, proposed_at DESC) WHERE state IN ('reading', 'pending', 'publishing');

-- The file of an import, until it is read.
CREATE TABLE list_upload (
    proposal uuid    NOT NULL REFERENCES list_proposal,
    part     text    NOT NULL, -- 'file', or a companion of it: 'aliases', 'addresses', 'comments'
    n        integer NOT NULL,
    data     bytea   NOT NULL,
    PRIMARY KEY (proposal, part, n)
);

-- How far long work is; written beside the transaction that does it.
CREATE TABLE list_progress (
    proposal uuid        PRIMARY KEY,
    stage    text        NOT NULL, -- 'reading', 'comparing', 'publishing'
    done     bigint      NOT NULL,
    total    bigint      NOT NULL,
    at       timestamptz NOT NULL
);

-- What a proposal holds: each alert as it shall be, and what that changes. Rows of removed alerts have no body.
CREATE TABLE list_proposed (
    proposal uuid    NOT NULL REFERENCES list_proposal,
    id       text    COLLATE "C" NOT NULL,
    n        bigint  NOT NULL, -- order in the file
    line     bigint  NOT NULL DEFAULT 0,
    effect   text    NOT NULL DEFAULT 'unchanged' CHECK (effect IN ('added', 'changed', 'removed', 'unchanged')),
    body     text,   -- alerts.Alert with version 0
    digest   bytea,  -- SHA-256 of body
    PRIMARY KEY (proposal, id)
);
CREATE INDEX list_proposed_effect ON list_proposed (proposal, effect, id);

-- What could not be taken, and what was taken with a remark.
CREATE TABLE list_note (
    proposal uuid    NOT NULL REFERENCES list_proposal,
    n        bigint  NOT NULL,
    refused  boolean NOT NULL,
    line     bigint  NOT NULL,
    entry    text    NOT NULL, -- id in the file, where it has one
    field    text    NOT NULL,
    reason   text    NOT NULL,
    value    text    NOT NULL,
    PRIMARY KEY (proposal, refused, n)
);

-- Who of the second persons has seen a proposal, on which base.
CREATE TABLE list_seen (
    proposal uuid        NOT NULL REFERENCES list_proposal,
    person   text        NOT NULL,
    base     bigint      NOT NULL,
    at       timestamptz NOT NULL,
    PRIMARY KEY (proposal, person)
);

-- Each alert as it is now; its words stand in alert_version.
CREATE TABLE alert (
    list        text    COLLATE "C" NOT NULL REFERENCES alert_list,
    id          text    COLLATE "C" NOT NULL,
    version     integer NOT NULL,
    secrecy     text    NOT NULL CHECK (secrecy IN ('open', 'discreet')),
    agency      text    NOT NULL, -- its owner, or the list's
    status      text    NOT NULL,
    published   boolean NOT NULL, -- at stations
    digest      bytea   NOT NULL,
    valid_until date,
    review_by   date,
    pictures    text[]  NOT NULL DEFAULT '{}',
    terms       text[]  NOT NULL, -- what a search finds it by: words of names, numbers of documents, plates
    PRIMARY KEY (list, id),
    CONSTRAINT alert_never_published CHECK (NOT (published AND secrecy = 'discreet'))
);
CREATE INDEX alert_terms ON alert USING gin (terms);
CREATE INDEX alert_review ON alert (review_by) WHERE review_by IS NOT NULL AND status = 'active';
CREATE INDEX alert_pictures ON alert USING gin (pictures) WHERE pictures <> '{}';
CREATE INDEX alert_discreet ON alert (agency) WHERE secrecy = 'discreet';

-- Every version of every alert, with who, when and why. seq is the order of the commits.
CREATE TABLE alert_version (
    seq          bigint      GENERATED ALWAYS AS IDENTITY UNIQUE,
    list         text        COLLATE "C" NOT NULL,
    id           text        COLLATE "C" NOT NULL,
    version      integer     NOT NULL,
    body         text        NOT NULL, -- alerts.Alert, as published
    digest       bytea       NOT NULL, -- SHA-256 of it with version 0
    published    boolean     NOT NULL,
    list_version bigint, -- NULL of a discreet alert: no list moves for it
    proposal     uuid        NOT NULL,
    at           timestamptz NOT NULL,
    PRIMARY KEY (list, id, version)
);
CREATE INDEX alert_version_list ON alert_version (list, list_version);

-- What was published of a list.
CREATE TABLE list_version (
    list     text        NOT NULL REFERENCES alert_list,
    version  bigint      NOT NULL,
    proposal uuid        NOT NULL,
    entries  integer     NOT NULL,
    info     jsonb       NOT NULL, -- alerts.ListInfo
    dataset  bigint      NOT NULL, -- version of the dataset that completed it
    at       timestamptz NOT NULL,
    PRIMARY KEY (list, version)
);

CREATE TABLE alert_picture (
    digest text  PRIMARY KEY,
    agency text  NOT NULL DEFAULT '', -- of a discreet alert's picture: who may see it
    jpeg   bytea NOT NULL
);

-- +goose Down
DROP TABLE alert_picture, list_version, alert_version, alert, list_seen, list_note, list_proposed, list_progress, list_upload, list_proposal, alert_list;
