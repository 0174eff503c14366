package auditlog

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/postgres"
)

// WitnessReader reads what the witness holds, without its key. It is a Reference for Verify.
type WitnessReader struct{ db *postgres.DB }

var _ Reference = (*WitnessReader)(nil)

// activeID selects the log that is followed of the origin $1.
const activeID = `SELECT id FROM witness_log WHERE origin = $1 AND retired_at IS NULL`

// NewWitnessReader returns the reader of the centre's database.
func NewWitnessReader(db *postgres.DB) *WitnessReader { return &WitnessReader{db: db} }

// Checkpoints returns the co-signed checkpoints held of an origin that are larger than after, by size, at most limit. They
// are the evidence from outside with which that node's own database is verified.
func (r *WitnessReader) Checkpoints(ctx context.Context, origin string, after int64, limit int) ([][]byte, error) {
	rows, err := r.db.Pool.Query(ctx, `SELECT note FROM witness_checkpoint WHERE log_id = (`+activeID+`) AND size > $2 ORDER BY size LIMIT $3`,
		origin, after, limit)
	if err != nil {
		return nil, fmt.Errorf("checkpoints of %s: %w", origin, err)
	}
	notes, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	if err != nil {
		return nil, fmt.Errorf("checkpoints of %s: %w", origin, err)
	}
	return notes, nil
}

// Newest returns the largest co-signed checkpoint held of an origin; nil if there is none.
func (r *WitnessReader) Newest(ctx context.Context, origin string) ([]byte, error) {
	var newest []byte
	err := r.db.Pool.QueryRow(ctx, `SELECT note FROM witness_checkpoint WHERE log_id = (`+activeID+`) ORDER BY size DESC LIMIT 1`, origin).
		Scan(&newest)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return nil, fmt.Errorf("checkpoint of %s: %w", origin, err)
	}
	return newest, nil
}

// Leaves returns the copies of an origin's leaves [first, first+limit), as far as they are held.
func (r *WitnessReader) Leaves(ctx context.Context, origin string, first int64, limit int) ([][]byte, error) {
	rows, err := r.db.Pool.Query(ctx, `SELECT leaf FROM witness_leaf
		WHERE log_id = (`+activeID+`) AND leaf_no >= $2 AND leaf_no < $3 ORDER BY leaf_no`, origin, first, first+int64(max(limit, 0)))
	if err != nil {
		return nil, fmt.Errorf("leaves of %s: %w", origin, err)
	}
	leaves, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	if err != nil {
		return nil, fmt.Errorf("leaves of %s: %w", origin, err)
	}
	return leaves, nil
}
