package refusaldb

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/refusal"
)

const nextNumber = `
INSERT INTO refusal_counter (station, year, last) VALUES ($1, $2, 1)
ON CONFLICT (station, year) DO UPDATE SET last = refusal_counter.last + 1 RETURNING last`

// Number takes the next copy number of the station in the year that at has in its own location: hand in the post's local time. The
// counter's row stays locked until the caller's transaction ends, and goes back with it: numbers have no gaps.
func Number(ctx context.Context, tx pgx.Tx, station string, at time.Time) (string, error) {
	var n int
	if err := tx.QueryRow(ctx, nextNumber, station, at.Year()).Scan(&n); err != nil {
		return "", fmt.Errorf("copy number of a refusal: %w", err)
	}
	return refusal.Number(station, at.Year(), n), nil
}
