package riskdb

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Pointed are those of the persons at whom a hit points that is open or was confirmed.
func (s *Store) Pointed(ctx context.Context, tx pgx.Tx, persons []uuid.UUID) ([]uuid.UUID, error) {
	rows, err := tx.Query(ctx, `SELECT DISTINCT person FROM risk_hit WHERE person = ANY ($1) AND state IN ('new', 'in_review', 'confirmed')`, persons)
	if err != nil {
		return nil, wrap(err, "hits that point at persons")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	return list, wrap(err, "hits that point at persons")
}

// Forget removes whatever identifies the persons here: the values behind hits, what connects them with others, and that a dry run hit them.
// The database does the same by itself when a person is masked.
func (s *Store) Forget(ctx context.Context, tx pgx.Tx, persons []uuid.UUID) error {
	b := &pgx.Batch{}
	b.Queue(`DELETE FROM risk_link WHERE person = ANY ($1)`, persons)
	b.Queue(`DELETE FROM risk_dryrun_hit WHERE person = ANY ($1)`, persons)
	b.Queue(`DELETE FROM risk_hit_detail WHERE hit IN (SELECT id FROM risk_hit WHERE person = ANY ($1))`, persons)
	return wrap(tx.SendBatch(ctx, b).Close(), "forget persons")
}
