package stationdb

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/relaydb"
	"github.com/openbmis/openbmis/replication"
)

// Alerts reads the national alert list from the reference data that the station holds.
type Alerts struct {
	db *postgres.DB
}

// NewAlerts makes the reader.
func NewAlerts(db *postgres.DB) Alerts { return Alerts{db: db} }

// AlertState is which version of the list the station holds, and when the centre last said that it is the newest. Version 0 with a
// zero time: the station has no list.
type AlertState struct {
	Version   int64
	CurrentAt time.Time
}

// State is which list the station holds.
func (a Alerts) State(ctx context.Context) (AlertState, error) { return alertState(ctx, a.db.Pool) }

type rowQuerier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

func alertState(ctx context.Context, q rowQuerier) (AlertState, error) {
	var s AlertState
	err := q.QueryRow(ctx, `select version, confirmed_at from ref_cursor where dataset = $1`, alerts.Dataset).Scan(&s.Version, &s.CurrentAt)
	if postgres.IsNoRows(err) {
		return AlertState{}, nil
	}
	if err != nil {
		return AlertState{}, fmt.Errorf("state of the alert list: %w", err)
	}
	return s, nil
}

// Load reads the whole list and its state at one moment. An entry that cannot be read does not keep the others from being used; it
// is counted in unreadable.
func (a Alerts) Load(ctx context.Context) (all []alerts.Flat, state AlertState, unreadable []error, err error) {
	tx, err := a.db.Pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return nil, AlertState{}, nil, fmt.Errorf("load alert list: %w", err)
	}
	defer func() { _ = tx.Rollback(ctx) }() // nothing was written
	if state, err = alertState(ctx, tx); err != nil {
		return nil, state, nil, err
	}
	rows, err := tx.Query(ctx, `select key, data from ref_row where dataset = $1 order by key`, alerts.Dataset)
	if err != nil {
		return nil, state, nil, fmt.Errorf("load alert list: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var (
			key  string
			data []byte
		)
		if err := rows.Scan(&key, &data); err != nil {
			return nil, state, nil, fmt.Errorf("load alert list: %w", err)
		}
		entry, err := alerts.Parse(key, data)
		if err != nil {
			unreadable = append(unreadable, err)
			continue
		}
		all = append(all, entry)
	}
	return all, state, unreadable, rows.Err()
}

// AlertSink takes the dataset; its rows are used from where the station keeps all reference data.
type AlertSink struct{}

var _ relaydb.Sink = AlertSink{}

// Clear has nothing of its own to forget.
func (AlertSink) Clear(context.Context, pgx.Tx) error { return nil }

// Apply has nothing of its own to change.
func (AlertSink) Apply(context.Context, pgx.Tx, []replication.Change) error { return nil }
