package hitdb

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/internal/postgres"
)

const insertClearing = `
INSERT INTO hit_cleared (hit, traveller, file_id, alert, alert_version, judged_by, cleared_by, cleared_at, until)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`

// keepClearing keeps the pair that a step clears, and forgets the one that a step takes back.
func keepClearing(ctx context.Context, tx pgx.Tx, h *hit.Hit, e hit.Event) (err error) {
	switch e.Kind {
	case hit.Cleared:
		c := e.Clearing
		_, err = tx.Exec(ctx, insertClearing, h.ID, c.Traveller, idOrNull(c.File), c.Alert, c.AlertVersion, h.JudgedBy, e.By, e.At, c.Until)
	case hit.Restored, hit.Reopened:
		_, err = tx.Exec(ctx, `DELETE FROM hit_cleared WHERE hit = $1`, h.ID)
	default:
	}
	return err
}

// Pairs are the pairs that are not the same person. It implements hit.Pairs.
type Pairs struct{ db *postgres.DB }

var _ hit.Pairs = Pairs{}

// NewPairs makes the reader.
func NewPairs(db *postgres.DB) Pairs { return Pairs{db} }

const selectCleared = `
SELECT DISTINCT ON (alert, alert_version) alert, alert_version, judged_by, cleared_by, cleared_at, until FROM hit_cleared
WHERE traveller = $1 AND alert = ANY ($2) AND until > $3 ORDER BY alert, alert_version, cleared_at DESC`

// Cleared are the pairs of a traveller that stand at an instant, on any of the alerts.
func (p Pairs) Cleared(ctx context.Context, traveller string, alerts []string, at time.Time) ([]hit.Pair, error) {
	rows, err := p.db.Pool.Query(ctx, selectCleared, traveller, alerts, at)
	if err != nil {
		return nil, fmt.Errorf("cleared pairs: %w", err)
	}
	pairs, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c hit.Pair, err error) {
		err = row.Scan(&c.Alert, &c.AlertVersion, &c.JudgedBy, &c.ClearedBy, &c.ClearedAt, &c.Until)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("cleared pairs: %w", err)
	}
	return pairs, nil
}
