-- +goose Up
-- Shifts and the post register. The facts are records (kind shift.event); these rows are what they come to, for screens.

CREATE TABLE shift (
    id          uuid        PRIMARY KEY,
    responsible text        NOT NULL,             -- log-in name
    covers_from timestamptz NOT NULL,             -- its register begins where the last one ended
    begun_at    timestamptz NOT NULL,
    offered_at  timestamptz,                      -- closed by its supervisor; the register tells what happened before
    offered_by  text        NOT NULL DEFAULT '',
    note        text        NOT NULL DEFAULT '',
    register    bytea,                            -- border/shift.Register as JSON: exactly the bytes that are signed
    digest      text        NOT NULL DEFAULT '',
    signed_at   timestamptz,
    signed_by   text        NOT NULL DEFAULT '',
    CHECK (covers_from <= begun_at AND begun_at <= offered_at),
    CHECK ((offered_at IS NULL) = (digest = '') AND (offered_at IS NULL) = (register IS NULL)),
    CHECK ((signed_at IS NULL) = (signed_by = '') AND (signed_at IS NULL OR signed_by <> offered_by AND signed_by <> responsible))
);
-- One shift runs at a time.
CREATE UNIQUE INDEX shift_one_runs ON shift ((offered_at IS NULL)) WHERE offered_at IS NULL;
CREATE INDEX shift_begun ON shift (begun_at DESC, id);

CREATE TABLE shift_member (
    shift_id  uuid        NOT NULL REFERENCES shift (id),
    person    text        NOT NULL,
    joined_at timestamptz NOT NULL,
    left_at   timestamptz,
    PRIMARY KEY (shift_id, person, joined_at)
);

CREATE TABLE shift_lane (
    id        uuid        PRIMARY KEY,
    lane      text        NOT NULL,
    direction text        NOT NULL CHECK (direction IN ('entry', 'exit')),
    officer   text        NOT NULL,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    cause     text        NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX shift_lane_officer ON shift_lane (officer) WHERE closed_at IS NULL;
CREATE INDEX shift_lane_time ON shift_lane (opened_at);

CREATE TABLE shift_relaxation (
    id      uuid        PRIMARY KEY,
    level   text        NOT NULL,
    reason  text        NOT NULL,
    by      text        NOT NULL,
    from_at timestamptz NOT NULL,
    until_at timestamptz
);
CREATE UNIQUE INDEX shift_relaxation_one ON shift_relaxation ((until_at IS NULL)) WHERE until_at IS NULL;

CREATE TABLE shift_note (
    id      uuid        PRIMARY KEY,
    section text        NOT NULL,
    kind    text        NOT NULL,
    text    text        NOT NULL,
    by      text        NOT NULL,
    at      timestamptz NOT NULL
);
CREATE INDEX shift_note_at ON shift_note (at);

CREATE TABLE shift_stamp (
    id        uuid        PRIMARY KEY,
    code      text        NOT NULL,
    holder    text        NOT NULL,
    issued_at timestamptz NOT NULL,
    ended_at  timestamptz,
    lost      boolean     NOT NULL DEFAULT false,
    remark    text        NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX shift_stamp_out ON shift_stamp (code) WHERE ended_at IS NULL OR lost;
CREATE INDEX shift_stamp_time ON shift_stamp (issued_at);

-- Every version of what was completed by hand.
CREATE TABLE shift_text (
    shift_id uuid        NOT NULL REFERENCES shift (id),
    section  text        NOT NULL,
    version  integer     NOT NULL,
    text     text        NOT NULL,
    by       text        NOT NULL,
    at       timestamptz NOT NULL,
    late     boolean     NOT NULL,
    PRIMARY KEY (shift_id, section, version)
);

CREATE TABLE shift_read (
    shift_id uuid        NOT NULL REFERENCES shift (id),
    person   text        NOT NULL,
    read_at  timestamptz NOT NULL,
    PRIMARY KEY (shift_id, person)
);

CREATE TABLE shift_outage (
    id      uuid        PRIMARY KEY,
    lost_at timestamptz NOT NULL,
    back_at timestamptz
);
CREATE UNIQUE INDEX shift_outage_one ON shift_outage ((back_at IS NULL)) WHERE back_at IS NULL;

CREATE INDEX decision_time ON decision (decided_at);
CREATE INDEX correction_time ON correction (corrected_at);
CREATE INDEX record_recorded ON record (kind, recorded_at);
REVOKE DELETE, TRUNCATE ON shift, shift_member, shift_lane, shift_relaxation, shift_note, shift_stamp, shift_text, shift_read,
    shift_outage FROM bmis_app;
REVOKE UPDATE ON shift_note, shift_text, shift_read FROM bmis_app;

-- +goose Down
DROP INDEX record_recorded, correction_time, decision_time;
DROP TABLE shift_outage, shift_read, shift_text, shift_stamp, shift_note, shift_relaxation, shift_lane, shift_member, shift;
