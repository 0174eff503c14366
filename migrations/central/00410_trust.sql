-- Trust material at the centre: what is known of it, what was proposed, and who approved what. What is published stands in ref_row.

-- +goose Up
-- One row per certificate, CRL or known defect that was ever proposed; id is the SHA-256 of its content.
CREATE TABLE trust_item (
    id          bytea       PRIMARY KEY CHECK (length(id) = 32),
    kind        text        NOT NULL,
    content     bytea,      -- NULL once nothing published or pending needs it
    country     text        NOT NULL,
    subject     text        NOT NULL,
    issuer      text        NOT NULL,
    authority   bytea       NOT NULL DEFAULT '', -- of a CRL: whose list it is
    valid_from  timestamptz,
    valid_until timestamptz,
    sources     jsonb       NOT NULL DEFAULT '[]', -- as published; kept of a withdrawn one
    version     bigint,     -- of the dataset in which it was last published; NULL while it is not published
    withdrawn   bigint      -- the version in which it was withdrawn
);
CREATE INDEX trust_item_published ON trust_item (country, subject, id) WHERE version IS NOT NULL;
CREATE INDEX trust_item_authority ON trust_item (authority) WHERE version IS NOT NULL AND kind = 'crl';

CREATE TABLE trust_proposal (
    id             uuid        PRIMARY KEY,
    act            text        NOT NULL CHECK (act IN ('import', 'withdrawal')),
    file           text        NOT NULL,
    digest         bytea       NOT NULL, -- SHA-256 of the file; empty of a withdrawal
    size           bigint      NOT NULL,
    origin         text        NOT NULL,
    report         json        NOT NULL, -- trust.Report
    anchors        jsonb       NOT NULL, -- that the proposer named to vouch for the signer: subject and SHA-256
    failed         boolean     NOT NULL, -- something of it fails its own signature check, and was acknowledged
    remark         text        NOT NULL,
    proposed_by    text        NOT NULL,
    proposed_login text        NOT NULL,
    proposed_at    timestamptz NOT NULL,
    state          text        NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'approved', 'rejected')),
    effect         jsonb       NOT NULL, -- how many items of each effect, as proposed, and in the end as approved
    decided_by     text,
    decided_login  text,
    decided_at     timestamptz,
    why            text,
    first_version  bigint,
    last_version   bigint,
    CONSTRAINT trust_four_eyes CHECK (state <> 'approved' OR decided_by <> proposed_by),
    CONSTRAINT trust_decided CHECK ((state = 'pending') = (decided_by IS NULL))
);
CREATE UNIQUE INDEX trust_proposal_once ON trust_proposal (digest) WHERE state = 'pending' AND act = 'import';
CREATE INDEX trust_proposal_newest ON trust_proposal (proposed_at DESC, id DESC);

-- What a proposal holds: of an import each item with its source, of a withdrawal each item. Approved, it says what became of it; rows of
-- items that were not proposed themselves are those that the material replaces.
CREATE TABLE trust_proposed (
    proposal uuid  NOT NULL REFERENCES trust_proposal,
    item     bytea NOT NULL REFERENCES trust_item,
    sources  jsonb NOT NULL,
    effect   text  NOT NULL,
    PRIMARY KEY (proposal, item)
);
CREATE INDEX trust_proposed_item ON trust_proposed (item);

-- How far a person has seen the effect of a proposal, and on which version it was counted.
CREATE TABLE trust_seen (
    proposal uuid        NOT NULL REFERENCES trust_proposal,
    person   text        NOT NULL,
    version  bigint      NOT NULL,
    upto     integer     NOT NULL,
    at       timestamptz NOT NULL,
    PRIMARY KEY (proposal, person)
);

-- +goose Down
DROP TABLE trust_seen, trust_proposed, trust_proposal, trust_item;
