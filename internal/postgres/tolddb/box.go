// Package tolddb keeps what the centre tells a station (rows of a dataset, each about one thing with an id) until the station has made
// something of it. It exists so that each is used once however often it is told, and that one that cannot be used stands in nobody's way.
//
// It must never drop what was told: what cannot be used is kept, marked and counted.
package tolddb

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/postgres"
)

// Box is a table of what was told, with the columns data, done, fault, tries, again_at and told_at beside the key. Its names stand in
// statements as they are.
type Box struct {
	Table, Key string
	DB         *postgres.DB     // may be nil for Keep
	Now        func() time.Time // the same
}

// ErrUnreadable is what was told in words that this release does not know. Of them nothing is repeated here.
var ErrUnreadable = errors.New("not readable by this release")

// Unusable says of what was told that trying again is of no use.
type Unusable struct {
	Fault string // a word for the table; of nobody
	Err   error
}

func (u *Unusable) Error() string { return u.Err.Error() }

// Unwrap is what was wrong.
func (u *Unusable) Unwrap() error { return u.Err }

// said puts the names of the table ($T) and of its key ($K) into a statement.
func (b Box) said(statement string) string {
	return strings.NewReplacer("$T", b.Table, "$K", b.Key).Replace(statement)
}

// Keep keeps what is told. What is told again in other words is used again.
func (b Box) Keep(ctx context.Context, tx pgx.Tx, id uuid.UUID, data []byte) error {
	_, err := tx.Exec(ctx, b.said(`INSERT INTO $T ($K, data) VALUES ($1, $2)
		ON CONFLICT ($K) DO UPDATE SET data = excluded.data, done = false, fault = '', told_at = now(), tries = 0, again_at = NULL
		WHERE $T.data <> excluded.data`), id, string(data))
	if err != nil {
		return fmt.Errorf("told of %s %s: %w", b.Key, id, err)
	}
	return nil
}

// Use makes something of what was told, in the transaction that marks it as done.
type Use func(ctx context.Context, tx pgx.Tx, id uuid.UUID, data []byte) error

type told struct {
	id    uuid.UUID
	data  []byte
	tries int
}

// Take uses at most limit of what was told, and says how much it used. What is told for the first time goes before what is tried again.
func (b Box) Take(ctx context.Context, limit int, use Use) (int, error) {
	rows, err := b.DB.Pool.Query(ctx, b.said(`SELECT $K, data, tries FROM $T WHERE NOT done AND (fault = '' OR again_at <= $1)
		ORDER BY fault <> '', again_at, told_at, $K LIMIT $2`), b.Now(), limit)
	if err != nil {
		return 0, fmt.Errorf("told of %s: %w", b.Key, err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t told, err error) {
		err = row.Scan(&t.id, &t.data, &t.tries)
		return t, err
	})
	if err != nil {
		return 0, fmt.Errorf("told of %s: %w", b.Key, err)
	}
	var faults []error
	taken := 0
	for _, t := range all {
		if err := b.take(ctx, t, use); err != nil {
			faults = append(faults, fmt.Errorf("told of %s %s: %w", b.Key, t.id, err))
			continue
		}
		taken++
	}
	return taken, errors.Join(faults...)
}

// What was told in other words meanwhile (data) stays to be used.
const markDone = `UPDATE $T SET done = $3, fault = $4, again_at = NULL WHERE $K = $1 AND data = $2`

func (b Box) take(ctx context.Context, t told, use Use) error {
	err := b.DB.InTx(ctx, func(tx pgx.Tx) error {
		if err := use(ctx, tx, t.id, t.data); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, b.said(markDone), t.id, string(t.data), true, "")
		return err
	})
	if err == nil || ctx.Err() != nil {
		return err
	}
	var never *Unusable
	if errors.As(err, &never) {
		_, failed := b.DB.Pool.Exec(ctx, b.said(markDone), t.id, string(t.data), false, never.Fault)
		return errors.Join(failed, err)
	}
	return errors.Join(b.later(ctx, t), err)
}

// What is refused is tried again after a minute, then after twice as long each time, at most an hour: for about a day.
const (
	mostTries  = 30
	firstRetry = time.Minute
	lastRetry  = time.Hour
)

// later marks what was refused, and when it is tried again, if ever.
func (b Box) later(ctx context.Context, t told) error {
	var again *time.Time
	if t.tries+1 < mostTries {
		at := b.Now().Add(min(firstRetry<<min(t.tries, 10), lastRetry))
		again = &at
	}
	_, err := b.DB.Pool.Exec(ctx, b.said(`UPDATE $T SET fault = 'refused', tries = tries + 1, again_at = $3 WHERE $K = $1 AND data = $2`),
		t.id, string(t.data), again)
	return err
}

// Stuck is how much of what the centre told cannot be used.
func (b Box) Stuck(ctx context.Context) (n int, err error) {
	err = b.DB.Pool.QueryRow(ctx, b.said(`SELECT count(*) FROM $T WHERE fault <> ''`)).Scan(&n)
	return n, err
}
