-- +goose Up
-- A referral is a case of the second line: the decision that referred the traveller opens it, in the same transaction. Its steps are
-- records (kind referral.event, subject = id), which are the facts; this row is what they come to, for the queue.
CREATE TABLE referral (
    id            uuid        PRIMARY KEY REFERENCES decision (crossing_id),
    inspection_id uuid        NOT NULL REFERENCES inspection (id),
    file_id       uuid        NOT NULL REFERENCES traveller (id),
    station       text        NOT NULL,
    zone          text        NOT NULL,
    lane          text        NOT NULL,
    direction     text        NOT NULL,
    referred_by   text        NOT NULL,               -- log-in name
    reason        text        NOT NULL,
    severity      text        NOT NULL,               -- the gravest of what the checks had found
    surname       text        NOT NULL,
    given_names   text        NOT NULL,
    opened_at     timestamptz NOT NULL,
    owner         text        NOT NULL DEFAULT '',    -- log-in name; empty while nobody has claimed it
    claimed_at    timestamptz,
    steps         integer     NOT NULL DEFAULT 0,     -- how many records it has; the next is numbered so
    changed_at    timestamptz NOT NULL,               -- by the database's clock: it tells two states apart
    outcome       text        NOT NULL DEFAULT '',    -- 'withdrawn' when the first line undid the referral in time
    closed_at     timestamptz,
    CHECK ((outcome = '') = (closed_at IS NULL)),
    CHECK ((owner = '') = (claimed_at IS NULL))
) WITH (fillfactor = 80);
CREATE INDEX referral_open ON referral (opened_at, id) INCLUDE (owner) WHERE closed_at IS NULL;
CREATE INDEX referral_owner ON referral (owner, opened_at, id) WHERE closed_at IS NULL;
CREATE INDEX referral_outcomes ON referral (lane, closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX referral_changed ON referral (changed_at);
CREATE INDEX referral_file ON referral (file_id, opened_at);
CREATE INDEX referral_inspection ON referral (inspection_id);
REVOKE DELETE, TRUNCATE ON referral FROM bmis_app;
CREATE INDEX decision_referral ON decision (referral) WHERE referral IS NOT NULL;
-- People who travel together share a group, or what carries them; looked up when a case is opened.
CREATE INDEX scan_time ON scan (scanned_at);
CREATE INDEX scan_group ON scan ((circumstances ->> 'group')) WHERE circumstances ? 'group';

-- +goose Down
DROP INDEX scan_group;
DROP INDEX scan_time;
DROP INDEX decision_referral;
DROP TABLE referral;
