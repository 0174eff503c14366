package applydb

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/vault"
)

// guarded gives the database's own guards the words that the program's have.
func guarded(err error) error {
	switch postgres.Constraint(err) {
	case "visa_guard_refuser":
		return desk.ErrRefuser.Because(err)
	case "visa_guard_same", "visa_application_event_check1":
		return desk.ErrSamePerson.Because(err)
	case "visa_guard_two":
		return desk.ErrSecond.Because(err)
	case "visa_guard_evaluated":
		return desk.ErrNotEvaluated.Because(err)
	case "visa_guard_paid":
		return desk.ErrUnconfirmed.Because(err)
	case "visa_guard_state", "visa_guard_unknown":
		return desk.ErrState.Because(err)
	case "visa_application_event_pkey":
		return desk.ErrChanged.Because(err)
	}
	return err
}

// Act writes what do gives, in one transaction with everything that follows from it.
func (s *Store) Act(ctx context.Context, by desk.Doer, at desk.At, do func(c *desk.Case) (desk.Change, error)) (out desk.Outcome, err error) {
	due := false
	err = s.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		c, key, err := s.locked(ctx, tx, at)
		if err != nil {
			return err
		}
		change, err := do(c)
		if err != nil {
			return err
		}
		if err := s.holds(ctx, tx, by, c, change); err != nil {
			return err
		}
		after, err := s.change(ctx, tx, key, by, c, change)
		if err != nil {
			return err
		}
		if err := screened(ctx, tx, c.ID, change.Screened); err != nil {
			return err
		}
		out = desk.Outcome{State: after.State, Visa: after.Visa}
		due = after.State == evisa.Received || by.System && len(change.Events) > 0 // what nobody at a screen did is shown there
		return nil
	})
	if err == nil && due {
		s.o.Changed()
	}
	return out, wrap(err, "act on an application")
}

// locked is an application for this transaction alone, at the version that the doer saw.
func (s *Store) locked(ctx context.Context, tx pgx.Tx, at desk.At) (*desk.Case, *vault.DataKey, error) {
	version, erased, err := stateOf(ctx, tx, at.ID)
	switch {
	case noRows(err):
		return nil, nil, desk.ErrUnknown
	case err != nil:
		return nil, nil, err
	case erased:
		return nil, nil, desk.ErrErased
	case at.Version != desk.AnyVersion && at.Version != version:
		return nil, nil, desk.ErrChanged
	}
	return s.load(ctx, tx, at.ID)
}

// holds are the guards that only the database can keep: nobody decides what he has not seen, or on lists that changed meanwhile.
func (s *Store) holds(ctx context.Context, tx pgx.Tx, by desk.Doer, c *desk.Case, change desk.Change) error {
	if change.Lists > 0 {
		newest, err := newestList(ctx, tx)
		if err != nil {
			return err
		}
		if newest != change.Lists {
			return desk.ErrListsChanged
		}
	}
	if !change.Seen || by.System {
		return nil
	}
	var seen int
	err := tx.QueryRow(ctx, `SELECT version FROM visa_application_seen WHERE application_id = $1 AND account = $2`, c.ID, by.Actor.ID).Scan(&seen)
	if noRows(err) || err == nil && seen != c.Version {
		return desk.ErrNotSeen
	}
	return err
}

// change writes a change and gives the case after it.
func (s *Store) change(
	ctx context.Context, tx pgx.Tx, key *vault.DataKey, by desk.Doer, c *desk.Case, change desk.Change,
) (*desk.Case, error) {
	if len(change.Events) == 0 {
		if change.Screened == 0 && (!change.CheckAgain.IsZero() || by.System) {
			return c, s.postpone(ctx, tx, c, change.CheckAgain)
		}
		return c, nil
	}
	if err := s.issue(ctx, tx, by.Actor, &change); err != nil {
		return nil, err
	}
	if err := s.write(ctx, tx, key, c, by.Officer(), change.Events); err != nil {
		return nil, err
	}
	after := s.o.Rules.Fold(c.ID, append(c.Events[:len(c.Events):len(c.Events)], change.Events...))
	if err := s.update(ctx, tx, after, change.CheckAgain); err != nil {
		return nil, guarded(err)
	}
	if err := s.follow(ctx, tx, c, after); err != nil {
		return nil, err
	}
	return after, s.audited(ctx, tx, by.Actor, c.ID, change.Events)
}

// screened notes which change of the lists the alerts of an application were asked on.
func screened(ctx context.Context, tx pgx.Tx, id uuid.UUID, lists int64) error {
	if lists == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `UPDATE visa_application SET screened = greatest(screened, $2) WHERE id = $1`, id, lists)
	return err
}

func (s *Store) postpone(ctx context.Context, tx pgx.Tx, c *desk.Case, again time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE visa_application SET check_at = $2 WHERE id = $1`, c.ID, orNull(again))
	return err
}

// issue makes the visa of an approval; its number goes into the event.
func (s *Store) issue(ctx context.Context, tx pgx.Tx, by audit.Actor, change *desk.Change) error {
	if change.Grant == nil {
		return nil
	}
	if s.o.Issue == nil {
		return errors.New("no register of visas: nothing can be issued")
	}
	grant := *change.Grant
	grant.Actor = by
	v, err := s.o.Issue(ctx, tx, grant)
	if err != nil {
		return err
	}
	for n := range change.Events {
		if change.Events[n].Kind == desk.EventApproved {
			change.Events[n].Visa = v.Number
		}
	}
	return nil
}

// follow tells the applicant what is new to him, and asks that a fee goes back.
func (s *Store) follow(ctx context.Context, tx pgx.Tx, before, after *desk.Case) error {
	if s.o.Portal == nil || after.Application == nil {
		return nil
	}
	known := 0
	if before != nil {
		known = len(before.Events)
	}
	for _, e := range after.Events[known:] {
		if e.Kind != desk.EventRefundDue || e.Reason != desk.RefundWithdrawn {
			continue // what was paid twice goes back by itself
		}
		id := uuid.NewSHA1(after.ID, append([]byte("refund/"), e.Paid.Payment[:]...))
		if err := s.o.Portal.RefundWanted(ctx, tx, id, after.Application.Group, after.Application.Fee); err != nil {
			return err
		}
	}
	if !after.Tells(before) {
		return nil
	}
	return s.tell(ctx, tx, after, nil, after.Writes(before))
}

// audited writes one entry for each event.
func (s *Store) audited(ctx context.Context, tx pgx.Tx, actor audit.Actor, id uuid.UUID, list []desk.Event) error {
	for _, e := range list {
		verb := audit.Alteration
		if e.Kind == desk.EventApplied || e.Kind == desk.EventReplied {
			verb = audit.Collection
		}
		entry := s.entry(actor, verb, id)
		entry.Decision = string(e.Kind)
		if err := auditlog.Insert(ctx, tx, entry); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) entry(actor audit.Actor, verb audit.Verb, id uuid.UUID) audit.Entry {
	e := actor.Entry(s.clock(), verb, "visa_application", id.String())
	e.Purpose = Purpose
	return e
}

func newestList(ctx context.Context, q querier) (seq int64, err error) {
	err = q.QueryRow(ctx, `SELECT coalesce(max(seq), 0) FROM alert_version`).Scan(&seq)
	return seq, err
}

// NewestList is the newest change of the lists of alerts.
func (s *Store) NewestList(ctx context.Context) (int64, error) {
	seq, err := newestList(ctx, s.o.DB.Pool)
	return seq, wrap(err, "look for changes of alerts")
}
