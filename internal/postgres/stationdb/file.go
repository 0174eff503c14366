package stationdb

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

type file struct {
	id   uuid.UUID
	salt []byte
	made bool // by this decision
}

// A document seen before gives its bearer's file; a new one makes a file. Two counters that meet the same new document at once
// agree, for the second waits for the first's row.
const findFile = `
select t.id, t.audit_salt from traveller_document d join traveller t on t.id = d.traveller_id
where d.issuing_state = $1 and d.number_folded = $2 and d.birth_date = $3`

const addDocument = `
insert into traveller_document
    (issuing_state, number_folded, birth_date, traveller_id, surname, given_names, nationality, sex, first_seen, name_key, born_first, born_last,
    code, number, expiry_date)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
on conflict (issuing_state, number_folded, birth_date) do nothing`

// FindDuplicates opens a task for every pair of a new file ($1, uuid[]) and a file of another person that has the same name and a
// birth date that can be the same, or the same document with another birth date. At least one file of the pair was made here: the
// centre's other pairs are other stations' to decide. $2 is when the task is opened.
const FindDuplicates = `
insert into duplicate_task (a, b, codes, opened_at)
select least(n.traveller_id, o.traveller_id), greatest(n.traveller_id, o.traveller_id), array_agg(distinct o.code), $2
from traveller_document n join traveller nt on nt.id = n.traveller_id
join lateral (
    select x.traveller_id, unnest(array['same_name',
        case when x.birth_date = n.birth_date and length(n.birth_date) = 10 then 'same_birth_date' else 'compatible_birth_date' end]) as code
    from traveller_document x
    where x.name_key = n.name_key and n.name_key <> ''
      and (x.born_first is null or n.born_first is null or (x.born_first <= n.born_last and x.born_last >= n.born_first))
    union all
    select x.traveller_id, unnest(array['same_document', 'other_birth_date']) from traveller_document x
    where x.number_folded = n.number_folded and x.issuing_state = n.issuing_state and x.birth_date <> n.birth_date
) o on o.traveller_id <> n.traveller_id
join traveller ot on ot.id = o.traveller_id
where n.traveller_id = any ($1::uuid[]) and nt.group_id <> ot.group_id and (nt.origin = 'local' or ot.origin = 'local')
group by 1, 2
on conflict (a, b) do nothing`

// file finds or makes the individual file of the document's bearer.
func (s *Store) file(ctx context.Context, tx pgx.Tx, e border.CrossingEvent) (file, error) {
	key := documentKey(e.Identity, e.Document)
	var f file
	err := tx.QueryRow(ctx, findFile, key...).Scan(&f.id, &f.salt)
	if err != pgx.ErrNoRows { //nolint:errorlint // pgx documents this very value
		return f, err
	}
	f = file{id: s.newID(), salt: make([]byte, 32), made: true}
	if _, err := io.ReadFull(s.random, f.salt); err != nil {
		return f, fmt.Errorf("salt: %w", err)
	}
	_, err = tx.Exec(ctx, `insert into traveller (id, created_at, audit_salt, group_id) values ($1, $2, $3, $1)`, f.id, e.CrossedAt, f.salt)
	if err != nil {
		return f, err
	}
	i, d := e.Identity, e.Document
	tag, err := tx.Exec(ctx, addDocument, append(key, f.id, i.Surname, i.GivenNames, i.Nationality, i.Sex, e.CrossedAt,
		traveldoc.NameKey(i.Surname, i.GivenNames), dayOrNull(i.BirthDate.First()), dayOrNull(i.BirthDate.Last()), d.Code, d.Number,
		d.ExpiryDate.String())...)
	if err != nil || tag.RowsAffected() == 1 {
		return f, err
	}
	if _, err := tx.Exec(ctx, `delete from traveller where id = $1`, f.id); err != nil {
		return f, err
	}
	f.made = false
	err = tx.QueryRow(ctx, findFile, key...).Scan(&f.id, &f.salt)
	return f, err
}

func dayOrNull(day time.Time) *time.Time { return instantOrNull(day) }

func documentKey(identity traveldoc.Identity, document traveldoc.Document) []any {
	return []any{document.IssuingState, traveldoc.FoldNumber(document.Number), identity.BirthDate.String()}
}
