-- Fees of applications: what is owed, what came in, what goes back. Nothing here names a person, and no card's number ever comes here.
-- Payments are never changed or deleted; a group of applications is paid at most once (payment_counts).

-- +goose Up
-- Whoever works on the fee of a group locks its row here.
CREATE TABLE portal.payment_group (
    group_id uuid PRIMARY KEY
);

CREATE TABLE portal.payment_order (
    id          uuid        PRIMARY KEY, -- the idempotency key at the provider
    group_id    uuid        NOT NULL,
    application uuid        NOT NULL,    -- the lead's
    amount      bigint      NOT NULL CHECK (amount > 0), -- minor units
    currency    text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    language    text        NOT NULL,
    state       text        NOT NULL CHECK (state IN ('created', 'pending', 'paid', 'failed', 'expired', 'refund_due', 'refunded')),
    provider    text        NOT NULL DEFAULT '',
    ref         text        NOT NULL DEFAULT '', -- the provider's
    page        text        NOT NULL DEFAULT '', -- where it is paid
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz,             -- of the page
    changed_at  timestamptz NOT NULL,
    next_at     timestamptz,             -- when the provider is asked about it; null: no more
    tries       integer     NOT NULL DEFAULT 0,
    CHECK (state <> 'created' OR ref = '')
);
CREATE UNIQUE INDEX payment_order_one ON portal.payment_order (group_id) WHERE state IN ('created', 'pending', 'paid');
CREATE UNIQUE INDEX payment_order_ref ON portal.payment_order (provider, ref) WHERE ref <> '';
CREATE INDEX payment_order_group ON portal.payment_order (group_id);
CREATE INDEX payment_order_due ON portal.payment_order (next_at) WHERE next_at IS NOT NULL;

CREATE TABLE portal.payment (
    id       uuid        PRIMARY KEY,
    order_id uuid        NOT NULL REFERENCES portal.payment_order,
    group_id uuid        NOT NULL,
    provider text        NOT NULL,
    ref      text        NOT NULL, -- the provider's
    amount   bigint      NOT NULL,
    currency text        NOT NULL,
    paid_at  timestamptz NOT NULL, -- as the provider says
    kept_at  timestamptz NOT NULL,
    counts   boolean     NOT NULL, -- the group is paid by it; what does not count goes back
    UNIQUE (provider, ref)
);
CREATE UNIQUE INDEX payment_counts ON portal.payment (group_id) WHERE counts;
CREATE INDEX payment_order_id ON portal.payment (order_id);

CREATE TABLE portal.payment_refund (
    id         uuid        PRIMARY KEY, -- the idempotency key at the provider
    payment_id uuid        NOT NULL REFERENCES portal.payment,
    amount     bigint      NOT NULL CHECK (amount > 0),
    currency   text        NOT NULL,
    reason     text        NOT NULL CHECK (reason IN ('paid_twice', 'wrong_amount', 'wrong_currency', 'centre')),
    wanted     uuid        UNIQUE,      -- the centre's wish, where it is one
    state      text        NOT NULL CHECK (state IN ('due', 'asked', 'done', 'refused')),
    ref        text        NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    next_at    timestamptz,
    tries      integer     NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX payment_refund_by_itself ON portal.payment_refund (payment_id) WHERE reason <> 'centre';
CREATE INDEX payment_refund_payment ON portal.payment_refund (payment_id);
CREATE INDEX payment_refund_due ON portal.payment_refund (next_at) WHERE next_at IS NOT NULL;

-- What happened, in its order.
CREATE TABLE portal.payment_event (
    n        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id uuid        REFERENCES portal.payment_order, -- null: a call-back that was refused
    kind     text        NOT NULL,
    detail   jsonb       NOT NULL DEFAULT '{}',
    at       timestamptz NOT NULL
);
CREATE INDEX payment_event_order ON portal.payment_event (order_id, n);

-- What the consular desk wants to go back. Written by the centre, taken up by the portal.
CREATE TABLE portal.refund_wanted (
    id       uuid        PRIMARY KEY,
    group_id uuid        NOT NULL,
    amount   bigint      CHECK (amount > 0), -- null: all that was paid and has not gone back
    at       timestamptz NOT NULL,
    taken_at timestamptz,
    answer   text        NOT NULL DEFAULT '' -- 'due', or why not: 'not_paid', 'too_much', 'gone_back'
);
CREATE INDEX refund_wanted_open ON portal.refund_wanted (at) WHERE taken_at IS NULL;
CREATE INDEX refund_wanted_group ON portal.refund_wanted (group_id);

GRANT SELECT, INSERT, UPDATE ON portal.payment_group TO bmis_portal;
REVOKE ALL ON portal.payment_group FROM bmis_app;
-- The portal collects, and never changes what came in; the centre reads, and says what it wants back.
GRANT SELECT, INSERT, UPDATE ON portal.payment_order, portal.payment_refund TO bmis_portal;
GRANT SELECT, INSERT ON portal.payment, portal.payment_event TO bmis_portal;
GRANT SELECT, UPDATE (taken_at, answer) ON portal.refund_wanted TO bmis_portal;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON portal.payment_order, portal.payment, portal.payment_refund, portal.payment_event FROM bmis_app;
REVOKE UPDATE, DELETE, TRUNCATE ON portal.refund_wanted FROM bmis_app;

-- +goose Down
DROP TABLE portal.refund_wanted, portal.payment_event, portal.payment_refund, portal.payment, portal.payment_order, portal.payment_group;
