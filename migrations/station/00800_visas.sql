-- Visas as the centre tells the crossing points of them (dataset visas), the rules of entry (dataset visa_rules), and the entries that were
-- made on visas here.

-- +goose Up
CREATE TABLE visa (
    number   text   PRIMARY KEY,
    document text   NOT NULL,                    -- number of the document that it was issued on, folded
    earlier  text[] NOT NULL,                    -- of those before, folded
    persons  text[] NOT NULL,                    -- birth date and beginning of each part of the name
    data     json   NOT NULL                     -- evisa.Row
);
CREATE INDEX visa_document ON visa (document) WHERE document <> '';
CREATE INDEX visa_earlier ON visa USING gin (earlier) WITH (fastupdate = off) WHERE earlier <> '{}';
CREATE INDEX visa_persons ON visa USING gin (persons) WITH (fastupdate = off);

-- Rows of the dataset that this release cannot use.
CREATE TABLE visa_fault (key text PRIMARY KEY);

-- The rules in force: one row, or none. A book that this release cannot read is null.
CREATE TABLE visa_rules (
    one  boolean PRIMARY KEY DEFAULT true CHECK (one),
    book json                                    -- evisa.RuleBook
);

-- Entries on visas that were admitted here: what the check found, kept with the decision. It names nobody.
CREATE TABLE visa_use (
    crossing_id uuid        PRIMARY KEY REFERENCES decision (crossing_id),
    number      text        NOT NULL,
    at          timestamptz NOT NULL,
    date        text        NOT NULL
);
CREATE INDEX visa_use_number ON visa_use (number);

-- +goose Down
DROP TABLE visa_use, visa_rules, visa_fault, visa;
