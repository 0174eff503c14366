package boarddb

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
)

// Counts is how many persons of a flight were screened with which outcome. Persons who were not looked at yet are in none.
type Counts struct{ Hit, NotChecked, NoHit int }

// Counts counts the screening of flights. It names nobody.
func (s *Store) Counts(ctx context.Context, flights []uuid.UUID) (map[uuid.UUID]Counts, error) {
	rows, err := s.DB.Pool.Query(ctx, `SELECT s.flight, s.outcome, count(*) FROM passenger_screening s
		JOIN passenger_person p ON p.id = s.person AND p.merged_into IS NULL AND p.status <> 'cancelled'
		WHERE s.flight = ANY ($1) GROUP BY s.flight, s.outcome`, flights)
	if err != nil {
		return nil, wrap(err, "count the screening of flights")
	}
	all := make(map[uuid.UUID]Counts, len(flights))
	var flight uuid.UUID
	var outcome, n int
	_, err = pgx.ForEachRow(rows, []any{&flight, &outcome, &n}, func() error {
		c := all[flight]
		switch border.Outcome(outcome) {
		case border.Hit:
			c.Hit = n
		case border.NotChecked:
			c.NotChecked = n
		case border.NoHit:
			c.NoHit = n
		}
		all[flight] = c
		return nil
	})
	return all, wrap(err, "count the screening of flights")
}
