-- The alerts of the old national list become alerts of list "national", with who made and who withdrew them, when and why. They were put in
-- force by one person, before lists had two: what is written here says so. The carried alerts are left as an approved publication, which the
-- centre carries out when it starts (internal/postgres/listdb): it signs the versions of the dataset and writes the audit log, as always.

-- +goose Up
-- Texts as internal/postgres/listdb writes them.
-- +goose StatementBegin
CREATE FUNCTION pg_temp.js(field text, value text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT to_json(field) || ':' || replace(replace(replace(replace(replace(to_json(value)::text,
        '<', '\u003c'), '>', '\u003e'), '&', '\u0026'), chr(8232), '\u2028'), chr(8233), '\u2029')
    WHERE value <> ''
$$;
-- +goose StatementEnd

CREATE TEMP TABLE carried ON COMMIT DROP AS
WITH known AS (
    SELECT n.*, btrim(given_names || ' ' || surname) AS raw,
        -- An alert that stands in the new tables already stays what it is; the old one is kept beside it.
        n.id || CASE WHEN EXISTS (SELECT FROM alert a WHERE a.list = 'national' AND a.id = n.id::text) THEN '-old' ELSE '' END AS entry
    FROM national_alert n)
SELECT k.*, gen_random_uuid() AS made, gen_random_uuid() AS ended, '{' || concat_ws(',',
    '"list":"national"', pg_temp.js('id', entry), '"version":0',
    pg_temp.js('category', CASE WHEN raw = '' THEN 'object' ELSE 'other' END), pg_temp.js('reason', reason), pg_temp.js('action', action)) AS head,
    '' || concat_ws(',', pg_temp.js('valid_from', to_char(valid_from, 'YYYY-MM-DD')), pg_temp.js('valid_until', to_char(valid_until, 'YYYY-MM-DD')),
    '"subject":{' || concat_ws(',',
        pg_temp.js('kind', CASE WHEN raw <> '' THEN 'person' WHEN document_number <> '' THEN 'document' ELSE 'vehicle' END),
        '"names":[{' || concat_ws(',', pg_temp.js('raw', raw), '"kind":"primary"', '"parts":[' || concat_ws(',',
            '{' || pg_temp.js('text', given_names) || ',"role":"given"}', '{' || pg_temp.js('text', surname) || ',"role":"family"}') || ']')
            || '}]' || CASE WHEN raw = '' THEN NULL ELSE '' END,
        '"births":[{' || pg_temp.js('from', birth_date) || ',' || pg_temp.js('to', birth_date) || '}]',
        '"sexes":[' || to_json(nullif(sex, '')) || ']',
        '"nationalities":[' || to_json(nullif(nationality, '')) || ']',
        '"documents":[{' || concat_ws(',', pg_temp.js('number', document_number), pg_temp.js('issuer', issuing_state)) || '}]'
            || CASE WHEN document_number = '' THEN NULL ELSE '' END,
        '"vehicles":[{' || concat_ws(',', pg_temp.js('plate', plate), pg_temp.js('country', plate_country)) || '}]'
            || CASE WHEN plate = '' THEN NULL ELSE '' END) || '}') || '}' AS tail
FROM known k;

INSERT INTO alert_list (id, title, owner, policy)
SELECT 'national', 'National alert list', 'National authority', '{}' WHERE EXISTS (SELECT FROM carried)
ON CONFLICT (id) DO NOTHING;

-- Who made each alert, and who withdrew it and why.
INSERT INTO list_proposal (id, list, act, remark, proposed_by, proposed_login, proposed_at, state, counts, decided_by, decided_login, decided_at)
SELECT made, 'national', 'alert', 'Carried over: put in force by one person.', created_by, created_by, created_at, 'approved', '{"added":1}'::jsonb,
    'migration-00502', 'migration', now() FROM carried
UNION ALL
SELECT ended, 'national', 'alert', coalesce(withdrawn_why, ''), coalesce(withdrawn_by, ''), coalesce(withdrawn_by, ''), withdrawn_at, 'approved',
    '{"removed":1}'::jsonb, 'migration-00502', 'migration', now() FROM carried WHERE withdrawn_at IS NOT NULL;

INSERT INTO list_proposed (proposal, id, n, effect)
SELECT made, entry, 1, 'added' FROM carried UNION ALL SELECT ended, entry, 1, 'removed' FROM carried WHERE withdrawn_at IS NOT NULL;

INSERT INTO alert_version (list, id, version, body, digest, published, proposal, at)
SELECT 'national', entry, version, replace(body, '"version":0,', '"version":' || version || ','), sha256(convert_to(body, 'UTF8')), false, proposal, at
FROM (
    SELECT entry, 1 AS version, head || ',' || tail AS body, made AS proposal, created_at AS at FROM carried
    UNION ALL
    SELECT entry, 2, head || ',"status":"withdrawn",' || tail, ended, withdrawn_at FROM carried WHERE withdrawn_at IS NOT NULL) v
ORDER BY at, entry;

-- The digest is left open, so that the publication below takes every one of them, and gives each what a search finds it by.
INSERT INTO alert (list, id, version, secrecy, agency, status, published, digest, valid_until, terms)
SELECT 'national', entry, CASE WHEN withdrawn_at IS NULL THEN 1 ELSE 2 END, 'open', l.owner,
    CASE WHEN withdrawn_at IS NULL THEN 'active' ELSE 'withdrawn' END, false, '', valid_until, '{}'
FROM carried, alert_list l WHERE l.id = 'national';

WITH publication AS (
    INSERT INTO list_proposal (id, list, act, file, digest, remark, proposed_by, proposed_login, proposed_at, state, base, counts, decided_by,
        decided_login, decided_role, decided_post, decided_at)
    SELECT gen_random_uuid(), 'national', 'import', 'national_alert', sha256('migration 00502'),
        'The alerts of the old national list, put in force by one person each before lists had two.', 'national_alert', 'national_alert', now(),
        'publishing', l.version, json_build_object('changed', (SELECT count(*) FROM carried))::jsonb, 'migration-00502', 'migration', 'installation',
        'central', now()
    FROM alert_list l WHERE l.id = 'national' AND EXISTS (SELECT FROM carried)
    RETURNING id)
INSERT INTO list_proposed (proposal, id, n, effect, body, digest)
SELECT p.id, entry, row_number() OVER (ORDER BY created_at, entry), 'changed', b.body, sha256(convert_to(b.body, 'UTF8'))
FROM publication p, carried c, LATERAL (
    SELECT c.head || CASE WHEN c.withdrawn_at IS NULL THEN ',' ELSE ',"status":"withdrawn",' END || c.tail AS body) b;

DROP TABLE national_alert;

-- +goose Down
-- The table as it was, without its rows: these stand in the lists.
CREATE TABLE national_alert (
    id              uuid        PRIMARY KEY,
    surname         text        NOT NULL,
    given_names     text        NOT NULL,
    birth_date      text        NOT NULL,
    nationality     text        NOT NULL,
    sex             text        NOT NULL,
    document_number text        NOT NULL,
    issuing_state   text        NOT NULL,
    reason          text        NOT NULL,
    action          text        NOT NULL,
    valid_from      date        NOT NULL,
    valid_until     date,
    created_by      text        NOT NULL,
    created_at      timestamptz NOT NULL,
    created_version bigint      NOT NULL,
    withdrawn_by    text,
    withdrawn_at    timestamptz,
    withdrawn_version bigint,
    withdrawn_why   text,
    plate           text        NOT NULL DEFAULT '',
    plate_country   text        NOT NULL DEFAULT ''
);
CREATE INDEX national_alert_current ON national_alert (created_at, id) WHERE withdrawn_at IS NULL;
