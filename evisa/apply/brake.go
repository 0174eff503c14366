package apply

import (
	"bytes"
	"context"
	"slices"
	"time"

	"github.com/openbmis/openbmis/internal/auth"
)

// braked is something of which failures are counted: a reference, an address, a source.
type braked struct {
	kind   string // of what is tried: "status", "verify", "link", "begin"
	value  string
	policy auth.Brake
	keep   bool // a success does not forget the failures: a source may know one reference and guess others
	mark   []byte
}

// attempt lets fn try something unless what it is tried on must wait, and counts its failures: fn says whether it went well. A wait is
// ErrSlowDown. The count is kept whatever becomes of the browser; fn's error undoes it all.
func (s *Service) attempt(ctx context.Context, on []braked, fn func(Tx) (bool, error)) error {
	var wait time.Duration
	err := s.Store.InTx(ctx, func(tx Tx) error {
		wait = 0
		if err := s.mark(ctx, tx, on); err != nil {
			return err
		}
		known := make([]auth.Failures, len(on))
		for i, b := range on {
			f, err := tx.Failures(ctx, b.mark)
			if err != nil {
				return err
			}
			known[i], wait = f, max(wait, b.policy.Wait(f, s.Now()))
		}
		if wait > 0 {
			return s.refuse(ctx, tx, on, known)
		}
		ok, err := fn(tx)
		if err != nil {
			return err
		}
		return s.count(ctx, tx, on, known, ok)
	})
	if err != nil || wait == 0 {
		return err
	}
	s.Log.WarnContext(ctx, "somebody tries too often and waits", "what", on[0].kind, "seconds", int(wait/time.Second)+1)
	return slowDown(wait)
}

// mark makes the marks, and brings them into one order: two that hold the same pair never wait for each other.
func (s *Service) mark(ctx context.Context, tx Tx, on []braked) error {
	marks, err := s.marks(ctx, tx)
	if err != nil {
		return err
	}
	for i := range on {
		if on[i].mark, err = marks.of(markBrake, on[i].kind, on[i].value); err != nil {
			return err
		}
	}
	slices.SortFunc(on, func(a, b braked) int { return bytes.Compare(a.mark, b.mark) })
	return nil
}

func (s *Service) refuse(ctx context.Context, tx Tx, on []braked, known []auth.Failures) error {
	for i, b := range on {
		known[i].Refused++
		if err := tx.SetFailures(ctx, b.mark, known[i]); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) count(ctx context.Context, tx Tx, on []braked, known []auth.Failures, ok bool) error {
	for i, b := range on {
		var err error
		switch {
		case !ok:
			err = tx.SetFailures(ctx, b.mark, b.policy.Next(known[i], s.Now()))
		case !b.keep && known[i].Count > 0:
			err = tx.ForgetFailures(ctx, b.mark)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// bySource counts for a network address over all references.
func (s *Service) bySource(kind, source string) braked {
	return braked{kind: kind, value: "source " + source, policy: s.Limits.Source, keep: true}
}
