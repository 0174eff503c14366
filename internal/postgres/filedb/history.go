package filedb

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/traveldoc"
)

// Histories knows people's stays, over all documents and identities of the person, at every crossing point that the centre told of.
// It implements staycheck.Histories.
type Histories struct {
	db *postgres.DB
}

// NewHistories makes it.
func NewHistories(db *postgres.DB) Histories { return Histories{db: db} }

// The files of the person: by a document ($1 to $3), or by one of the files ($1).
const (
	personOfDocument = `SELECT g.id FROM traveller_document d JOIN traveller t ON t.id = d.traveller_id JOIN traveller g ON g.group_id = t.group_id
		WHERE d.issuing_state = $1 AND d.number_folded = $2 AND d.birth_date = $3`
	personOfFile = `SELECT g.id FROM traveller t JOIN traveller g ON g.group_id = t.group_id WHERE t.id = $1`
)

const movementColumns = `m.id, m.direction, m.at, m.date, m.station, m.origin, m.category, m.basis, m.until, m.nationality`

func standingMovements(person string) string {
	return `SELECT ` + movementColumns + ` FROM movement m
		WHERE m.file_id IN (` + person + `) AND m.voided_by IS NULL AND NOT m.withdrawn ORDER BY m.at, m.id`
}

func standingAuthorisations(person string) string {
	return `SELECT u.id, u.kind, u.decided, u.until, u.at FROM authorisation u
		WHERE u.file_id IN (` + person + `) AND u.voided_by IS NULL ORDER BY u.at, u.id`
}

const filesConfirmed = `SELECT confirmed_at FROM ref_cursor WHERE dataset = '` + file.Dataset + `' AND applied_at IS NOT NULL`

// History is everything standing that is known of the bearer of a document. Three statements in one round trip.
func (h Histories) History(ctx context.Context, identity traveldoc.Identity, document traveldoc.Document) (stay.History, error) {
	history, err := loadHistory(ctx, h.db.Pool, personOfDocument, document.IssuingState, traveldoc.FoldNumber(document.Number), identity.BirthDate.String())
	if err != nil {
		return stay.History{}, fmt.Errorf("stays of a document's bearer: %w", err)
	}
	return history, nil
}

// Batcher is a pool or a transaction.
type Batcher interface {
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

func loadHistory(ctx context.Context, q Batcher, person string, args ...any) (stay.History, error) {
	var history stay.History
	b := &pgx.Batch{}
	queueHistory(b, &history, person, args...)
	return history, q.SendBatch(ctx, b).Close()
}

func queueHistory(b *pgx.Batch, history *stay.History, person string, args ...any) {
	b.Queue(standingMovements(person), args...).Query(func(rows pgx.Rows) (err error) {
		history.Movements, err = pgx.CollectRows(rows, movementRow)
		return err
	})
	b.Queue(standingAuthorisations(person), args...).Query(func(rows pgx.Rows) (err error) {
		history.Authorisations, err = pgx.CollectRows(rows, authorisationRow)
		return err
	})
	b.Queue(filesConfirmed).QueryRow(func(row pgx.Row) error { return asOf(row, &history.AsOf) })
}

func asOf(row pgx.Row, at *time.Time) error {
	err := row.Scan(at)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	return err
}

func movementRow(row pgx.CollectableRow) (m stay.Movement, err error) {
	var date, until string
	err = row.Scan(&m.ID, &m.Direction, &m.At, &date, &m.Station, &m.Origin, &m.Category, &m.Basis, &until, &m.Nationality)
	if err != nil {
		return m, err
	}
	m.At = m.At.UTC()
	return m, errors.Join(readDate(date, &m.Date), readDate(until, &m.Until))
}

func authorisationRow(row pgx.CollectableRow) (a stay.Authorisation, err error) {
	var on, until string
	if err = row.Scan(&a.ID, &a.Kind, &on, &until, &a.At); err != nil {
		return a, err
	}
	a.At = a.At.UTC()
	return a, errors.Join(readDate(on, &a.On), readDate(until, &a.Until))
}

func readDate(s string, into *traveldoc.Date) (err error) {
	*into, err = traveldoc.ParseDate(s)
	return err
}

func ids(list []uuid.UUID) []uuid.UUID {
	if list == nil {
		return []uuid.UUID{}
	}
	return list
}
