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
		SELECT day, count(*) AS n, min(seq) AS first_seq, max(seq) AS last_seq,
			(array_agg(hash ORDER BY seq DESC))[1] AS head FROM gone GROUP BY day)
	INSERT INTO outbox_day AS d (epoch, day, n, first_seq, last_seq, head)
	SELECT $1, day, n, first_seq, last_seq, head FROM counted
	ON CONFLICT (epoch, day) DO UPDATE SET n = d.n + excluded.n, first_seq = least(nullif(d.first_seq, 0), excluded.first_seq),
		last_seq = excluded.last_seq, head = excluded.head`

// Confirm prunes what the centre has committed, after making sure that it is what this outbox wrote.
func (o *Outbox) Confirm(ctx context.Context, at replication.Position) error {
	s, err := o.state(ctx, o.db.Pool, ``)
	if err != nil {
		return err
	}
	if at.Seq == s.confirmed.Seq {
		return o.sameAs(s.confirmed, at)
	}
	return o.db.InTx(ctx, func(tx pgx.Tx) error {
		s, err := o.lockState(ctx, tx)
		if err != nil {
			return err
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
	// numberedDays counts what is numbered and not yet confirmed.
	numberedDays = `SELECT c.day, c.n, c.first_seq, c.last_seq, o.hash AS head FROM (
			SELECT (created_at AT TIME ZONE 'UTC')::date AS day, count(*) AS n, min(seq) AS first_seq, max(seq) AS last_seq
			FROM outbox WHERE seq IS NOT NULL GROUP BY 1) AS c JOIN outbox o ON o.seq = c.last_seq`

	selectDays = `SELECT epoch, day, sum(n)::bigint, coalesce(min(nullif(first_seq, 0)), 0), max(last_seq),
			(array_agg(head ORDER BY last_seq DESC))[1]
		FROM (SELECT epoch, day, n, first_seq, last_seq, head FROM outbox_day
			UNION ALL SELECT s.epoch, p.* FROM outbox_state s, (` + numberedDays + `) AS p) AS parts
		WHERE day >= $2 AND ($1::uuid IS NULL OR epoch = $1) GROUP BY epoch, day ORDER BY day, min(n), epoch`

	// retractDays leaves a row, possibly of count 0, for every day of an ended epoch that a summary was given of: the centre
	// must learn that what was counted there is counted elsewhere now.
	retractDays = `INSERT INTO outbox_day (epoch, day, n, first_seq, last_seq, head)
		SELECT $1, day, 0, 0, 0, NULL FROM (` + numberedDays + `) AS p ON CONFLICT (epoch, day) DO NOTHING`
)

// Days gives the summaries from a day on.
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
