-- +goose Up
-- Facts about a person, a case or a shift, other than decisions at a counter: border.Record. Rows are only ever added.
CREATE TABLE record (
    id          uuid        PRIMARY KEY,
    kind        text        NOT NULL,
    file_id     uuid,                       -- the individual file; null when it is about none
    subject     uuid,                       -- the crossing, case, manifest or shift that it continues
    supersedes  uuid[]      NOT NULL DEFAULT '{}',
    station     text        NOT NULL,
    lane        text        NOT NULL,
    officer     text        NOT NULL,
    zone        text        NOT NULL,
    event_time  timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    origin      text        NOT NULL,
    status      text        NOT NULL CHECK (status IN ('confirmed', 'provisional')),
    body        jsonb       NOT NULL
);
CREATE INDEX record_file ON record (file_id, event_time) WHERE file_id IS NOT NULL;
CREATE INDEX record_subject ON record (subject, recorded_at) WHERE subject IS NOT NULL;
CREATE INDEX record_time ON record (kind, event_time);
REVOKE UPDATE, DELETE, TRUNCATE ON record FROM bmis_app;

-- What an officer knows of a traveller besides the document: border.Circumstances.
ALTER TABLE scan ADD COLUMN circumstances jsonb NOT NULL DEFAULT '{}';
-- A decision made without the centre is provisional until it is checked again.
ALTER TABLE decision ADD COLUMN status text NOT NULL DEFAULT 'confirmed' CHECK (status IN ('confirmed', 'provisional'));
ALTER TABLE decision ADD COLUMN referral uuid;   -- the case whose outcome it is
ALTER TABLE decision ADD COLUMN approver text NOT NULL DEFAULT '';
-- The decision as the centre was told it, whole.
ALTER TABLE decision ADD COLUMN event jsonb;
CREATE INDEX decision_inspection ON decision (inspection_id);

-- +goose Down
DROP INDEX decision_inspection;
ALTER TABLE decision DROP COLUMN event, DROP COLUMN approver, DROP COLUMN referral, DROP COLUMN status;
ALTER TABLE scan DROP COLUMN circumstances;
DROP TABLE record;
