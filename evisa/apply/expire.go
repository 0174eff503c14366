package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/openbmis/openbmis/internal/audit"
)

// Bounds of one round of Expire.
const (
	expireAtOnce = 100
	sweepAfter   = 7 * 24 * time.Hour
)

// Expire shreds what was begun and not finished, or sent and not paid, in time; it says how many. Key generations that nothing is wrapped
// with any more are destroyed: then no backup opens what was shredded.
func (s *Service) Expire(ctx context.Context) (shredded int, err error) {
	for {
		n, err := s.expireSome(ctx)
		shredded += n
		if err != nil {
			return shredded, err
		}
		if n < expireAtOnce {
			break
		}
	}
	return shredded, s.sweep(ctx)
}

func (s *Service) expireSome(ctx context.Context) (n int, err error) {
	err = s.Store.InTx(ctx, func(tx Tx) error {
		ids, err := tx.Expired(ctx, s.Now(), expireAtOnce)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := errors.Join(tx.DeleteDraft(ctx, id), s.note(ctx, tx, audit.Erasure, ObjectDraft, id, "expired")); err != nil {
				return err
			}
		}
		n = len(ids)
		return nil
	})
	return n, err
}

// sweep takes away what has ended, and keys that wrap nothing. The generation before the current one stays: a draft may be on its way
// to be kept with it.
func (s *Service) sweep(ctx context.Context) error {
	var used []string
	err := s.Store.InTx(ctx, func(tx Tx) (err error) {
		if err := tx.Sweep(ctx, s.Now(), s.Now().Add(-sweepAfter)); err != nil {
			return err
		}
		used, err = tx.Generations(ctx)
		return err
	})
	if err != nil {
		return err
	}
	known, err := s.Keys.Generations()
	if err != nil {
		return err
	}
	for _, generation := range known[:max(0, len(known)-2)] {
		if slices.Contains(used, generation) {
			continue
		}
		if err := s.Keys.Destroy(generation); err != nil {
			return fmt.Errorf("key generation %s: %w", generation, err)
		}
	}
	return nil
}
