-- +goose Up
-- Copy numbers of the standard form: gapless per crossing point and year, for the row is locked until the refusal is written.
CREATE TABLE refusal_counter (
    station text    NOT NULL,
    year    integer NOT NULL,
    last    integer NOT NULL CHECK (last > 0),
    PRIMARY KEY (station, year)
);

-- Every time a form left the printer, newest number last. The record (kind refusal.issued) is the fact.
CREATE TABLE refusal_print (
    crossing_id uuid        NOT NULL REFERENCES decision (crossing_id),
    copy        integer     NOT NULL CHECK (copy > 0),
    language    text        NOT NULL,
    printed_at  timestamptz NOT NULL,
    officer     text        NOT NULL,
    PRIMARY KEY (crossing_id, copy)
);
CREATE INDEX decision_refused ON decision (decided_at DESC, crossing_id) WHERE verdict = 'refuse';

-- +goose Down
DROP INDEX decision_refused;
DROP TABLE refusal_print, refusal_counter;
