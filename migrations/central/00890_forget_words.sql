-- When the law takes an expected passenger, what people wrote of him goes too, and what a hit says that turned out not to be of him. That there
-- was a hit, on which alert, and what came of it stays for the counts. A hit that is open or was confirmed is its agency's case, and stays.

-- +goose Up
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION risk_forget() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM public.risk_link WHERE person = OLD.id;
    DELETE FROM public.risk_dryrun_hit WHERE person = OLD.id;
    DELETE FROM public.risk_hit_detail WHERE hit IN (SELECT id FROM public.risk_hit WHERE person = OLD.id);
    IF TG_OP = 'DELETE' THEN
        DELETE FROM public.risk_hit WHERE person = OLD.id;
    ELSE
        UPDATE public.risk_hit_step SET note = '–' WHERE note <> '' AND hit IN (SELECT id FROM public.risk_hit WHERE person = OLD.id);
    END IF;
    RETURN NULL;
END $$;

-- hit_bare is a hit's beginning (hit.Raise) without the person that it was about.
CREATE FUNCTION hit_bare(raise jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT (raise - 'companions' - 'transport') || '{"identity": {}, "document": {}, "evidence": []}'
$$;

-- desk_forget is what forgotten_at does, once: nobody else may change what was written about a hit.
CREATE FUNCTION desk_forget() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    step  record;
    bare  jsonb;
    place text[];
BEGIN
    NEW.raise := public.hit_bare(NEW.raise);
    IF TG_TABLE_NAME = 'discreet_hit' THEN
        UPDATE public.discreet_step SET body = NULL WHERE hit = NEW.id AND body IS NOT NULL;
        RETURN NEW;
    END IF;
    FOR step IN SELECT n, event FROM public.desk_step WHERE hit = NEW.id LOOP
        bare := step.event;
        IF bare ? 'raise' THEN
            bare := jsonb_set(bare, '{raise}', public.hit_bare(bare -> 'raise'));
        END IF;
        -- What was typed: the step was allowed because something stood there, and is read again.
        FOREACH place SLICE 1 IN ARRAY ARRAY[['note', NULL], ['judgement', 'remark'], ['outcome', 'remark'], ['outcome', 'override'],
            ['question', 'message'], ['answer', 'text'], ['answer', 'instructions']] LOOP
            bare := jsonb_set(bare, array_remove(place, NULL), '"–"', false);
        END LOOP;
        UPDATE public.desk_step SET event = bare WHERE hit = NEW.id AND n = step.n;
    END LOOP;
    UPDATE public.desk_answer SET answer = jsonb_set(jsonb_set(answer, '{text}', '"–"', false), '{instructions}', '"–"', false) WHERE hit = NEW.id;
    RETURN NEW;
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION desk_forget() FROM PUBLIC;
ALTER TABLE desk_hit ADD COLUMN forgotten_at timestamptz;
ALTER TABLE discreet_hit ADD COLUMN forgotten_at timestamptz;
CREATE TRIGGER desk_forget BEFORE UPDATE OF forgotten_at ON desk_hit FOR EACH ROW
    WHEN (OLD.forgotten_at IS NULL AND NEW.forgotten_at IS NOT NULL) EXECUTE FUNCTION desk_forget();
CREATE TRIGGER desk_forget BEFORE UPDATE OF forgotten_at ON discreet_hit FOR EACH ROW
    WHEN (OLD.forgotten_at IS NULL AND NEW.forgotten_at IS NOT NULL) EXECUTE FUNCTION desk_forget();

-- Who went before this is done by it too.
UPDATE risk_hit_step s SET note = '–' FROM risk_hit h JOIN passenger_person p ON p.id = h.person
    WHERE s.hit = h.id AND s.note <> '' AND p.masked_at IS NOT NULL;
UPDATE desk_hit h SET forgotten_at = clock_timestamp() FROM passenger_person p WHERE p.id = h.traveller_id AND p.masked_at IS NOT NULL
    AND h.raise ? 'flight' AND h.closed_at IS NOT NULL AND h.outcome IN ('not_same', 'not_confirmed', 'mistaken_scan', 'alert_withdrawn');
UPDATE discreet_hit h SET forgotten_at = clock_timestamp() FROM passenger_person p WHERE p.id = h.traveller_id AND p.masked_at IS NOT NULL
    AND h.raise ? 'flight' AND h.state = 'not_same';

-- +goose Down
DROP TRIGGER desk_forget ON discreet_hit;
DROP TRIGGER desk_forget ON desk_hit;
ALTER TABLE discreet_hit DROP COLUMN forgotten_at;
ALTER TABLE desk_hit DROP COLUMN forgotten_at;
DROP FUNCTION desk_forget(), hit_bare(jsonb);
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION risk_forget() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM public.risk_link WHERE person = OLD.id;
    DELETE FROM public.risk_dryrun_hit WHERE person = OLD.id;
    DELETE FROM public.risk_hit_detail WHERE hit IN (SELECT id FROM public.risk_hit WHERE person = OLD.id);
    IF TG_OP = 'DELETE' THEN
        DELETE FROM public.risk_hit WHERE person = OLD.id;
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
