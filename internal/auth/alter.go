package auth

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/audit"
)

// alteration is one change of an account.
type alteration struct {
	by   audit.Actor
	user uuid.UUID
	// what was done, for the audit entry and as reason of ended sessions.
	what string
	// endSessions ends the user's sessions but the one to keep. It also
	// releases the brake: the account begins anew.
	endSessions bool
	keep        uuid.UUID
	act         func(*Account)
}

// alter changes an account and audits it in one transaction.
func (s *Service) alter(ctx context.Context, a alteration) error {
	now := s.Now()
	entry := a.by.Entry(now, audit.Administration, "user", a.user.String())
	entry.Decision = a.what
	err := s.Store.InTx(ctx, func(tx Tx) error {
		account, err := tx.Account(ctx, a.user)
		if err != nil {
			return err
		}
		a.act(&account)
		if err := tx.SaveAccount(ctx, account); err != nil {
			return err
		}
		if a.endSessions {
			if entry.ResultCount, err = tx.EndSessions(ctx, a.user, a.keep, now, a.what); err != nil {
				return err
			}
			if err := tx.ForgetFailures(ctx, userKey(a.user)); err != nil {
				return err
			}
		}
		return tx.Audit(ctx, entry)
	})
	s.watches.look()
	if err != nil {
		return fmt.Errorf("changing a user: %w", err)
	}
	return nil
}
