package relaydb

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/replication"
)

// pruneUpTo removes confirmed events and counts them under their day in the same statement, so that a day's count survives.
const pruneUpTo = `WITH gone AS (
		DELETE FROM outbox WHERE seq <= $2 RETURNING seq, hash, (created_at AT TIME ZONE 'UTC')::date AS day),
	counted AS (
		SELECT day, count(*) AS n, max(seq) AS last, (array_agg(hash ORDER BY seq DESC))[1] AS head FROM gone GROUP BY day)
	UPDATE outbox_day AS d SET kept_n = d.kept_n + counted.n, kept_last = counted.last, kept_head = counted.head
	FROM counted WHERE d.epoch = $1 AND d.day = counted.day`

// Confirm prunes what the centre has committed, after making sure that it is what this outbox wrote.
func (o *Outbox) Confirm(ctx context.Context, epoch uuid.UUID, at replication.Position) error {
	s, err := o.state(ctx, o.db.Pool, ``)
	if err != nil {
		return err
	}
	if at.Seq == s.confirmed.Seq && epoch == s.epoch {
		return o.sameAs(s.confirmed, at)
	}
	return o.db.InTx(ctx, func(tx pgx.Tx) error {
		s, err := o.lockState(ctx, tx)
		if err != nil {
			return err
		}
		if s.epoch != epoch {
			return replication.ErrEpoch
		}
		if err := o.check(ctx, tx, s, at); err != nil || at.Seq == s.confirmed.Seq {
			return err
		}
		b := &pgx.Batch{}
		b.Queue(pruneUpTo, s.epoch, at.Seq)
		b.Queue(`UPDATE outbox_state SET confirmed_seq = $1, confirmed_hash = $2`, at.Seq, at.Head)
		return tx.SendBatch(ctx, b).Close()
	})
}

func (o *Outbox) check(ctx context.Context, tx pgx.Tx, s state, at replication.Position) error {
	switch {
	case at.Seq < s.confirmed.Seq:
		return fmt.Errorf("%w: it is at %d, it had confirmed %d", replication.ErrCentreBehind, at.Seq, s.confirmed.Seq)
	case at.Seq > s.last.Seq:
		return fmt.Errorf("%w: it is at %d, the outbox at %d", replication.ErrDiverged, at.Seq, s.last.Seq)
	case at.Seq == s.confirmed.Seq:
		return o.sameAs(s.confirmed, at)
	}
	own := replication.Position{Seq: at.Seq}
	if err := tx.QueryRow(ctx, `SELECT hash FROM outbox WHERE seq = $1`, at.Seq).Scan(&own.Head); err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return err
	}
	return o.sameAs(own, at)
}

func (o *Outbox) sameAs(own, at replication.Position) error {
	if bytes.Equal(own.Head, at.Head) {
		return nil
	}
	return fmt.Errorf("%w: event %d has another hash there", replication.ErrDiverged, at.Seq)
}

const (
	countDays = `INSERT INTO outbox_day AS d (epoch, day, n, first_seq, last_seq, head)
		SELECT $1, * FROM unnest($2::date[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bytea[])
		ON CONFLICT (epoch, day) DO UPDATE SET n = d.n + excluded.n, last_seq = excluded.last_seq, head = excluded.head`

	// retractDays leaves a row, possibly of count 0, for every day of an ended epoch that a summary was given of: the centre
	// must learn that what was counted there is counted elsewhere now.
	retractDays = `UPDATE outbox_day SET n = kept_n, last_seq = kept_last, head = kept_head,
		first_seq = CASE WHEN kept_n = 0 THEN 0 ELSE first_seq END WHERE epoch = $1`

	selectDays = `SELECT epoch, day, n, first_seq, last_seq, head FROM outbox_day
		WHERE day >= $2 AND ($1::uuid IS NULL OR epoch = $1) ORDER BY day, epoch`
)

func queueDays(b *pgx.Batch, days []replication.DaySummary) {
	var epoch uuid.UUID
	var at []time.Time
	var n, first, last []int64
	var heads [][]byte
	for _, d := range days {
		epoch = d.Epoch
		at, n = append(at, d.Day), append(n, d.Count)
		first, last, heads = append(first, d.FirstSeq), append(last, d.LastSeq), append(heads, d.Head)
	}
	b.Queue(countDays, epoch, at, n, first, last, heads)
}

// Days gives the summaries from a day on, as of what is numbered.
func (o *Outbox) Days(ctx context.Context, epoch uuid.UUID, from time.Time) ([]replication.DaySummary, error) {
	var only *uuid.UUID
	if epoch != uuid.Nil {
		only = &epoch
	}
	rows, err := o.db.Pool.Query(ctx, selectDays, only, from)
	if err != nil {
		return nil, fmt.Errorf("outbox days: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (d replication.DaySummary, err error) {
		err = row.Scan(&d.Epoch, &d.Day, &d.Count, &d.FirstSeq, &d.LastSeq, &d.Head)
		return d, err
	})
}
