-- What the payment provider itself says of the payments that the portal tells of: the portal stands on the internet, and is not believed. The
-- centre asks the provider, after it has taken the parcel; no visa is issued on a payment that nobody has confirmed.

-- +goose Up
CREATE TABLE visa_payment_proof (
    application_id uuid        PRIMARY KEY,
    group_id       uuid        NOT NULL,
    payment        uuid        NOT NULL, -- as the portal names it
    provider       text        NOT NULL,
    ref            text        NOT NULL, -- the provider's, of the payment
    fee            bigint      NOT NULL, -- that the application says was paid, minor units
    currency       text        NOT NULL,
    outcome        text        NOT NULL CHECK (outcome IN ('unanswered', 'confirmed', 'denied')),
    asked_at       timestamptz NOT NULL,
    answered_at    timestamptz,          -- the newest answer of the provider
    tries          integer     NOT NULL
);
CREATE INDEX visa_payment_proof_ref ON visa_payment_proof (provider, ref);
CREATE INDEX visa_payment_proof_open ON visa_payment_proof (asked_at) WHERE outcome <> 'confirmed';
REVOKE DELETE, TRUNCATE ON visa_payment_proof FROM bmis_app;

-- A guard of decisions: whatever the program does, nothing is approved while the provider has not answered. What it denies is a hit, which
-- visa_application_guard wants judged.
-- +goose StatementBegin
CREATE FUNCTION visa_payment_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM public.visa_payment_proof WHERE application_id = NEW.application_id AND outcome = 'unanswered') THEN
        RAISE EXCEPTION 'the payment is not confirmed' USING ERRCODE = 'check_violation', CONSTRAINT = 'visa_guard_paid';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER visa_payment_guard BEFORE INSERT ON visa_application_event FOR EACH ROW WHEN (NEW.kind = 'approved') EXECUTE FUNCTION visa_payment_guard();

-- +goose Down
DROP TRIGGER visa_payment_guard ON visa_application_event;
DROP FUNCTION visa_payment_guard;
DROP TABLE visa_payment_proof;
