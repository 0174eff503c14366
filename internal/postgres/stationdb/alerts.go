package stationdb

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/relaydb"
	"github.com/openbmis/openbmis/replication"
)

// Alerts reads the alert lists from the reference data that the station holds.
type Alerts struct {
	db *postgres.DB
}

// NewAlerts makes the reader.
func NewAlerts(db *postgres.DB) Alerts { return Alerts{db: db} }

// AlertState is what the station holds of the lists. Version 0: it has none.
type AlertState struct {
	Version   int64     // of the dataset
	CurrentAt time.Time // when the centre last said that it is the newest
	// Generation and Change say how far the record of changed keys is: with the same Generation, what has changed since is what came
	// after Change.
	Generation, Change int64
	keptFrom           int64
}

// Held reports whether the station has lists.
func (s AlertState) Held() bool { return s.Version > 0 }

// Follows reports whether the keys that changed between an earlier state and s are still recorded.
func (s AlertState) Follows(earlier AlertState) bool {
	return earlier.Held() && s.Generation == earlier.Generation && s.keptFrom <= earlier.Change
}

// AlertRow is a row of the dataset; Data is nil when it is gone.
type AlertRow struct {
	Key  string
	Data []byte
}

// State is what the station holds.
func (a Alerts) State(ctx context.Context) (AlertState, error) { return alertState(ctx, a.db.Pool) }

type rowQuerier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

func alertState(ctx context.Context, q rowQuerier) (s AlertState, err error) {
	var at *time.Time
	err = q.QueryRow(ctx, `
		select coalesce(c.version, 0), c.confirmed_at, g.generation, coalesce((select max(n) from alert_change), g.kept_from), g.kept_from
		from alert_generation g left join ref_cursor c on c.dataset = $1`, alerts.ListsDataset).
		Scan(&s.Version, &at, &s.Generation, &s.Change, &s.keptFrom)
	if err != nil {
		return AlertState{}, fmt.Errorf("state of the alert lists: %w", err)
	}
	if at != nil {
		s.CurrentAt = at.UTC()
	}
	return s, nil
}

// Load reads all lists at one moment, row after row: each is called with every row and must not keep Data. An error of each ends it.
func (a Alerts) Load(ctx context.Context, each func(AlertRow) error) (state AlertState, err error) {
	err = a.moment(ctx, func(tx pgx.Tx) error {
		if state, err = alertState(ctx, tx); err != nil {
			return err
		}
		return rowsOf(ctx, tx, each, `select key, data from ref_row where dataset = $1 order by key`, alerts.ListsDataset)
	})
	return state, err
}

// Changed reads the rows that changed since an earlier state, as they are now; those that are gone have no Data. held are the numbers
// of alerts that the lists of the changed rows have here. Ask only when the state Follows the earlier one.
func (a Alerts) Changed(
	ctx context.Context, since AlertState, each func(AlertRow) error,
) (state AlertState, held map[string]int, err error) {
	held = map[string]int{}
	err = a.moment(ctx, func(tx pgx.Tx) error {
		if state, err = alertState(ctx, tx); err != nil {
			return err
		}
		if !state.Follows(since) {
			return fmt.Errorf("changes of the alert lists since %d are not recorded any more", since.Change)
		}
		err := rowsOf(ctx, tx, func(row AlertRow) error {
			if kind, name := alerts.SplitKey(row.Key); kind == 'a' {
				list, _, _ := strings.Cut(name, "/")
				held[list] = 0
			}
			return each(row)
		}, `select k.key, r.data from (select distinct key from alert_change where n > $2) k
			left join ref_row r on r.dataset = $1 and r.key = k.key order by k.key`, alerts.ListsDataset, since.Change)
		if err != nil {
			return err
		}
		return count(ctx, tx, held)
	})
	return state, held, err
}

// count counts the alerts of lists.
func count(ctx context.Context, tx pgx.Tx, held map[string]int) error {
	for list := range held {
		var n int
		from := alerts.RowKey(list + "/")
		to := from[:len(from)-1] + "0" // the character that follows "/" in the order of bytes
		err := tx.QueryRow(ctx, `select count(*) from ref_row where dataset = $1 and key >= $2 and key < $3`, alerts.ListsDataset, from, to).Scan(&n)
		if err != nil {
			return fmt.Errorf("count the alerts of a list: %w", err)
		}
		held[list] = n
	}
	return nil
}

// Alerts reads alerts by their keys (alerts.Alert.Key); those that are not there, or cannot be read, are left out. It implements
// listcheck.Details.
func (a Alerts) Alerts(ctx context.Context, keys []string) (map[string]alerts.Alert, error) {
	wanted := make([]string, len(keys))
	for i, key := range keys {
		wanted[i] = alerts.RowKey(key)
	}
	found := make(map[string]alerts.Alert, len(keys))
	err := rowsOf(ctx, a.db.Pool, func(row AlertRow) error {
		alert, err := alerts.ParseRow(row.Data)
		if err != nil {
			return err
		}
		found[alert.Key()] = alert
		return nil
	}, `select key, data from ref_row where dataset = $1 and key = any($2)`, alerts.ListsDataset, wanted)
	return found, err
}

// moment runs fn in a transaction that sees one moment.
func (a Alerts) moment(ctx context.Context, fn func(pgx.Tx) error) error {
	tx, err := a.db.Pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return fmt.Errorf("read alert lists: %w", err)
	}
	defer func() { _ = tx.Rollback(ctx) }() // nothing was written
	return fn(tx)
}

type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func rowsOf(ctx context.Context, q querier, each func(AlertRow) error, sql string, args ...any) error {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return fmt.Errorf("read alert lists: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var row AlertRow
		if err := rows.Scan(&row.Key, &row.Data); err != nil {
			return fmt.Errorf("read alert lists: %w", err)
		}
		if err := each(row); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read alert lists: %w", err)
	}
	return nil
}

// AlertSink takes the dataset of the alert lists. Its rows are used from where the station keeps all reference data; the sink records
// which have changed, so that the lists in memory follow.
type AlertSink struct{}

var _ relaydb.Sink = AlertSink{}

// keptAlertChanges is how many changed keys are recorded at least. Who is further behind loads the lists whole.
const keptAlertChanges = 50_000

// Clear says that everything may change: a snapshot follows.
func (AlertSink) Clear(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `update alert_generation set generation = generation + 1`)
	return err
}

// Apply records the keys of changes. Those of a snapshot need no record: its generation is a new one.
func (AlertSink) Apply(ctx context.Context, tx pgx.Tx, changes []replication.Change) error {
	keys := make([]string, 0, len(changes))
	for _, c := range changes {
		if c.Version > 0 {
			keys = append(keys, c.Key)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	b := new(pgx.Batch)
	b.Queue(`insert into alert_change (key) select unnest($1::text[])`, keys)
	b.Queue(`update alert_generation set kept_from = greatest(kept_from, (select max(n) from alert_change) - $1)`, keptAlertChanges)
	b.Queue(`delete from alert_change where n <= (select kept_from from alert_generation)`)
	return tx.SendBatch(ctx, b).Close()
}
