-- Persons of whom a version of a risk rule could not be asked: counted, of nobody in particular, and shown with the rule.

-- +goose Up
CREATE TABLE risk_fault (
    rule    uuid        NOT NULL,
    n       integer     NOT NULL,
    times   bigint      NOT NULL CHECK (times > 0),
    last_at timestamptz NOT NULL,
    PRIMARY KEY (rule, n),
    FOREIGN KEY (rule, n) REFERENCES risk_version
);
REVOKE DELETE, TRUNCATE ON risk_fault FROM bmis_app;

-- +goose Down
DROP TABLE risk_fault;
