package shiftdb

import (
	"context"
	"fmt"
)

// OpenReferrals is how many cases of the second line have no outcome.
func (s *Store) OpenReferrals(ctx context.Context) (int, error) {
	return s.tally(ctx, `select count(*)::int from referral where closed_at is null`)
}

// Unsigned is how many shifts were offered and not taken over.
func (s *Store) Unsigned(ctx context.Context) (int, error) {
	return s.tally(ctx, `select count(*)::int from shift where offered_at is not null and signed_at is null`)
}

func (s *Store) tally(ctx context.Context, query string) (n int, err error) {
	if err = s.cfg.DB.Pool.QueryRow(ctx, query).Scan(&n); err != nil {
		return 0, fmt.Errorf("shifts: %w", err)
	}
	return n, nil
}
