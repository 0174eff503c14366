package stationdb

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
)

// Hits raises hits in the transaction of what they come with; hitdb implements it. Its writing methods say whether there were any.
type Hits interface {
	// Decided raises the hits of a decision's findings that are not raised yet, and writes the decision into the way of all.
	Decided(ctx context.Context, tx pgx.Tx, inspection uuid.UUID, e border.CrossingEvent, entry audit.Entry) (bool, error)
	// Dismissed does the same for a scan that is put aside.
	Dismissed(ctx context.Context, tx pgx.Tx, d border.DismissalEvent, entry audit.Entry) (bool, error)
	// Committed is called after the transaction, when there were any.
	Committed()
}

func (s *Store) decidedHits(ctx context.Context, tx pgx.Tx, inspection uuid.UUID, e border.CrossingEvent, entry audit.Entry) (bool, error) {
	if s.hits == nil {
		return false, nil
	}
	return s.hits.Decided(ctx, tx, inspection, e, entry)
}

func (s *Store) dismissedHits(ctx context.Context, tx pgx.Tx, d border.DismissalEvent, entry audit.Entry) (bool, error) {
	if s.hits == nil {
		return false, nil
	}
	return s.hits.Dismissed(ctx, tx, d, entry)
}

// tell says after a commit that hits were raised or have gone on.
func (s *Store) tell(hits bool) {
	if hits {
		s.hits.Committed()
	}
}
