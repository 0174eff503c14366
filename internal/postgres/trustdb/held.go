package trustdb

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/relaydb"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

// Held reads the trust material that a station holds.
type Held struct{ db *postgres.DB }

// NewHeld makes the reader.
func NewHeld(db *postgres.DB) Held { return Held{db} }

// State is which version of the material the station holds, and when the centre last said that it is the newest. The zero value is
// none.
type State struct {
	Version   int64
	CurrentAt time.Time
}

type rowQuerier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// State is which material the station holds.
func (h Held) State(ctx context.Context) (State, error) { return state(ctx, h.db.Pool) }

func state(ctx context.Context, q rowQuerier) (State, error) {
	var s State
	err := q.QueryRow(ctx, `select version, confirmed_at from ref_cursor where dataset = $1`, trust.Dataset).Scan(&s.Version, &s.CurrentAt)
	if postgres.IsNoRows(err) {
		return State{}, nil
	}
	if err != nil {
		return State{}, fmt.Errorf("state of the trust material: %w", err)
	}
	return s, nil
}

// Load reads all of the material and its state at one moment. What cannot be read is named; the rest is given.
func (h Held) Load(ctx context.Context) (items []trust.Item, s State, broken []pki.Refused, err error) {
	tx, err := h.db.Pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return nil, State{}, nil, fmt.Errorf("load trust material: %w", err)
	}
	defer func() { _ = tx.Rollback(ctx) }() // nothing was written
	if s, err = state(ctx, tx); err != nil {
		return nil, s, nil, err
	}
	rows, err := tx.Query(ctx, `select key, data from ref_row where dataset = $1 order by key`, trust.Dataset)
	if err != nil {
		return nil, s, nil, fmt.Errorf("load trust material: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r trust.Row, err error) {
		var data []byte
		err = row.Scan(&r.Key, &data)
		r.Data = data
		return r, err
	})
	if err != nil {
		return nil, s, nil, fmt.Errorf("load trust material: %w", err)
	}
	items, broken = trust.FromRows(list)
	return items, s, broken, nil
}

// Sink takes the dataset; its rows are used from where the station keeps all reference data.
type Sink struct{}

var _ relaydb.Sink = Sink{}

// Clear has nothing of its own to forget.
func (Sink) Clear(context.Context, pgx.Tx) error { return nil }

// Apply has nothing of its own to change.
func (Sink) Apply(context.Context, pgx.Tx, []replication.Change) error { return nil }
