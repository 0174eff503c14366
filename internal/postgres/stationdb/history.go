package stationdb

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	individual "github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/border/previous"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/traveldoc"
)

// History implements previous.History over the files of this station, with what the centre told of other crossing points.
type History struct {
	db *postgres.DB
}

var _ previous.History = History{}

// NewHistory makes the history.
func NewHistory(db *postgres.DB) History { return History{db: db} }

// The latest movement of the person that the document's file is about, under whichever document and wherever.
const lastCrossing = `
select m.at, m.direction, m.station, m.lane
from traveller_document d join traveller t on t.id = d.traveller_id join traveller g on g.group_id = t.group_id
    join movement m on m.file_id = g.id
where d.issuing_state = $1 and d.number_folded = $2 and d.birth_date = $3 and m.voided_by is null and not m.withdrawn
    and ($4::timestamptz is null or m.at < $4)
order by m.at desc, m.id limit 1`

const bearers = `
select surname, given_names, birth_date from traveller_document
where issuing_state = $1 and number_folded = $2 and birth_date <> $3`

// Other documents of the person that the same State issued.
const documents = `
select o.code, o.number, o.expiry_date
from traveller_document d join traveller t on t.id = d.traveller_id join traveller g on g.group_id = t.group_id
    join traveller_document o on o.traveller_id = g.id
where d.issuing_state = $1 and d.number_folded = $2 and d.birth_date = $3
    and o.issuing_state = d.issuing_state and o.number_folded <> d.number_folded
order by o.expiry_date desc`

const filesConfirmed = `select confirmed_at from ref_cursor where dataset = $1 and applied_at is not null`

// Past looks up all of it in one round trip.
func (h History) Past(ctx context.Context, identity traveldoc.Identity, document traveldoc.Document, before time.Time) (previous.Past, error) {
	key := documentKey(identity, document)
	var past previous.Past
	b := &pgx.Batch{}
	b.Queue(lastCrossing, append(key[:len(key):len(key)], instantOrNull(before))...).QueryRow(func(row pgx.Row) error {
		var c previous.Crossing
		err := row.Scan(&c.At, &c.Direction, &c.Station, &c.Lane)
		if err == pgx.ErrNoRows { //nolint:errorlint // pgx documents this very value
			return nil
		}
		past.Last = &c
		return err
	})
	b.Queue(bearers, key...).Query(func(rows pgx.Rows) error {
		var err error
		past.Others, err = pgx.CollectRows(rows, bearer)
		return err
	})
	b.Queue(documents, key...).Query(func(rows pgx.Rows) error {
		var err error
		past.Documents, err = pgx.CollectRows(rows, anotherDocument)
		return err
	})
	b.Queue(filesConfirmed, individual.Dataset).QueryRow(func(row pgx.Row) error {
		err := row.Scan(&past.AsOf)
		if err == pgx.ErrNoRows { //nolint:errorlint // pgx documents this very value
			return nil
		}
		return err
	})
	if err := h.db.Pool.SendBatch(ctx, b).Close(); err != nil {
		return previous.Past{}, fmt.Errorf("crossings of a document: %w", err)
	}
	return past, nil
}

func bearer(row pgx.CollectableRow) (traveldoc.Identity, error) {
	var (
		i    traveldoc.Identity
		born string
	)
	if err := row.Scan(&i.Surname, &i.GivenNames, &born); err != nil {
		return i, err
	}
	date, err := traveldoc.ParseDate(born)
	i.BirthDate = date
	return i, err
}

func anotherDocument(row pgx.CollectableRow) (traveldoc.Document, error) {
	var (
		d       traveldoc.Document
		expires string
	)
	if err := row.Scan(&d.Code, &d.Number, &expires); err != nil {
		return d, err
	}
	date, err := traveldoc.ParseDate(expires)
	d.ExpiryDate = date
	return d, err
}
