package shift

import (
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
)

// State is a crossing point as its shift events left it.
type State struct {
	// Current is the shift that runs; zero when none does.
	Current uuid.UUID
	// Shifts by id: at least the current one, those not yet signed and the last that was offered.
	Shifts map[uuid.UUID]Shift
	// Lanes that are open, by officer: nobody is in two.
	Lanes map[string]Lane
	// Stamps that are out or lost, by security code.
	Stamps map[string]Stamp
	// LinkLost is since when the centre is out of reach; zero while it answers.
	LinkLost time.Time
	// Level of control.
	Level string
}

// Shift is a shift as its events left it.
type Shift struct {
	ID          uuid.UUID
	Responsible string
	Team        []string // who is in it, sorted
	From        time.Time
	BegunAt     time.Time
	OfferedAt   time.Time // zero while it runs; the register tells what happened before this instant
	OfferedBy   string
	Note        string
	Digest      string
	SignedAt    time.Time
	SignedBy    string
	Readers     []string // who read the hand-over, sorted
}

// Runs reports whether the shift has not been offered yet.
func (s Shift) Runs() bool { return s.OfferedAt.IsZero() }

// Until is where the shift's register ends; now while it runs.
func (s Shift) Until(now time.Time) time.Time {
	if s.Runs() {
		return now
	}
	return s.OfferedAt
}

// Lane is a lane that is open.
type Lane struct {
	Name      string
	Direction border.Direction
	Officer   string
	Since     time.Time
}

// Stamp is a stamp that somebody holds or that is lost.
type Stamp struct {
	Code   string
	Holder string
	Lost   bool
}

// NewState is a post at which nothing has happened yet.
func NewState() State {
	return State{Shifts: map[uuid.UUID]Shift{}, Lanes: map[string]Lane{}, Stamps: map[string]Stamp{}, Level: Full}
}

// Last is the shift that was offered last; false when none was.
func (s State) Last() (Shift, bool) {
	var last Shift
	for _, x := range s.Shifts {
		if !x.Runs() && (x.OfferedAt.After(last.OfferedAt) || x.OfferedAt.Equal(last.OfferedAt) && x.ID.String() > last.ID.String()) {
			last = x
		}
	}
	return last, last.ID != uuid.Nil
}

// Unsigned are the shifts that were offered and not taken over, oldest first.
func (s State) Unsigned() []Shift {
	var list []Shift
	for _, x := range s.Shifts {
		if !x.Runs() && x.SignedAt.IsZero() {
			list = append(list, x)
		}
	}
	slices.SortFunc(list, func(a, b Shift) int { return a.OfferedAt.Compare(b.OfferedAt) })
	return list
}

// Next is the state after the event, or why the event cannot be: a problem.Error, or ErrNothing when it would change nothing. The
// state itself does not change.
func (s State) Next(e Event) (State, error) {
	if err := s.check(e); err != nil {
		return s, err
	}
	next := State{
		Current: s.Current, Shifts: maps.Clone(s.Shifts), Lanes: maps.Clone(s.Lanes), Stamps: maps.Clone(s.Stamps),
		LinkLost: s.LinkLost, Level: s.Level,
	}
	next.lead(e)
	next.work(e)
	return next, nil
}

// lead applies the steps that are about a shift as a whole.
func (s *State) lead(e Event) {
	x := s.Shifts[e.Shift]
	switch e.Step {
	case Begun:
		x = Shift{ID: e.Shift, Responsible: e.By, Team: sorted(e.Team), From: e.From, BegunAt: e.At}
		s.Current = e.Shift
	case Joined:
		x.Team = sorted(append(slices.Clone(x.Team), e.Person))
	case Left:
		x.Team = without(x.Team, e.Person)
	case Offered:
		x.OfferedAt, x.OfferedBy, x.Note, x.Digest = e.At, e.By, e.Text, e.Digest
		s.Current = uuid.Nil
	case Signed:
		x.SignedAt, x.SignedBy = e.At, e.Person
	case Read:
		x.Readers = sorted(append(slices.Clone(x.Readers), e.Person))
	default:
		return
	}
	s.Shifts[e.Shift] = x
}

// work applies the steps that are about lanes, stamps and the line.
func (s *State) work(e Event) {
	switch e.Step {
	case Opened:
		s.Lanes[e.Person] = Lane{Name: e.Lane, Direction: e.Direction, Officer: e.Person, Since: e.At}
	case Closed:
		delete(s.Lanes, e.Person)
	case Relaxed:
		s.Level = e.Kind
	case Issued:
		s.Stamps[e.Code] = Stamp{Code: e.Code, Holder: e.Person}
	case Returned:
		delete(s.Stamps, e.Code)
	case Lost:
		stamp := s.Stamps[e.Code]
		stamp.Code, stamp.Lost = e.Code, true
		s.Stamps[e.Code] = stamp
	case LinkLost:
		s.LinkLost = e.At
	case LinkBack:
		s.LinkLost = time.Time{}
	default: // about a shift as a whole: lead
	}
}

func sorted(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}

func without(list []string, person string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(x string) bool { return x == person })
}
