package auditlog

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/openbmis/openbmis/internal/audit"
)

// querier is a transaction, a connection or a pool.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// hashSource names the two statements that read hashes [$1, $2) of one log: of leaves by number, of nodes by index.
type hashSource struct {
	leaves, nodes string
	args          []any // further arguments, $3 and on
}

// ownHashes reads this node's log.
func ownHashes() hashSource {
	return hashSource{
		leaves: `SELECT hash FROM audit_leaf WHERE leaf_no >= $1 AND leaf_no < $2 ORDER BY leaf_no`,
		nodes:  `SELECT hash FROM audit_hash WHERE idx = ANY($1) ORDER BY idx`,
	}
}

// witnessedHashes reads the witness's copy of a log.
func witnessedHashes(logID int64) hashSource {
	return hashSource{
		leaves: `SELECT hash FROM witness_leaf WHERE leaf_no >= $1 AND leaf_no < $2 AND log_id = $3 ORDER BY leaf_no`,
		nodes:  `SELECT hash FROM witness_hash WHERE idx = ANY($1) AND log_id = $2 ORDER BY idx`,
		args:   []any{logID},
	}
}

// reader makes the source a tlog.HashReader over db.
func (s hashSource) reader(ctx context.Context, db querier) tlog.HashReader {
	return tlog.HashReaderFunc(audit.SpanReader(func(spans []audit.Span) ([][]tlog.Hash, error) {
		out := make([][]tlog.Hash, len(spans))
		for i, span := range spans {
			hashes, err := s.span(ctx, db, span)
			if err != nil {
				return nil, err
			}
			out[i] = hashes
		}
		return out, nil
	}).ReadHashes)
}

func (s hashSource) span(ctx context.Context, db querier, span audit.Span) ([]tlog.Hash, error) {
	if span.Level == 0 {
		args := append([]any{span.First, span.First + int64(span.Count)}, s.args...)
		return readHashes(ctx, db, s.leaves, args)
	}
	indexes := make([]int64, span.Count)
	for i := range indexes {
		indexes[i] = tlog.StoredHashIndex(span.Level, span.First+int64(i))
	}
	return readHashes(ctx, db, s.nodes, append([]any{indexes}, s.args...))
}

func readHashes(ctx context.Context, db querier, sql string, args []any) ([]tlog.Hash, error) {
	rows, err := db.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("read audit hashes: %w", err)
	}
	hashes, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (tlog.Hash, error) {
		var b []byte
		if err := row.Scan(&b); err != nil {
			return tlog.Hash{}, err
		}
		return toHash(b)
	})
	if err != nil {
		return nil, fmt.Errorf("read audit hashes: %w", err)
	}
	return hashes, nil
}

func toHash(b []byte) (h tlog.Hash, err error) {
	if len(b) != tlog.HashSize {
		return h, fmt.Errorf("audit hash: expected %d bytes, got %d", tlog.HashSize, len(b))
	}
	copy(h[:], b)
	return h, nil
}
