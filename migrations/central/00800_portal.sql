-- +goose Up
-- What the public portal of visas keeps. The role bmis_portal may touch this schema and nothing else of the database. What people write is
-- sealed: a draft for the portal, what was sent for the centre alone, what the centre tells for the portal alone.

CREATE SCHEMA portal;
GRANT USAGE ON SCHEMA portal TO bmis_portal;

-- An application, of one person or of a group, from its begin until it was sent; afterwards what it became.
CREATE TABLE portal.draft (
    id         uuid        PRIMARY KEY,
    version    integer     NOT NULL,
    language   text        NOT NULL,
    generation text        NOT NULL, -- of the key that wraps; '' once it was sent
    wrapped    bytea,                -- its data key
    sealed     bytea,                -- its answers
    email_mark bytea,                -- keyed hash of the address, to find it again
    started_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    sent_at    timestamptz,
    sent       jsonb,                -- references and fees, no person's data
    paid_at    timestamptz,          -- or free
    CHECK ((sent_at IS NULL) = (sent IS NULL)),
    CHECK ((sent_at IS NULL) = (wrapped IS NOT NULL)),
    CHECK ((sent_at IS NULL) = (sealed IS NOT NULL))
);
CREATE INDEX draft_email ON portal.draft (email_mark) WHERE email_mark IS NOT NULL AND sent_at IS NULL;
CREATE INDEX draft_expires ON portal.draft (expires_at) WHERE paid_at IS NULL;

CREATE TABLE portal.file (
    id       uuid        PRIMARY KEY,
    draft_id uuid        NOT NULL REFERENCES portal.draft ON DELETE CASCADE,
    sealed   bytea       NOT NULL,
    at       timestamptz NOT NULL
);
CREATE INDEX file_draft ON portal.file (draft_id);

-- Browsers that know a draft or an application that was sent, and links that were e-mailed; each by the digest of its token.
CREATE TABLE portal.session (
    digest         bytea       PRIMARY KEY,
    draft_id       uuid        REFERENCES portal.draft ON DELETE CASCADE,
    application_id uuid,
    until          timestamptz NOT NULL,
    CHECK ((draft_id IS NULL) <> (application_id IS NULL))
);
CREATE INDEX session_draft ON portal.session (draft_id) WHERE draft_id IS NOT NULL;
CREATE INDEX session_until ON portal.session (until);
CREATE TABLE portal.link (
    digest   bytea       PRIMARY KEY,
    draft_id uuid        NOT NULL REFERENCES portal.draft ON DELETE CASCADE,
    until    timestamptz NOT NULL
);
CREATE INDEX link_draft ON portal.link (draft_id);

-- The keys by which both sides seal for each other, and the key of marks that both know.
CREATE TABLE portal.centre_key (
    id    text        PRIMARY KEY,
    point bytea       NOT NULL,
    at    timestamptz NOT NULL
);
CREATE TABLE portal.portal_key (
    id    text        PRIMARY KEY,
    point bytea       NOT NULL,
    at    timestamptz NOT NULL DEFAULT clock_timestamp() -- the newest counts: never what the portal says
);
CREATE TABLE portal.blind_key (
    only_row   boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
    id         uuid        NOT NULL,
    for_portal bytea       NOT NULL,
    for_centre bytea       NOT NULL,
    at         timestamptz NOT NULL
);

-- What is handed over to the centre, in order. A held one waits for its fee. The centre empties what it has taken.
CREATE TABLE portal.parcel (
    seq            bigint      GENERATED ALWAYS AS IDENTITY UNIQUE,
    id             uuid        PRIMARY KEY,
    kind           text        NOT NULL CHECK (kind IN ('application', 'paid', 'reply', 'withdrawal', 'appeal')),
    group_id       uuid        NOT NULL,
    application_id uuid        NOT NULL,
    at             timestamptz NOT NULL,
    key_id         uuid        NOT NULL,
    envelope       bytea,
    centre_key     text        NOT NULL,
    sealed         bytea,
    held           boolean     NOT NULL,
    taken_at       timestamptz,
    CHECK ((taken_at IS NULL) = (sealed IS NOT NULL)),
    CHECK (NOT (held AND taken_at IS NOT NULL))
);
CREATE INDEX parcel_waiting ON portal.parcel (seq) WHERE taken_at IS NULL AND NOT held;
CREATE INDEX parcel_group ON portal.parcel (group_id);
CREATE TABLE portal.parcel_file (
    parcel_id uuid  NOT NULL REFERENCES portal.parcel ON DELETE CASCADE,
    file_id   uuid  NOT NULL,
    sealed    bytea NOT NULL,
    PRIMARY KEY (parcel_id, file_id)
);

-- How an application that was sent is found by who knows its reference and the birth date, and what was told of it.
CREATE TABLE portal.standing (
    application_id uuid        PRIMARY KEY,
    group_id       uuid        NOT NULL,
    reference      text        NOT NULL UNIQUE,
    birth_mark     bytea       NOT NULL,
    type           text        NOT NULL,
    fee_minor      bigint      NOT NULL,
    fee_currency   text        NOT NULL,
    sent_at        timestamptz NOT NULL,
    paid_at        timestamptz
);
CREATE INDEX standing_group ON portal.standing (group_id);
CREATE TABLE portal.answer (
    application_id uuid        NOT NULL REFERENCES portal.standing ON DELETE CASCADE,
    what           text        NOT NULL, -- a request's id, withdrawal, appeal
    at             timestamptz NOT NULL,
    PRIMARY KEY (application_id, what)
);
CREATE TABLE portal.told (
    application_id uuid        PRIMARY KEY,
    version        integer     NOT NULL,
    key_id         uuid        NOT NULL,
    envelope       bytea       NOT NULL,
    sealed         bytea       NOT NULL,
    at             timestamptz NOT NULL
);
CREATE TABLE portal.notice (
    application_id uuid        PRIMARY KEY,
    key_id         uuid        NOT NULL,
    envelope       bytea       NOT NULL,
    sealed         bytea       NOT NULL,
    at             timestamptz NOT NULL
);

-- Marks of a number and a document number for which a visa is in force. It tells nothing to whoever has not the key of marks.
CREATE TABLE portal.verify (
    mark       bytea PRIMARY KEY,
    from_day   date  NOT NULL,
    until_day  date  NOT NULL
);
CREATE TABLE portal.rules (
    only_row boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
    version  text        NOT NULL,
    body     jsonb       NOT NULL, -- evisa.RuleBook
    at       timestamptz NOT NULL
);

-- Letters that wait to go out, sealed for the portal; emptied when they went.
CREATE TABLE portal.mail (
    seq      bigint      GENERATED ALWAYS AS IDENTITY UNIQUE,
    id       uuid        PRIMARY KEY,
    key_id   uuid        NOT NULL,
    envelope bytea,
    sealed   bytea,
    at       timestamptz NOT NULL,
    next_at  timestamptz NOT NULL,
    tries    integer     NOT NULL DEFAULT 0,
    fault    text        NOT NULL DEFAULT '', -- code of the last failure
    done_at  timestamptz,
    outcome  text        NOT NULL DEFAULT '' CHECK (outcome IN ('', 'sent', 'refused')),
    CHECK ((done_at IS NULL) = (sealed IS NOT NULL)),
    CHECK ((done_at IS NULL) = (outcome = ''))
);
CREATE INDEX mail_waiting ON portal.mail (next_at) WHERE done_at IS NULL;

-- What guessing costs, by keyed hash of a reference, an address or a source.
CREATE TABLE portal.brake (
    mark    bytea       PRIMARY KEY,
    count   integer     NOT NULL,
    last    timestamptz NOT NULL,
    refused integer     NOT NULL
);
CREATE INDEX brake_last ON portal.brake (last);

-- What was done here with somebody's record; the centre takes it into its audit log.
CREATE TABLE portal.act (
    seq      bigint      GENERATED ALWAYS AS IDENTITY UNIQUE,
    id       uuid        PRIMARY KEY,
    at       timestamptz NOT NULL,
    verb     text        NOT NULL,
    kind     text        NOT NULL,
    object   uuid        NOT NULL,
    result   text        NOT NULL,
    taken_at timestamptz
);
CREATE INDEX act_waiting ON portal.act (seq) WHERE taken_at IS NULL;

-- The portal's rights. It reads no parcel's body and writes nothing of what the centre tells.
GRANT SELECT, INSERT, UPDATE, DELETE ON portal.draft, portal.file, portal.session, portal.link, portal.standing, portal.answer, portal.mail, portal.brake
    TO bmis_portal;
GRANT SELECT ON portal.centre_key, portal.told, portal.notice, portal.verify, portal.rules TO bmis_portal;
GRANT SELECT, INSERT ON portal.blind_key TO bmis_portal;
GRANT SELECT, INSERT (id, point) ON portal.portal_key TO bmis_portal;
GRANT INSERT, DELETE, SELECT (id, kind, group_id, application_id, held, taken_at), UPDATE (held) ON portal.parcel TO bmis_portal;
GRANT INSERT ON portal.parcel_file TO bmis_portal;

-- What was handed over is the centre's: the portal lets go or takes back only what is still held.
ALTER TABLE portal.parcel ENABLE ROW LEVEL SECURITY;
CREATE POLICY parcel_centre ON portal.parcel TO bmis_app USING (true);
CREATE POLICY parcel_see ON portal.parcel FOR SELECT TO bmis_portal USING (true);
CREATE POLICY parcel_hand_over ON portal.parcel FOR INSERT TO bmis_portal WITH CHECK (taken_at IS NULL);
CREATE POLICY parcel_let_go ON portal.parcel FOR UPDATE TO bmis_portal USING (held) WITH CHECK (NOT held);
CREATE POLICY parcel_take_back ON portal.parcel FOR DELETE TO bmis_portal USING (held);
GRANT INSERT ON portal.act TO bmis_portal;

-- The centre reads no draft, and no act is ever changed.
REVOKE ALL ON portal.draft, portal.file, portal.session, portal.link, portal.brake, portal.mail FROM bmis_app;
GRANT INSERT ON portal.mail TO bmis_app;
REVOKE INSERT, DELETE, TRUNCATE, UPDATE ON portal.act FROM bmis_app;
GRANT UPDATE (taken_at) ON portal.act TO bmis_app;
REVOKE INSERT, TRUNCATE ON portal.parcel, portal.parcel_file FROM bmis_app;
REVOKE INSERT, UPDATE, TRUNCATE ON portal.portal_key FROM bmis_app;
