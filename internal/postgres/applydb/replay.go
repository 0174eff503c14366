package applydb

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Replays gives the columns of an application's row that are not what its events make; none is as it must be.
func (s *Store) Replays(ctx context.Context, id uuid.UUID) (differ []string, err error) {
	err = s.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		c, _, err := s.load(ctx, tx, id)
		if err != nil {
			return err
		}
		r, err := s.rowOf(c)
		if err != nil {
			return err
		}
		columns := make([]string, len(r.names))
		for n, name := range r.names {
			columns[n] = fmt.Sprintf("CASE WHEN %s IS DISTINCT FROM $%d THEN '%s' ELSE '' END", name, n+1, name)
		}
		var found []string
		query := `SELECT ARRAY[` + strings.Join(columns, ", ") + `] FROM visa_application WHERE id = $1`
		if err := tx.QueryRow(ctx, query, r.values...).Scan(&found); err != nil {
			return err
		}
		for _, name := range found {
			if name != "" {
				differ = append(differ, name)
			}
		}
		return nil
	})
	return differ, wrap(err, "replay an application")
}
