-- Entries that were made on visas, taken out of the events of the crossing points, and the cases that come of them. They name nobody: a
-- number, a crossing, a post.

-- +goose Up
CREATE TABLE visa_use (
    crossing_id uuid        PRIMARY KEY,
    number      text        NOT NULL,
    crossed_at  timestamptz NOT NULL,
    local_date  text        NOT NULL,               -- at the post
    station     text        NOT NULL,
    direction   text        NOT NULL,               -- an entry uses the visa, an exit ends a stay on it
    entries     integer     NOT NULL,               -- that the visa allowed as the post knew it; 0 is multiple
    known       integer     NOT NULL,               -- uses that the post knew of
    annulled    boolean     NOT NULL DEFAULT false,
    told        smallint    NOT NULL DEFAULT 0      -- to the platform whose visa it is: 0 nothing, 1 the entry, 2 that it counts for nothing
);
CREATE INDEX visa_use_number ON visa_use (number, crossed_at);
CREATE INDEX visa_use_untold ON visa_use (crossed_at) WHERE told < 2 AND direction = 'entry';

-- Numbers whose uses have to be looked at again.
CREATE TABLE visa_use_note (
    n      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number text   NOT NULL
);

-- One case for each use that should not have been: the crossing is its name, so that events in any order make the same cases.
CREATE TABLE visa_case (
    crossing_id   uuid        PRIMARY KEY,
    number        text        NOT NULL,
    kind          text        NOT NULL CHECK (kind IN ('entries', 'overlap')),
    state         text        NOT NULL CHECK (state IN ('open', 'decided', 'gone')),
    crossings     uuid[]      NOT NULL,             -- the uses that it is about, in order of time
    opened_at     timestamptz NOT NULL,
    outcome       text        NOT NULL DEFAULT '' CHECK (outcome IN ('', 'legitimate', 'misuse', 'clerical')),
    reason        text        NOT NULL DEFAULT '',
    decided_by    text        NOT NULL DEFAULT '',
    decided_login text        NOT NULL DEFAULT '',
    decided_at    timestamptz
);
CREATE INDEX visa_case_number ON visa_case (number);
CREATE INDEX visa_case_open ON visa_case (opened_at) WHERE state = 'open';

-- +goose Down
DROP TABLE visa_case, visa_use_note, visa_use;
