package fingers

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/capture"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/problem"
)

// Problems that a desk answers with.
var (
	ErrNotAsked  = problem.New(problem.Conflict, "fingers.not_asked")
	ErrNoSession = problem.New(problem.NotFound, "fingers.none")
	ErrTaking    = problem.New(problem.Conflict, "fingers.taking")
	ErrNothing   = problem.New(problem.Conflict, "fingers.nothing_low")
	ErrCode      = problem.New(problem.Invalid, "fingers.code").At("missing")
	ErrReason    = problem.New(problem.Invalid, "fingers.reason").At("reason")
	ErrNoPrint   = problem.New(problem.NotFound, "fingers.no_print")
	ErrTries     = problem.New(problem.Invalid, "fingers.tries").At("reason")
)

// Bounds of a desk.
const (
	// CaptureTime is how long a reader waits for fingers.
	CaptureTime = 20 * time.Second
	// beyond is what a reader may take besides, for its own work and its answer.
	beyond = 10 * time.Second
	// sessionFor is how long a session is remembered after the reader was last asked, and maxSessions how many there are: images are large.
	sessionFor  = 30 * time.Minute
	maxSessions = 200
)

// DeskConfig is what a desk is made of.
type DeskConfig struct {
	Store   Store
	Policy  Policy
	Readers Readers
	State   string
	Station string
	// Changed is told that the answer of the check may be another one: a taking was kept, or an attempt failed.
	Changed func(ctx context.Context, lane string, scan uuid.UUID)
	Now     func() time.Time
	NewID   func() uuid.UUID
}

// Desk is the taking of prints at the counters of a crossing point. It is safe for concurrent use.
type Desk struct {
	cfg     DeskConfig
	examine func(biometrics.Image, int) (Look, error) // Examine

	mu       sync.Mutex
	sessions map[uuid.UUID]*Session // by scan
}

// NewDesk makes a desk.
func NewDesk(cfg DeskConfig) *Desk {
	return &Desk{cfg: cfg, examine: Examine, sessions: map[uuid.UUID]*Session{}}
}

// Policy is the desk's policy.
func (d *Desk) Policy() Policy { return d.cfg.Policy }

// Open is the session of a waiting traveller; a new one when there is none, or when the last one's prints are kept: then all fingers are
// taken again, and the new taking takes the place of the old. ErrNotAsked when the policy does not ask him.
func (d *Desk) Open(ctx context.Context, i *border.Inspection) (*Session, error) {
	if _, asked := d.cfg.Policy.Asked(i.Subject, d.cfg.State); !asked {
		return nil, ErrNotAsked
	}
	if s, err := d.Session(i.Scan.ID); err == nil {
		if v, _ := s.View(); v.Phase != PhaseKept {
			return s, nil
		}
	}
	known, err := d.cfg.Store.Known(ctx, i.Subject)
	if err != nil {
		known = Person{} // the store is away: the prints are taken all the same, and the check says that it could not look
	}
	s := newSession(i.Scan.ID, i.Scan.Lane, d.cfg.Policy, known, d.cfg.Now())
	d.mu.Lock()
	defer d.mu.Unlock()
	if other := d.sessions[s.Scan]; other != nil && other.at() != PhaseKept {
		return other, nil // somebody opened it meanwhile
	}
	d.tidy()
	d.sessions[s.Scan] = s
	return s, nil
}

// tidy forgets sessions that nobody will come back to.
func (d *Desk) tidy() {
	oldest := uuid.Nil
	for id, s := range d.sessions {
		if s.at() == PhaseTaking {
			continue // its fingers are on the reader, or on their way into the store
		}
		if d.cfg.Now().Sub(s.lastTaken()) > sessionFor {
			delete(d.sessions, id)
			continue
		}
		if oldest == uuid.Nil || s.lastTaken().Before(d.sessions[oldest].lastTaken()) {
			oldest = id
		}
	}
	if len(d.sessions) >= maxSessions {
		delete(d.sessions, oldest)
	}
}

// Sweep forgets, until ctx ends, sessions that nobody will come back to: images of prints that were not kept stay in memory no longer.
func (d *Desk) Sweep(ctx context.Context, tick <-chan time.Time) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick:
			d.mu.Lock()
			d.tidy()
			d.mu.Unlock()
		}
	}
}

// Session is the session of a scan; ErrNoSession when there is none.
func (d *Desk) Session(scan uuid.UUID) (*Session, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s := d.sessions[scan]; s != nil {
		return s, nil
	}
	return nil, ErrNoSession
}

// Failed is why the last attempt at a scan's prints gave none; nil when it did, or when there was none.
func (d *Desk) Failed(scan uuid.UUID) error {
	s, err := d.Session(scan)
	if err != nil {
		return nil // no session: nothing was tried
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed
}

// Take asks the reader for the fingers that are still wanted, apart from the request: a screen that goes away does not end it. While the
// reader works it does nothing more.
func (d *Desk) Take(ctx context.Context, actor audit.Actor, s *Session) {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	begun := false
	s.change(func() {
		if s.phase != PhaseWaiting {
			return
		}
		begun = true
		s.phase, s.fault, s.failed, s.actor, s.stop, s.taken = PhaseTaking, "", nil, actor, stop, d.cfg.Now()
	})
	if !begun {
		stop()
		return
	}
	go func() {
		defer stop()
		d.run(ctx, s)
	}()
}

// Stop ends an attempt.
func (d *Desk) Stop(s *Session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.phase == PhaseTaking && s.stop != nil {
		s.stop()
	}
}

// run takes finger after finger, or all at once where the reader can, until all are good or something needs the officer.
func (d *Desk) run(ctx context.Context, s *Session) {
	started := d.cfg.Now()
	err := d.attempts(ctx, s)
	if stopped := ctx.Err() != nil; stopped {
		err = nil
	}
	whole := false
	s.change(func() {
		s.rest()
		s.stop = nil
		s.taken = d.cfg.Now()
		s.took = s.taken.Sub(started)
		if err != nil {
			s.failed, s.fault = err, capture.Code(err)
		}
		whole = err == nil && s.settled() // it stays with the reader's phase until it is kept: nobody changes it meanwhile
		if !whole {
			s.phase = PhaseWaiting
		}
	})
	switch ctx := context.WithoutCancel(ctx); {
	case whole:
		if d.keep(ctx, s) != nil {
			d.tell(ctx, s)
		}
	case err != nil:
		d.tell(ctx, s)
	}
}

func (d *Desk) tell(ctx context.Context, s *Session) {
	if d.cfg.Changed != nil {
		d.cfg.Changed(ctx, s.Lane, s.Scan)
	}
}

// attempts asks the reader until nothing is wanted, or a finger is not good.
func (d *Desk) attempts(ctx context.Context, s *Session) error {
	if s.answered() {
		return nil // nothing is left to take: no reader is needed
	}
	info, err := d.info(ctx, s.Lane)
	if err != nil {
		return err
	}
	s.change(func() { s.info = info })
	for ctx.Err() == nil {
		request, wanted := d.request(s, info.Slap)
		if !wanted {
			return nil
		}
		good, err := d.attempt(ctx, s, request)
		if err != nil || !good {
			return err
		}
	}
	return nil
}

// info is what the reader says of itself. One that is not ready is not asked for prints.
func (d *Desk) info(ctx context.Context, lane string) (capture.Info, error) {
	ctx, cancel := context.WithTimeout(ctx, beyond)
	defer cancel()
	info, err := d.cfg.Readers.At(lane).Info(ctx)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return info, capture.ErrUnreachable
	case err != nil:
		return info, err
	case info.State == capture.Busy:
		return info, capture.ErrBusy
	case info.State != capture.Ready:
		return info, capture.ErrNotReady
	}
	return info, nil
}

// request is what to ask of the reader next.
func (d *Desk) request(s *Session, slap bool) (r capture.Request, wanted bool) {
	s.change(func() {
		s.askElse()
		targets := s.targets()
		if len(targets) == 0 {
			return
		}
		wanted = true
		if slap {
			targets = oneHand(targets)
		} else {
			targets = targets[:1]
		}
		for _, p := range targets {
			s.find(p).State = AtReader
		}
		r = capture.Request{
			Transaction: d.cfg.NewID().String(), Fingers: targets, Exceptions: s.missing(), MinQuality: s.policy.Quality, Timeout: CaptureTime,
		}
	})
	return r, wanted
}

// oneHand are the fingers that can lie on a reader together: those of the first one's hand, without its thumb unless it is the first.
func oneHand(targets []biometrics.Position) []biometrics.Position {
	group := func(p biometrics.Position) int {
		switch {
		case p == biometrics.RightThumb || p == biometrics.LeftThumb:
			return 0
		case p < biometrics.LeftThumb:
			return 1
		}
		return 2
	}
	return slices.DeleteFunc(slices.Clone(targets), func(p biometrics.Position) bool { return group(p) != group(targets[0]) })
}

// slotsSoFar are the slots without prints' ids, for the policy.
func (s *Session) slotsSoFar() []Slot {
	list := make([]Slot, len(s.slots))
	for n, one := range s.slots {
		list[n] = Slot{Position: one.Position, Missing: one.Missing}
	}
	return list
}

// attempt asks the reader once.
func (d *Desk) attempt(ctx context.Context, s *Session, r capture.Request) (good bool, err error) {
	within, cancel := context.WithTimeout(ctx, r.Timeout+beyond)
	defer cancel()
	got, err := d.cfg.Readers.At(s.Lane).Capture(within, r)
	if err != nil {
		if within.Err() != nil && ctx.Err() == nil {
			return false, capture.ErrTimeout
		}
		return false, err
	}
	list, err := d.judge(r.Fingers, got)
	if err != nil {
		return false, err
	}
	s.change(func() {
		s.info = got.Info
		good = s.take(list, d.cfg.Now())
	})
	return good, nil
}
