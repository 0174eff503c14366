package fingers

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/capture"
	"github.com/openbmis/openbmis/internal/audit"
)

// Phase is where a session stands.
type Phase string

// The phases.
const (
	PhaseWaiting Phase = "waiting" // for the officer
	PhaseTaking  Phase = "taking"  // the reader works
	PhaseKept    Phase = "kept"    // every finger has a print or a code, and all is in the store
)

// FingerState is where one finger of a session stands.
type FingerState string

// The states of a finger.
const (
	Wanted    FingerState = "wanted"
	AtReader  FingerState = "at_reader" // being taken now
	Good      FingerState = "good"
	Low       FingerState = "low"      // taken, below the wanted quality: again, or accept with a reason
	Accepted  FingerState = "accepted" // low, and kept all the same
	IsMissing FingerState = "missing"
)

// Finger is one finger of a session as a screen shows it.
type Finger struct {
	Position biometrics.Position
	State    FingerState
	Quality  int    // of the best try
	Why      string // the best try is no better; see Look.Why
	Fault    string // why the last try gave no print at all: a code of a reader's error, or one of ours
	Tries    int
	Missing  biometrics.Missing
	Accepted string
	// Open says that it could not be taken at the last crossing and is completed now.
	Open bool
	// Remembered says that the code is of an earlier crossing; nil when it was given now, or when there is none.
	Remembered *Remembered
}

// Codes of faults of a try that are not the reader's.
const (
	FaultUnreadable = "unreadable"  // no print was found in the image
	FaultSameFinger = "same_finger" // the print of another finger that was taken already
)

// View is a session as a screen shows it. Number grows with each change.
type View struct {
	Number  int
	Phase   Phase
	Fingers []Finger
	// Fault is why the last attempt ended early: a code of a reader's error, or CodeStore; "" when it did not.
	Fault  string
	Reader capture.Info
	// Quality and Tries are the policy's.
	Quality, Tries int
	Policy         string
	// Took is how long the last attempt lasted at the reader and after it.
	Took time.Duration
}

// CodeStore is the fault of prints that could not be kept.
const CodeStore = "store_failed"

// Has reports whether a finger is in a state.
func (v View) Has(state FingerState) bool {
	return slices.ContainsFunc(v.Fingers, func(f Finger) bool { return f.State == state })
}

// OutOfTries reports whether every low finger was tried as often as the policy wants.
func (v View) OutOfTries() bool {
	return v.Has(Low) && !slices.ContainsFunc(v.Fingers, func(f Finger) bool { return f.State == Low && f.Tries < v.Tries })
}

// slot is a finger with its best try.
type slot struct {
	Finger
	image  *biometrics.Image
	look   Look
	device *int
	nfiq2  *int
	at     time.Time
}

// Session is the taking of one traveller's prints, in memory until they are kept. It is safe for concurrent use.
type Session struct {
	Scan uuid.UUID
	Lane string

	policy Policy
	absent []Slot // what is remembered of the person

	mu      sync.Mutex
	slots   []*slot
	phase   Phase
	fault   string
	failed  error
	info    capture.Info
	taken   time.Time // when the reader was last asked, or the session was opened
	took    time.Duration
	number  int
	changed chan struct{}
	actor   audit.Actor
	stop    context.CancelFunc
}

func newSession(scan uuid.UUID, lane string, policy Policy, known Person, now time.Time) *Session {
	s := &Session{Scan: scan, Lane: lane, policy: policy, taken: now, phase: PhaseWaiting, changed: make(chan struct{}), absent: known.Absent}
	s.ask(policy.Begin(known), known.Open)
	s.askElse()
	return s
}

// ask adds fingers that are wanted. Of those that are not there for good the answer is remembered, and stands until somebody corrects it.
func (s *Session) ask(positions []biometrics.Position, open []Slot) {
	for _, p := range positions {
		isOpen := slices.ContainsFunc(open, func(o Slot) bool { return o.Position == p })
		one := &slot{Finger: Finger{Position: p, State: Wanted, Open: isOpen}}
		if at := slices.IndexFunc(s.absent, func(o Slot) bool { return o.Position == p }); at >= 0 {
			one.State, one.Missing, one.Remembered = IsMissing, s.absent[at].Missing, s.absent[at].Remembered
		}
		s.slots = append(s.slots, one)
	}
}

// askElse asks for the next hand, and the next, as long as all that was asked is settled and the policy wants more.
func (s *Session) askElse() {
	for s.settled() {
		more := s.policy.Else(s.slotsSoFar())
		if len(more) == 0 {
			return
		}
		s.ask(more, nil)
	}
}

// View is the session as it stands, and a channel that is closed at the next change.
func (s *Session) View() (View, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := View{
		Number: s.number, Phase: s.phase, Fault: s.fault, Reader: s.info, Quality: s.policy.Quality, Tries: s.policy.Tries,
		Policy: s.policy.Version, Took: s.took,
	}
	for _, one := range s.slots {
		v.Fingers = append(v.Fingers, one.Finger)
	}
	return v, s.changed
}

// at is the phase.
func (s *Session) at() Phase {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.phase
}

func (s *Session) lastTaken() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.taken
}

// change does something under the lock and tells whoever watches.
func (s *Session) change(do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	do()
	s.number++
	close(s.changed)
	s.changed = make(chan struct{})
}

// targets are the fingers to take next: those that are wanted, and low ones again.
func (s *Session) targets() []biometrics.Position {
	var list []biometrics.Position
	for _, one := range s.slots {
		if one.State == Wanted || one.State == Low || one.State == AtReader {
			list = append(list, one.Position)
		}
	}
	return list
}

// missing are the fingers that are known not to be there.
func (s *Session) missing() []biometrics.Position {
	var list []biometrics.Position
	for _, one := range s.slots {
		if one.State == IsMissing {
			list = append(list, one.Position)
		}
	}
	return list
}

func (s *Session) find(p biometrics.Position) *slot {
	at := slices.IndexFunc(s.slots, func(one *slot) bool { return one.Position == p })
	if at < 0 {
		return nil
	}
	return s.slots[at]
}

// rest puts fingers that lay at the reader back to where they were.
func (s *Session) rest() {
	for _, one := range s.slots {
		if one.State != AtReader {
			continue
		}
		one.State = Wanted
		if one.image != nil {
			one.State = Low
		}
	}
}

// settled reports whether every finger has a print or a code.
func (s *Session) settled() bool { return len(s.targets()) == 0 }

// answered reports whether every finger is settled, and no other is to be asked for.
func (s *Session) answered() (all bool) {
	s.change(func() {
		s.askElse()
		all = s.settled()
	})
	return all
}

// filled are the slots of the taking that the session makes, with the prints; ids are made anew.
func (s *Session) filled(newID func() uuid.UUID) ([]Slot, []Print) {
	var slots []Slot
	var prints []Print
	for _, one := range s.slots {
		filled := Slot{Position: one.Position, Missing: one.Missing, Tries: one.Tries, Remembered: one.Remembered}
		if one.Missing == "" {
			filled.Print, filled.Quality, filled.Algorithm = newID(), one.Quality, one.look.Template.Algorithm
			filled.DeviceQuality, filled.NFIQ2, filled.Accepted = one.device, one.nfiq2, one.Accepted
			prints = append(prints, Print{
				ID: filled.Print, Position: one.Position, Template: one.look.Template, Image: one.image, TakenAt: one.at, Accepted: one.Accepted,
			})
		}
		slots = append(slots, filled)
	}
	return slots, prints
}

// forget lets the images and templates go once they are in the store.
func (s *Session) forget() {
	for _, one := range s.slots {
		one.image, one.look = nil, Look{}
	}
}
