package boarddb

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/alerts/hit"
)

// DeskHit is where a hit on an expected person stands at the desk of the alert's owner. It names neither the alert nor the owner.
type DeskHit struct {
	RaisedAt time.Time
	Stage    hit.Stage
	Denied   bool // it is not the person, or nothing is wanted of him any more
}

// AtDesk is what desks say of expected persons' hits, the oldest first. What is said there changes no answer to a carrier: an analyst does. A
// discreet hit is on no desk but its owner's and never here. Whoever reads it for a person who looks audits the read himself.
func (s *Store) AtDesk(ctx context.Context, persons []uuid.UUID) (map[uuid.UUID][]DeskHit, error) {
	rows, err := s.DB.Pool.Query(ctx, `SELECT traveller_id, raised_at, stage, stage IN ($2, $3) OR closed_at IS NOT NULL AND outcome = ANY ($4)
		FROM desk_hit WHERE traveller_id = ANY ($1) AND central ORDER BY raised_at, id`,
		persons, string(hit.StageNotSame), string(hit.StageNotConfirmed), denials())
	if err != nil {
		return nil, wrap(err, "read what desks say of expected persons")
	}
	all := map[uuid.UUID][]DeskHit{}
	var person uuid.UUID
	var h DeskHit
	_, err = pgx.ForEachRow(rows, []any{&person, &h.RaisedAt, &h.Stage, &h.Denied}, func() error {
		h.RaisedAt = h.RaisedAt.UTC()
		all[person] = append(all[person], h)
		return nil
	})
	return all, wrap(err, "read what desks say of expected persons")
}

// denials are the outcomes after which a hit points at the person no more.
func denials() []string {
	return []string{hit.OutcomeNotSame, hit.OutcomeNotConfirmed, hit.OutcomeMistakenScan, hit.OutcomeAlertWithdrawn}
}
