-- Individual files at the centre: which files of the stations are one person, what moved, and who stays too long. All of it is
-- computed from the events: it can be thrown away and made again (see stay_dirty).

-- +goose Up
-- A file of a station, by the id that the station gave it. Files that showed the same document are one traveller: the first of
-- them gives its id (traveller_id = file_id) and carries what is known of all.
CREATE TABLE traveller_file (
    file_id      uuid   PRIMARY KEY,
    traveller_id uuid   NOT NULL,
    files        uuid[] NOT NULL DEFAULT '{}', -- of the first one: the other files
    papers       json[] NOT NULL DEFAULT '{}', -- of the first one: every document with every identity that it showed
    paper_hashes bigint[] NOT NULL DEFAULT '{}'
) WITH (fillfactor = 90);

-- Travellers of whom a crossing point says that they are one person: it saw one file with documents of both.
CREATE TABLE traveller_edge (
    a uuid NOT NULL,
    b uuid NOT NULL,
    PRIMARY KEY (a, b),
    CHECK (a < b)
);
CREATE INDEX traveller_edge_b ON traveller_edge (b);

-- A decision whether two files are one person: file.Link of a record.
CREATE TABLE file_link (
    record_id  uuid        PRIMARY KEY,
    a          uuid        NOT NULL, -- travellers at the time of receipt; the files are in the record's body
    b          uuid        NOT NULL,
    link       json        NOT NULL, -- file.StandingLink
    station    text        NOT NULL,
    officer    text        NOT NULL,
    event_time timestamptz NOT NULL
);
CREATE INDEX file_link_a ON file_link (a);
CREATE INDEX file_link_b ON file_link (b);

-- Travellers who are one person by links. A traveller without a row is a person of his own.
CREATE TABLE traveller_group (
    traveller_id uuid PRIMARY KEY,
    leader       uuid NOT NULL -- the smallest traveller of the group
);
CREATE INDEX traveller_group_leader ON traveller_group (leader);

-- Links that contradict each other: nothing is joined until somebody has decided. One row for each component that holds one.
CREATE TABLE file_conflict (
    id         uuid        PRIMARY KEY, -- the smallest traveller of the component
    travellers uuid[]      NOT NULL,
    links      uuid[]      NOT NULL,    -- the records that contradict each other
    since      timestamptz NOT NULL
);

-- Records that another record took the place of, whichever came first.
CREATE TABLE record_superseded (
    record_id uuid NOT NULL,
    by_record uuid NOT NULL,
    PRIMARY KEY (record_id, by_record)
);

-- Entries and exits: admitted crossings and movements supplied by records, in the shape of stay.Movement.
CREATE TABLE movement (
    traveller_id uuid        NOT NULL,
    id           uuid        NOT NULL, -- the crossing, or the record that supplied it
    at           timestamptz NOT NULL,
    entry        boolean     NOT NULL,
    annulled     boolean     NOT NULL DEFAULT false,
    supplied     boolean     NOT NULL DEFAULT false,
    date         text        NOT NULL, -- at the post; ISO 8601 as far as known (a stamp may be blurred)
    until        text        NOT NULL DEFAULT '',
    station      text        NOT NULL,
    zone         text        NOT NULL,
    provenance   text        NOT NULL,
    category     text        NOT NULL,
    basis        text        NOT NULL,
    nationality  text        NOT NULL,
    PRIMARY KEY (traveller_id, id)
) WITH (fillfactor = 95);

-- Movements that do not stand: file.Voided of a record.
CREATE TABLE movement_void (
    movement_id uuid NOT NULL,
    record_id   uuid NOT NULL,
    PRIMARY KEY (movement_id, record_id)
);

-- Changes of the authorisation of stay: stay.Authorisation of a record.
CREATE TABLE authorisation (
    traveller_id uuid NOT NULL,
    record_id    uuid NOT NULL,
    body         json NOT NULL,
    PRIMARY KEY (traveller_id, record_id)
);

-- What the projector has to look at again, one row per transaction that changed something. Durable: a row is taken away in the
-- transaction that has done its work.
CREATE TABLE stay_dirty (
    n          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    travellers uuid[]      NOT NULL,
    regroup    uuid[],               -- travellers whose links changed
    queued_at  timestamptz NOT NULL,
    -- Movements of the transaction, column by column, on their way into table movement: the applier, for whom everybody waits,
    -- writes one row instead of one for each of them.
    station    text,
    m_traveller uuid[], m_id uuid[], m_at timestamptz[], m_entry boolean[], m_annulled boolean[], m_date text[], m_until text[], m_zone text[],
    m_category text[], m_basis text[], m_nationality text[],
    a_traveller uuid[], a_id uuid[]  -- movements stored before that were annulled
);
-- Rows live for a second: compressing them costs more than it saves.
ALTER TABLE stay_dirty ALTER travellers SET STORAGE EXTERNAL, ALTER m_traveller SET STORAGE EXTERNAL, ALTER m_id SET STORAGE EXTERNAL,
    ALTER m_at SET STORAGE EXTERNAL, ALTER m_entry SET STORAGE EXTERNAL, ALTER m_annulled SET STORAGE EXTERNAL, ALTER m_date SET STORAGE EXTERNAL,
    ALTER m_until SET STORAGE EXTERNAL, ALTER m_zone SET STORAGE EXTERNAL, ALTER m_category SET STORAGE EXTERNAL,
    ALTER m_basis SET STORAGE EXTERNAL, ALTER m_nationality SET STORAGE EXTERNAL;

-- One row per person with a standing movement: where his latest stay stands. Rows of persons inside are the open stays.
DROP TABLE stay;
CREATE TABLE stay (
    group_id     uuid        PRIMARY KEY, -- the smallest file of the person: the key of dataset "files"
    traveller_id uuid        NOT NULL,    -- a traveller of the group: whose page shows it
    inside       boolean     NOT NULL,
    last_at      timestamptz NOT NULL,    -- of his latest movement
    station      text        NOT NULL,    -- of his latest movement
    movement_id  uuid        NOT NULL,    -- the entry of the open stay, else his latest movement
    entered_at   timestamptz,
    entered_on   date,                    -- at the crossing point
    entry_station text       NOT NULL DEFAULT '',
    entry_zone   text        NOT NULL DEFAULT '',
    nationality  text        NOT NULL DEFAULT '',
    last_lawful  date,                    -- of the open stay; null when nothing bounds it
    uncertain    boolean     NOT NULL DEFAULT false,
    published    boolean     NOT NULL DEFAULT false -- a row of dataset "files" stands for him
) WITH (fillfactor = 85);
CREATE INDEX stay_overdue ON stay (last_lawful, group_id) WHERE inside AND last_lawful IS NOT NULL;
CREATE INDEX stay_published ON stay (last_at) WHERE published;

-- Zones of the posts where open stays began; "today" is asked of each.
CREATE TABLE stay_zone (zone text PRIMARY KEY);

-- The version of the rules of stay by which table stay was computed: other rules, and everybody is looked at again.
CREATE TABLE stay_rules (
    one     boolean PRIMARY KEY DEFAULT true CHECK (one),
    version text    NOT NULL
);

-- Who left the list of overstayers, and by what.
CREATE TABLE overstay_end (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    group_id     uuid        NOT NULL,
    traveller_id uuid        NOT NULL,
    movement_id  uuid        NOT NULL, -- the entry of the stay
    entered_at   timestamptz NOT NULL,
    station      text        NOT NULL, -- where it began
    nationality  text        NOT NULL,
    last_lawful  date        NOT NULL, -- as the list had it
    days_over    integer     NOT NULL, -- on the day he left it
    left_at      timestamptz NOT NULL,
    cause        text        NOT NULL,
    by_record    uuid                   -- the crossing or record that did it
);
CREATE INDEX overstay_end_time ON overstay_end (left_at, id);
CREATE INDEX overstay_end_traveller ON overstay_end (traveller_id);

-- The list as it stood at the end of each day.
CREATE TABLE overstay_day (
    day         date   NOT NULL,
    station     text   NOT NULL,
    nationality text   NOT NULL,
    n           bigint NOT NULL,
    PRIMARY KEY (day, station, nationality)
);

-- Documents are looked up by number first: one index serves both the applier and the search.
ALTER TABLE traveller_document ADD COLUMN paper bigint NOT NULL DEFAULT 0; -- hash of the paper as first seen
ALTER TABLE traveller_document DROP CONSTRAINT traveller_document_pkey;
ALTER TABLE traveller_document ADD PRIMARY KEY (doc_no, issuing_state, birth_date);
DROP INDEX crossing_document;
-- Nothing asks for a transport on its own.
DROP INDEX crossing_transport;

-- What had arrived before.
INSERT INTO traveller_file (file_id, traveller_id) SELECT DISTINCT traveller_id, traveller_id FROM crossing;
INSERT INTO traveller_file (file_id, traveller_id)
    SELECT DISTINCT ON (1) (payload->>'traveller_id')::uuid, traveller_id FROM crossing ON CONFLICT DO NOTHING;
UPDATE traveller_file f SET files = o.files FROM (
    SELECT traveller_id, array_agg(file_id) AS files FROM traveller_file WHERE file_id <> traveller_id GROUP BY traveller_id) o
    WHERE f.file_id = o.traveller_id;
UPDATE traveller_file f SET papers = p.papers FROM (
    SELECT traveller_id, array_agg(paper::json) AS papers FROM (
        SELECT DISTINCT traveller_id, json_build_object('identity', payload->'identity', 'document', payload->'document')::text AS paper
        FROM crossing) d GROUP BY traveller_id) p WHERE f.file_id = p.traveller_id;
INSERT INTO movement (traveller_id, id, at, entry, annulled, date, station, zone, provenance, category, basis, nationality)
    SELECT traveller_id, crossing_id, crossed_at, direction = 'entry', annulled_at IS NOT NULL, local_date::text, station, zone, '', '', '', nationality
    FROM crossing WHERE outcome = 'admit' ON CONFLICT DO NOTHING;
INSERT INTO stay_dirty (travellers, queued_at) SELECT array_agg(DISTINCT traveller_id), now() FROM movement HAVING count(*) > 0;

REVOKE DELETE, TRUNCATE ON traveller_file, traveller_edge, file_link, record_superseded, movement, movement_void, authorisation, overstay_end
    FROM bmis_app;

-- +goose Down
CREATE INDEX crossing_document ON crossing (doc_no, crossed_at) WHERE doc_no <> '';
CREATE INDEX crossing_transport ON crossing (transport, crossed_at) WHERE transport <> '';
ALTER TABLE traveller_document DROP CONSTRAINT traveller_document_pkey;
ALTER TABLE traveller_document ADD PRIMARY KEY (issuing_state, doc_no, birth_date);
ALTER TABLE traveller_document DROP COLUMN paper;
DROP TABLE overstay_day, overstay_end, stay_rules, stay_zone, stay_dirty, authorisation, movement_void, movement, record_superseded, file_conflict,
    traveller_group, file_link, traveller_edge, traveller_file, stay;
CREATE TABLE stay (
    traveller_id    uuid        PRIMARY KEY,
    inside          boolean     NOT NULL,
    crossed_at      timestamptz NOT NULL,
    event_id        uuid        NOT NULL,
    permitted_until date,
    nationality     text        NOT NULL,
    issuing_state   text        NOT NULL,
    doc_no          text        NOT NULL,
    station         text        NOT NULL
) WITH (fillfactor = 85);
CREATE INDEX stay_permitted ON stay (permitted_until) WHERE permitted_until IS NOT NULL;
