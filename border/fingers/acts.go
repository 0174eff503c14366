package fingers

import (
	"context"
	"slices"
	"strings"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/internal/audit"
)

// OfficerCodes are the codes that an officer gives to a finger that cannot be taken; the others are the policy's.
func OfficerCodes() []biometrics.Missing {
	return []biometrics.Missing{
		biometrics.Amputated, biometrics.Bandaged, biometrics.Injured, biometrics.Refused, biometrics.DeviceFailure,
	}
}

// Missing notes why a finger cannot be taken; biometrics.UnknownFinger stands for all that have no print yet. When every finger is settled
// then, the taking is kept. A code can be given to a finger with a print too: the print goes.
func (d *Desk) Missing(ctx context.Context, actor audit.Actor, s *Session, position biometrics.Position, code biometrics.Missing) error {
	if !slices.Contains(OfficerCodes(), code) {
		return ErrCode
	}
	return d.act(ctx, actor, s, func() error {
		if position != biometrics.UnknownFinger && s.find(position) == nil {
			return ErrCode
		}
		for _, one := range s.slots {
			all := position == biometrics.UnknownFinger && (one.State == Wanted || one.State == Low)
			if all || one.Position == position {
				*one = slot{Finger: Finger{Position: one.Position, State: IsMissing, Missing: code, Tries: one.Tries, Open: one.Open}}
			}
		}
		return nil
	})
}

// Ask takes a code back: the finger is wanted again.
func (d *Desk) Ask(ctx context.Context, actor audit.Actor, s *Session, position biometrics.Position) error {
	return d.act(ctx, actor, s, func() error {
		one := s.find(position)
		if one == nil {
			return ErrCode
		}
		*one = slot{Finger: Finger{Position: one.Position, State: Wanted, Tries: one.Tries, Open: one.Open}}
		return nil
	})
}

// Accept keeps the best try of every finger below the wanted quality, for a coded reason. "best_of_tries" is one only when all tries that
// the policy wants were made; the others are the officer's word.
func (d *Desk) Accept(ctx context.Context, actor audit.Actor, s *Session, reason string) error {
	if !slices.Contains(AcceptReasons(), reason) {
		return ErrReason
	}
	v, _ := s.View()
	switch {
	case !v.Has(Low):
		return ErrNothing
	case reason == AcceptReasons()[0] && !v.OutOfTries():
		return ErrTries
	}
	return d.act(ctx, actor, s, func() error {
		for _, one := range s.slots {
			if one.State == Low {
				one.State, one.Accepted, one.Fault = Accepted, reason, ""
			}
		}
		return nil
	})
}

// act does something to a session that waits for the officer, and keeps the taking when nothing is left to do. When only the other hand is
// left, it is wanted then.
func (d *Desk) act(ctx context.Context, actor audit.Actor, s *Session, do func() error) (err error) {
	whole := false
	s.change(func() {
		if s.phase != PhaseWaiting {
			err = ErrTaking
			return
		}
		s.actor = actor
		if err = do(); err == nil {
			s.askElse()
		}
		if whole = err == nil && s.settled(); whole {
			s.phase = PhaseTaking
		}
	})
	if err != nil || !whole {
		return err
	}
	return d.keep(ctx, s)
}

// keep keeps a taking of which every finger is settled, and which nobody changes meanwhile. A store that fails leaves the session as it is,
// with the fault: the officer can try again, and nothing is lost.
func (d *Desk) keep(ctx context.Context, s *Session) error {
	s.mu.Lock()
	taking, prints := d.taking(s)
	actor := s.actor
	s.mu.Unlock()
	entry := actor.Entry(taking.At, audit.Collection, "fingerprints", taking.ID.String())
	entry.Purpose, entry.ResultCount = PurposeOfVerification, len(prints)
	err := d.cfg.Store.Keep(ctx, taking, prints, entry)
	s.change(func() {
		s.phase = PhaseWaiting
		if err != nil {
			s.fault, s.failed = CodeStore, err
			return
		}
		s.phase, s.fault, s.failed = PhaseKept, "", nil
		s.forget()
	})
	if err == nil {
		d.tell(ctx, s)
	}
	return err
}

// taking is the taking that a settled session makes; under the session's lock.
func (d *Desk) taking(s *Session) (Taking, []Print) {
	slots, prints := s.filled(d.cfg.NewID)
	for n := range prints {
		prints[n].Station = d.cfg.Station
	}
	return Taking{
		ID: d.cfg.NewID(), Scan: s.Scan, Station: d.cfg.Station, Lane: s.Lane, Officer: s.actor.Name, At: d.cfg.Now(), Policy: s.policy.Version,
		Reader:    strings.TrimSpace(strings.Join([]string{s.info.Make, s.info.Model, s.info.Serial}, " ")),
		Simulated: s.info.Simulated, Slots: slots,
	}, prints
}
