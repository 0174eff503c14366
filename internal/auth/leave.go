package auth

import (
	"context"
	"fmt"

	"github.com/openbmis/openbmis/internal/audit"
)

// LeaveLane moves an open session out of its lane: its person goes on at the workstation, but sits at no counter.
func (s *Service) LeaveLane(ctx context.Context, session Session) (Session, error) {
	if session.Locked {
		return Session{}, ErrLocked
	}
	var left Session
	err := s.change(ctx, session.ID, func(tx Tx, record *SessionRecord) error {
		if !record.LockedAt.IsZero() {
			return ErrLocked
		}
		entry := record.Actor(s.Post).Entry(s.Now(), audit.Administration, "session", record.ID.String())
		entry.Decision = "left the lane"
		record.Lane = ""
		left = record.current()
		return tx.Audit(ctx, entry)
	})
	if err != nil {
		return Session{}, fmt.Errorf("leaving a lane: %w", err)
	}
	return left, nil
}
