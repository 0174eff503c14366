package readerdb

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/arrival"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
)

const purgeArrivals = `
UPDATE reader_arrival SET state = 'put_aside', why = $3, officer = '', settled_at = $2, content = NULL
WHERE state IN ('arrived', 'kept') AND arrived_at < $1 RETURNING id`

// Purge puts aside, at an instant, what arrived before another and nobody took: the content goes, the row stays and says arrival.Expired.
// Each has an audit entry of the actor in the same transaction. It gives how many there were.
func (s *Store) Purge(ctx context.Context, before, at time.Time, actor audit.Actor) (n int, err error) {
	err = s.db.InTx(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, purgeArrivals, before, at, arrival.Expired)
		if err != nil {
			return err
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		if err != nil {
			return err
		}
		for _, id := range ids {
			entry := actor.Entry(at, audit.Erasure, "reading", id.String())
			entry.Purpose, entry.Decision = "retention", arrival.Expired
			if err := auditlog.Insert(ctx, tx, entry); err != nil {
				return err
			}
		}
		n = len(ids)
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("purge readings that nobody took: %w", err)
	}
	return n, nil
}
