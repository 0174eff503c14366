-- The individual file: one person, several documents and identities, movements and authorisations from wherever they became known.

-- +goose Up
-- Files that are one person share the smallest id of them. origin tells whether the file was made at this station.
ALTER TABLE traveller ADD COLUMN group_id uuid;
ALTER TABLE traveller ADD COLUMN origin text NOT NULL DEFAULT 'local' CHECK (origin IN ('local', 'centre'));
UPDATE traveller SET group_id = id;
ALTER TABLE traveller ALTER COLUMN group_id SET NOT NULL;
CREATE INDEX traveller_group ON traveller (group_id);

-- A document is found by its number and by its bearer's name. name_key is traveldoc.NameKey; born_first and born_last are the days
-- that a partly known birth date may mean, null when nothing of it is known.
ALTER TABLE traveller_document
    ADD COLUMN name_key    text NOT NULL DEFAULT '',
    ADD COLUMN born_first  date,
    ADD COLUMN born_last   date,
    ADD COLUMN code        text NOT NULL DEFAULT '',
    ADD COLUMN number      text NOT NULL DEFAULT '',
    ADD COLUMN expiry_date text NOT NULL DEFAULT '',
    ADD COLUMN origin      text NOT NULL DEFAULT 'local' CHECK (origin IN ('local', 'centre'));
-- Names recorded until now came from machine readable zones: A to Z alone, so that this is what traveldoc.NameKey gives.
UPDATE traveller_document SET number = number_folded,
    name_key = coalesce((SELECT string_agg(part, ' ' ORDER BY part COLLATE "C")
        FROM regexp_split_to_table(upper(surname || ' ' || given_names), '[^[:alnum:]]+') AS part WHERE part <> ''), ''),
    born_first = CASE length(birth_date) WHEN 10 THEN birth_date::date WHEN 7 THEN (birth_date || '-01')::date
        WHEN 4 THEN (birth_date || '-01-01')::date END,
    born_last = CASE length(birth_date) WHEN 10 THEN birth_date::date
        WHEN 7 THEN ((birth_date || '-01')::date + interval '1 month - 1 day')::date WHEN 4 THEN (birth_date || '-12-31')::date END;
CREATE INDEX traveller_document_number ON traveller_document (number_folded);
CREATE INDEX traveller_document_name ON traveller_document (name_key);
CREATE INDEX traveller_document_words ON traveller_document USING gin ((' ' || name_key) gin_trgm_ops);

-- When a decision came into this database, which may be later than it was made.
ALTER TABLE decision ADD COLUMN received_at timestamptz NOT NULL DEFAULT now();

-- Entries and exits, one row each for ever: of this station's counters (id of the crossing), supplied by a person (id of the
-- record), or told by the centre. told_by is the row of dataset "files" that holds it now. A row that does not stand keeps its
-- place and says which correction or record took it away.
CREATE TABLE movement (
    id          uuid        PRIMARY KEY,
    file_id     uuid        NOT NULL REFERENCES traveller (id),
    direction   text        NOT NULL CHECK (direction IN ('entry', 'exit')),
    at          timestamptz NOT NULL,
    date        text        NOT NULL,        -- ISO 8601, the calendar date at the post
    station     text        NOT NULL,
    lane        text        NOT NULL DEFAULT '',
    origin      text        NOT NULL,
    category    text        NOT NULL,
    basis       text        NOT NULL,
    until       text        NOT NULL,        -- ISO 8601; empty: nothing bounds the stay
    nationality text        NOT NULL,
    source      text        NOT NULL CHECK (source IN ('local', 'centre')),
    told_by     text COLLATE "C",
    voided_by   uuid,
    voided_at   timestamptz,
    withdrawn   boolean     NOT NULL DEFAULT false, -- the centre says that it does not stand
    received_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX movement_file ON movement (file_id, at DESC);
CREATE INDEX movement_told ON movement (told_by) WHERE told_by IS NOT NULL;
INSERT INTO movement (id, file_id, direction, at, date, station, lane, origin, category, basis, until, nationality, source, voided_by, voided_at, received_at)
    SELECT c.id, c.traveller_id, c.direction, c.crossed_at, c.local_date::text, s.station, c.lane, 'live', coalesce(d.event ->> 'category', ''),
        coalesce(d.event ->> 'basis', ''), coalesce(d.event -> 'grant' ->> 'until', ''), coalesce(i.identity ->> 'nationality', ''), 'local',
        k.id, k.corrected_at, c.received_at
    FROM crossing c JOIN decision d ON d.crossing_id = c.id JOIN inspection i ON i.id = d.inspection_id JOIN scan s ON s.id = i.id
        LEFT JOIN correction k ON k.crossing_id = c.id;

-- Changes of authorisation of stay, of this station's records and told by the centre.
CREATE TABLE authorisation (
    id        uuid        PRIMARY KEY,
    file_id   uuid        NOT NULL REFERENCES traveller (id),
    kind      text        NOT NULL,
    decided   text        NOT NULL,           -- ISO 8601
    until     text        NOT NULL,           -- ISO 8601; may be empty
    at        timestamptz NOT NULL,
    source    text        NOT NULL CHECK (source IN ('local', 'centre')),
    told_by   text COLLATE "C",
    voided_by uuid,
    voided_at timestamptz
);
CREATE INDEX authorisation_file ON authorisation (file_id);
CREATE INDEX authorisation_told ON authorisation (told_by) WHERE told_by IS NOT NULL;

-- What people said about whether two files are one person, superseded words too. told_a and told_b are ids as the author's station
-- knew them, a and b the files here. A row of source 'bond' is no word of a person: the centre published two of our files as one.
CREATE TABLE file_link (
    id         uuid        PRIMARY KEY,
    told_a     uuid        NOT NULL,
    told_b     uuid        NOT NULL,
    a          uuid        NOT NULL,
    b          uuid        NOT NULL,
    verdict    text        NOT NULL CHECK (verdict IN ('same', 'different', 'undecided')),
    ground     text        NOT NULL,
    evidence   text        NOT NULL,
    at         timestamptz NOT NULL,
    supersedes uuid[]      NOT NULL,
    source     text        NOT NULL CHECK (source IN ('local', 'centre', 'bond'))
);
CREATE INDEX file_link_a ON file_link (a);
CREATE INDEX file_link_b ON file_link (b);
CREATE INDEX file_link_told_a ON file_link (told_a);
CREATE INDEX file_link_told_b ON file_link (told_b);
CREATE INDEX file_link_supersedes ON file_link USING gin (supersedes);

-- Which rows of dataset "files" tell of a link: one that joins nobody stands in the rows of both files.
CREATE TABLE file_link_told (
    key     text COLLATE "C" NOT NULL,
    link_id uuid NOT NULL REFERENCES file_link (id),
    PRIMARY KEY (key, link_id)
);
CREATE INDEX file_link_told_link ON file_link_told (link_id);

-- Ids of files that other stations and the centre use for files of ours.
CREATE TABLE file_alias (
    foreign_id uuid PRIMARY KEY,
    file_id    uuid NOT NULL REFERENCES traveller (id)
);
CREATE INDEX file_alias_file ON file_alias (file_id);

-- What of dataset "files" this release cannot use. The row itself stays in ref_row.
CREATE TABLE file_unusable (
    key    text COLLATE "C" NOT NULL,
    item   text        NOT NULL,
    reason text        NOT NULL,
    PRIMARY KEY (key, item)
);

-- Two files that may be one person, for a supervisor to decide. codes say why.
CREATE TABLE duplicate_task (
    a         uuid        NOT NULL REFERENCES traveller (id),
    b         uuid        NOT NULL REFERENCES traveller (id),
    codes     text[]      NOT NULL,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    closed_by uuid,                           -- the record that decided it
    PRIMARY KEY (a, b),
    CHECK (a < b)
);
CREATE INDEX duplicate_task_open ON duplicate_task (opened_at, a, b) WHERE closed_at IS NULL;

-- What supports a record or a case: bytes encrypted with a key that is not in this database. id is the record's that names it.
CREATE TABLE attachment (
    id        uuid        PRIMARY KEY,
    subject   uuid        NOT NULL,
    stored_at timestamptz NOT NULL,
    nonce     bytea       NOT NULL,
    sealed    bytea       NOT NULL
);
CREATE INDEX attachment_subject ON attachment (subject);
REVOKE UPDATE ON attachment FROM bmis_app;

-- +goose Down
DROP TABLE attachment, duplicate_task, file_unusable;
DROP TABLE file_alias, file_link_told, file_link, authorisation, movement;
ALTER TABLE decision DROP COLUMN received_at;
DROP INDEX traveller_document_words, traveller_document_name, traveller_document_number;
ALTER TABLE traveller_document DROP COLUMN origin, DROP COLUMN expiry_date, DROP COLUMN number, DROP COLUMN code, DROP COLUMN born_last,
    DROP COLUMN born_first, DROP COLUMN name_key;
DROP INDEX traveller_group;
ALTER TABLE traveller DROP COLUMN origin, DROP COLUMN group_id;
