package centraldb

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/replication"
)

// maxMissing bounds how many missing ranges one comparison names.
const maxMissing = 1000

// Completeness holds what stations claim against what is here; it implements replication.Completeness.
type Completeness struct {
	db  *postgres.DB
	now func() time.Time
}

// NewCompleteness makes a Completeness.
func NewCompleteness(db *postgres.DB, now func() time.Time) *Completeness {
	return &Completeness{db, now}
}

// Claim stores a station's summaries, replacing those of the same epoch and day.
func (c *Completeness) Claim(ctx context.Context, station string, days []replication.DaySummary) error {
	if len(days) == 0 {
		return nil
	}
	pipeline := new(pgx.Batch)
	for _, d := range days {
		pipeline.Queue(`
			INSERT INTO station_day (station, epoch, day, claimed, claimed_first, claimed_last, claimed_head, claimed_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
			ON CONFLICT (station, epoch, day) DO UPDATE SET claimed = excluded.claimed, claimed_first = excluded.claimed_first,
				claimed_last = excluded.claimed_last, claimed_head = excluded.claimed_head, claimed_at = excluded.claimed_at`,
			station, d.Epoch, d.Day, d.Count, d.FirstSeq, d.LastSeq, d.Head, c.now().UTC())
	}
	return wrap(c.db.Pool.SendBatch(ctx, pipeline).Close(), "store claims of station "+station)
}

// Compare says what a station wrote that is not here: numbers above the cursor, days that differ, and numbers below the cursor
// whose row is gone. All is read from one snapshot.
func (c *Completeness) Compare(ctx context.Context, station string) (out replication.Comparison, err error) {
	err = snapshot(ctx, c.db, func(tx pgx.Tx) error {
		out, err = compare(ctx, tx, station)
		return err
	})
	return out, wrap(err, "completeness of station "+station)
}

func compare(ctx context.Context, tx pgx.Tx, station string) (replication.Comparison, error) {
	var none replication.Comparison
	origins, err := originsOf(ctx, tx, station)
	if err != nil {
		return none, err
	}
	claimed, held, err := daysOf(ctx, tx, station)
	if err != nil {
		return none, err
	}
	cursors := make(map[uuid.UUID]int64, len(origins))
	for _, o := range origins {
		cursors[o.epoch] = o.last
	}
	out := replication.CompareDays(claimed, held, cursors)
	for _, o := range origins {
		gone, err := goneRows(ctx, tx, o)
		if err != nil {
			return none, err
		}
		out.Missing = append(gone, out.Missing...)
	}
	return out, nil
}

// origin is one (station, epoch) and how far it is committed.
type origin struct {
	id    int32
	epoch uuid.UUID
	last  int64
}

func originsOf(ctx context.Context, tx pgx.Tx, station string) ([]origin, error) {
	rows, err := tx.Query(ctx, `SELECT origin, epoch, last_seq FROM replication_cursor WHERE station = $1 ORDER BY origin`, station)
	if err != nil {
		return nil, fmt.Errorf("read cursors: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (o origin, err error) {
		return o, row.Scan(&o.id, &o.epoch, &o.last)
	})
	return list, wrap(err, "read cursors")
}

func daysOf(ctx context.Context, tx pgx.Tx, station string) (claimed, held []replication.DaySummary, err error) {
	rows, err := tx.Query(ctx, `
		SELECT epoch, day, claimed, claimed_first, claimed_last, claimed_head, received, received_first, received_last, received_head
		FROM station_day WHERE station = $1 ORDER BY day`, station)
	if err != nil {
		return nil, nil, fmt.Errorf("read days: %w", err)
	}
	var c, h replication.DaySummary
	_, err = pgx.ForEachRow(rows, []any{
		&c.Epoch, &c.Day, &c.Count, &c.FirstSeq, &c.LastSeq, &c.Head, &h.Count, &h.FirstSeq, &h.LastSeq, &h.Head,
	}, func() error {
		c.Day = c.Day.UTC()
		h.Epoch, h.Day = c.Epoch, c.Day
		c.Head, h.Head = slices.Clone(c.Head), slices.Clone(h.Head)
		if c.Count > 0 {
			claimed = append(claimed, c)
		}
		if h.Count > 0 {
			held = append(held, h)
		}
		return nil
	})
	return claimed, held, wrap(err, "read days")
}

// goneRows finds numbers up to the cursor that no row accounts for: not applied, not parked, not carried.
func goneRows(ctx context.Context, tx pgx.Tx, o origin) ([]replication.Range, error) {
	rows, err := tx.Query(ctx, `
		SELECT first, last FROM (
			SELECT seq + 1 AS first, lead(seq, 1, $2 + 1) OVER (ORDER BY seq) - 1 AS last FROM (
				SELECT 0::bigint AS seq
				UNION ALL SELECT origin_seq FROM crossing WHERE origin = $1
				UNION ALL SELECT origin_seq FROM crossing_correction WHERE origin = $1
				UNION ALL SELECT origin_seq FROM inspection_dismissal WHERE origin = $1
				UNION ALL SELECT origin_seq FROM record WHERE origin = $1
				UNION ALL SELECT origin_seq FROM carried_event WHERE origin = $1
				UNION ALL SELECT seq FROM dead_letter WHERE origin = $1 AND resolved_at IS NULL) AS present) AS gaps
		WHERE last >= first ORDER BY first LIMIT $3`, o.id, o.last, maxMissing)
	if err != nil {
		return nil, fmt.Errorf("look for missing rows: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (replication.Range, error) {
		r := replication.Range{Epoch: o.epoch}
		return r, row.Scan(&r.First, &r.Last)
	})
	return list, wrap(err, "look for missing rows")
}

// Check compares and keeps the result for the station board.
func (c *Completeness) Check(ctx context.Context, station string) (replication.Comparison, error) {
	out, err := c.Compare(ctx, station)
	if err != nil {
		return out, err
	}
	text, err := json.Marshal(out)
	if err != nil {
		return out, fmt.Errorf("completeness of station %s: %w", station, err)
	}
	_, err = c.db.Pool.Exec(ctx, `
		INSERT INTO station_check (station, checked_at, comparison) VALUES ($1, $2, $3)
		ON CONFLICT (station) DO UPDATE SET checked_at = excluded.checked_at, comparison = excluded.comparison`,
		station, c.now().UTC(), text)
	return out, wrap(err, "store completeness of station "+station)
}

// CheckAll checks every station that has been heard of.
func (c *Completeness) CheckAll(ctx context.Context) error {
	rows, err := c.db.Pool.Query(ctx, `SELECT station FROM replication_cursor UNION SELECT station FROM station_status ORDER BY 1`)
	if err != nil {
		return fmt.Errorf("list stations: %w", err)
	}
	stations, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("list stations: %w", err)
	}
	for _, station := range stations {
		if _, err := c.Check(ctx, station); err != nil {
			return err
		}
	}
	return nil
}

// snapshot runs fn in a transaction whose statements all see the same state and that may write an audit entry.
func snapshot(ctx context.Context, db *postgres.DB, fn func(pgx.Tx) error) error {
	return pgx.BeginTxFunc(ctx, db.Pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, fn)
}
