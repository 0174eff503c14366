package listdb

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/internal/postgres"
)

// Change is a version of an alert, open or discreet, as the centre's screening follows them.
type Change struct {
	Seq   int64 // of the commits; gaps say nothing
	Alert alerts.Alert
}

// Feed gives the centre's own screening every alert with every change, discreet ones too. It is for programs, not for people: nothing of
// it is shown to anybody but through who may see it, and it writes no entry in the audit log.
type Feed struct{ db *postgres.DB }

// NewFeed makes a Feed.
func NewFeed(db *postgres.DB) *Feed { return &Feed{db} }

// Each gives every alert that is active now, in order of list and id, and then the sequence number up to which that is: Since goes on
// from it. All is from one state of the database.
func (f *Feed) Each(ctx context.Context, fn func(a alerts.Alert) error) (seq int64, err error) {
	err = pgx.BeginTxFunc(ctx, f.db.Pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, `select coalesce(max(seq), 0) from alert_version`).Scan(&seq); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `select v.body from alert a join alert_version v using (list, id, version) where a.status = 'active'
			order by a.list, a.id`)
		if err != nil {
			return err
		}
		var body []byte
		_, err = pgx.ForEachRow(rows, []any{&body}, func() error {
			var a alerts.Alert
			if err := json.Unmarshal(body, &a); err != nil {
				return err
			}
			return fn(a)
		})
		return err
	})
	return seq, wrapped(err, "read the alerts")
}

// Since gives the versions of alerts after one, in the order of their commits, at most limit of them. An alert whose status is not active
// is out of force.
func (f *Feed) Since(ctx context.Context, seq int64, limit int) (list []Change, err error) {
	rows, err := f.db.Pool.Query(ctx, `select seq, body from alert_version where seq > $1 order by seq limit $2`, seq, limit)
	if err == nil {
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (c Change, err error) {
			var body []byte
			if err := row.Scan(&c.Seq, &body); err != nil {
				return c, err
			}
			return c, json.Unmarshal(body, &c.Alert)
		})
	}
	return list, wrapped(err, "read changes of alerts")
}
