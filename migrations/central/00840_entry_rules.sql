-- The versions of the rules of entry: who needs a visa, as a State decided it. A version is proposed by one person and put in force by a
-- second one; nothing of it changes afterwards.

-- +goose Up
CREATE TABLE entry_rules (
    id              uuid        PRIMARY KEY,
    n               bigint      GENERATED ALWAYS AS IDENTITY UNIQUE,
    version         text        NOT NULL,
    book            json        NOT NULL,           -- evisa.RuleBook
    remark          text        NOT NULL,
    state           text        NOT NULL CHECK (state IN ('proposed', 'approved', 'rejected')),
    base            uuid        REFERENCES entry_rules (id), -- in force when it was proposed; null is none
    proposed_by     text        NOT NULL,
    proposed_login  text        NOT NULL,
    proposed_at     timestamptz NOT NULL,
    decided_by      text        NOT NULL DEFAULT '',
    decided_login   text        NOT NULL DEFAULT '',
    decided_at      timestamptz,
    why             text        NOT NULL DEFAULT '',
    dataset_version bigint                          -- of dataset visa_rules
);
CREATE UNIQUE INDEX entry_rules_version ON entry_rules (version) WHERE state <> 'rejected';
CREATE INDEX entry_rules_decided ON entry_rules (decided_at) WHERE state = 'approved';

-- +goose Down
DROP TABLE entry_rules;
