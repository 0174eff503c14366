package stationdb

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
)

// Prints settles what was taken of travellers' fingers in the transaction of a decision; fingerdb implements it. It is asked only about scans
// of which prints were taken, and says whether there were any to settle.
type Prints interface {
	// Settle makes the prints of an inspection those of a decision on a file.
	Settle(ctx context.Context, tx pgx.Tx, inspection uuid.UUID, e border.CrossingEvent, entry audit.Entry) (bool, error)
	// Withdraw takes that back: a correction annulled the decision.
	Withdraw(ctx context.Context, tx pgx.Tx, inspection uuid.UUID, c border.CorrectionEvent, entry audit.Entry) (bool, error)
	// Committed is called after the transaction, when there were any.
	Committed()
}

func (s *Store) settlePrints(ctx context.Context, tx pgx.Tx, inspection uuid.UUID, e border.CrossingEvent, entry audit.Entry) (bool, error) {
	if s.prints == nil {
		return false, nil
	}
	return s.prints.Settle(ctx, tx, inspection, e, entry)
}

func (s *Store) withdrawPrints(ctx context.Context, tx pgx.Tx, inspection uuid.UUID, c border.CorrectionEvent, entry audit.Entry) (bool, error) {
	if s.prints == nil {
		return false, nil
	}
	return s.prints.Withdraw(ctx, tx, inspection, c, entry)
}

func (s *Store) tellPrints(settled bool) {
	if settled {
		s.prints.Committed()
	}
}
