-- Parcels of the portal that cannot be used. One that cannot be opened stays where it is, sealed as it came: the portal can neither change nor
-- take back what it let go. One whose contents do not read stands in visa_application_parcel, under the key of its application.

-- +goose Up
CREATE TABLE visa_parcel_quarantine (
    parcel_id      uuid        PRIMARY KEY,
    application_id uuid        NOT NULL,
    kind           text        NOT NULL,
    made_at        timestamptz NOT NULL, -- as the portal says
    centre_key     text        NOT NULL, -- that it is sealed for; '' of one that was opened
    files          integer     NOT NULL,
    bytes          bigint      NOT NULL, -- of what is sealed
    reason         text        NOT NULL CHECK (reason IN ('other_key', 'envelope', 'body', 'file', 'keep', 'contents')),
    state          text        NOT NULL CHECK (state IN ('waiting', 'set_aside', 'taken', 'erased')),
    first_at       timestamptz NOT NULL,
    last_at        timestamptz NOT NULL, -- tried
    tries          integer     NOT NULL CHECK (tries > 0),
    next_at        timestamptz,          -- tried again by itself; null: only when somebody asks
    decided_at     timestamptz,          -- set aside, or asked for again
    decided_by     text        NOT NULL DEFAULT '', -- log-in name
    why            text        NOT NULL DEFAULT ''  -- it was set aside
);
CREATE INDEX visa_parcel_quarantine_open ON visa_parcel_quarantine (first_at, parcel_id) WHERE state IN ('waiting', 'set_aside');
CREATE INDEX visa_parcel_quarantine_application ON visa_parcel_quarantine (application_id) WHERE state = 'waiting';
REVOKE DELETE, TRUNCATE ON visa_parcel_quarantine FROM bmis_app;

-- Applications of which something came that the centre cannot read: the portal says so to the applicant, and nothing else.
CREATE TABLE portal.unread (
    application_id uuid        PRIMARY KEY,
    at             timestamptz NOT NULL,
    final          boolean     NOT NULL -- it is not waited for any more
);
GRANT SELECT ON portal.unread TO bmis_portal;

-- +goose Down
DROP TABLE portal.unread;
DROP TABLE visa_parcel_quarantine;
