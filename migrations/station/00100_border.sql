-- +goose Up
-- The facts of a crossing point. Rows are only ever added; what ends a thing is a row of its own or a status of its scan.

create table traveller (
    id           uuid primary key,
    created_at   timestamptz not null,
    -- salt of the commitments in the audit tree: erasing it leaves the tree whole and the person unknown
    audit_salt   bytea not null
);

-- One file, many documents: the key is never the passport number alone, for numbers are used again.
create table traveller_document (
    issuing_state text not null,
    number_folded text not null,
    birth_date    text not null,               -- ISO 8601 as far as known
    traveller_id  uuid not null references traveller (id),
    surname       text not null,
    given_names   text not null,
    nationality   text not null,
    sex           text not null,
    first_seen    timestamptz not null,
    primary key (issuing_state, number_folded, birth_date)
);
create index traveller_document_traveller on traveller_document (traveller_id);

-- What was put on the reader, from the moment it was read.
create table scan (
    id            uuid primary key,
    scanned_at    timestamptz not null,
    station       text not null,
    lane          text not null,
    officer       text not null,
    direction     text not null check (direction in ('entry', 'exit')),
    mode          text not null,
    transport     text not null,
    purpose       text not null,
    mrz           text not null,               -- as the reader sent it; empty when typed
    identity      jsonb not null,
    document      jsonb not null,
    replaces      uuid,
    status        text not null default 'open' check (status in ('open', 'decided', 'dismissed')),
    closed_at     timestamptz,
    dismiss_reason text not null default ''
);
create index scan_open on scan (lane, scanned_at) where status = 'open';

create table inspection (
    id            uuid primary key references scan (id),
    traveller_id  uuid not null references traveller (id),
    identity      jsonb not null,
    document      jsonb not null,
    inspected_at  timestamptz not null
);

-- An inspection that was decided again after a correction has findings of both times.
create table finding (
    crossing_id   uuid not null,
    check_name    text not null,
    inspection_id uuid not null references inspection (id),
    outcome       text not null check (outcome in ('hit', 'no_hit', 'not_checked')),
    reason        text not null,
    source        text not null,
    source_version text not null,
    source_as_of  timestamptz,
    evidence      jsonb not null,
    took_us       bigint not null,
    found_at      timestamptz not null,
    primary key (crossing_id, check_name)
);
create index finding_not_checked on finding (found_at) where outcome = 'not_checked';

create table decision (
    crossing_id   uuid primary key,
    inspection_id uuid not null references inspection (id),
    verdict       text not null check (verdict in ('admit', 'refer', 'refuse')),
    reason        text not null,
    note          text not null,
    officer       text not null,
    lane          text not null,
    decided_at    timestamptz not null
);
create index decision_lane on decision (lane, decided_at desc);

-- Admitted travellers only; a refused or referred one has not crossed.
create table crossing (
    id            uuid primary key references decision (crossing_id),
    traveller_id  uuid not null references traveller (id),
    direction     text not null,
    mode          text not null,
    transport     text not null,
    purpose       text not null,
    lane          text not null,
    officer       text not null,
    crossed_at    timestamptz not null,
    local_date    date not null,
    zone          text not null,
    received_at   timestamptz not null default now(),
    issuing_state text not null,
    number_folded text not null,
    replaces      uuid
);
create index crossing_traveller on crossing (traveller_id, crossed_at desc);
create index crossing_document on crossing (issuing_state, number_folded, crossed_at desc);

create table correction (
    id            uuid primary key,
    crossing_id   uuid not null unique references decision (crossing_id),
    reason        text not null,
    note          text not null,
    officer       text not null,
    lane          text not null,
    corrected_at  timestamptz not null
);

-- +goose Down
drop table correction, crossing, decision, finding, inspection, scan, traveller_document, traveller;
