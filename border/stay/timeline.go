package stay

import (
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

// Stay is one presence from an entry to an exit, as far as both are known.
type Stay struct {
	// Entry and Exit are the movements; nil when the record is missing.
	Entry *Movement `json:"entry,omitempty"`
	Exit  *Movement `json:"exit,omitempty"`
	// From and To are the first and the last day; zero when not known, To also when the stay is open. Both days belong to the stay.
	From traveldoc.Date `json:"from,omitzero"`
	To   traveldoc.Date `json:"to,omitzero"`
	// Open says that he has not left since, as far as is known.
	Open bool `json:"open,omitempty"`
	// Certain says that every day of the stay is known; otherwise answers are bounds.
	Certain bool `json:"certain"`
	// Exempt says that its days count against no rule of stay, because of its basis.
	Exempt bool `json:"exempt,omitempty"`
	// Until is the last day that an authority named, as it stands after all changes; zero when none did. Bound is what it follows
	// from: BoundGranted, BoundVisa, BoundExtension, BoundRevocation or BoundAnnulment; empty with a zero Until.
	Until    traveldoc.Date `json:"until,omitzero"`
	Bound    string         `json:"bound,omitempty"`
	Problems []Problem      `json:"problems,omitempty"`

	entered     span // the days on which it may have begun
	least, most span // the days that are proven, and all that may have been; to is forever for an open stay
	doubtful    bool // whether its days count at all is not known
	authority   authority
}

// Timeline is a history put in order: movements paired to stays by their event times.
type Timeline struct {
	Stays []Stay `json:"stays"` // ascending
	// Problems are those of all stays and of records that belong to no stay.
	Problems []Problem `json:"problems,omitempty"`
	AsOf     time.Time `json:"as_of,omitzero"` // see History
}

// Build puts a history in order. The result does not depend on the order of its parts, nor on repetitions. Its stays point to the
// movements of the history, which is not copied and must not be changed as long as the timeline is used.
func Build(h History) Timeline {
	t := Timeline{AsOf: h.AsOf}
	t.pair(t.admit(h.Movements))
	t.authorise(h.Authorisations)
	t.Problems = tidy(t.Problems)
	for i := range t.Stays {
		t.Stays[i].settle()
		t.Problems = append(t.Problems, t.Stays[i].Problems...)
	}
	t.overlaps()
	return t
}

// pair walks the movements in order. What has no counterpart becomes a stay of its own, with bounds.
func (t *Timeline) pair(moves []*move) {
	t.Stays = make([]Stay, 0, len(moves)/2+2)
	inside := false
	for i, m := range moves {
		last := len(t.Stays) - 1
		switch {
		case m.Direction == border.Entry:
			if inside {
				t.Stays[last].exitMissing(m)
			}
			t.Stays = append(t.Stays, Stay{})
			t.Stays[last+1].enter(m)
			inside = true
		case inside:
			t.Stays[last].leave(m)
			inside = false
		default:
			t.Stays = append(t.Stays, entryMissing(m, moves[:i]))
		}
	}
}

func (s *Stay) enter(m *move) {
	s.Entry, s.From, s.Open = m.Movement, m.first(), true
	s.Certain = m.days.days() == 1 && !m.doubtful
	s.Exempt, s.doubtful = !m.Basis.Counts() && !m.doubtful, m.doubtful
	s.Problems = m.problems
	s.entered, s.least, s.most = m.days, span{m.days.to, forever}, span{m.days.from, forever}
}

// leave pairs the stay with its exit. Zones may put the exit on a calendar day before the entry's: both days are of the stay.
func (s *Stay) leave(m *move) {
	s.Exit, s.Open, s.To = m.Movement, false, m.last()
	s.Problems = append(s.Problems, m.problems...)
	e, x := s.entered, m.days
	certain := e.days() == 1 && x.days() == 1
	switch {
	case certain || e.from > x.to:
		s.most = span{min(e.from, x.from), max(e.to, x.to)}
	default:
		s.most = span{e.from, x.to}
	}
	switch {
	case certain:
		s.least = s.most
	case e.to <= x.from:
		s.least = span{e.to, x.from}
	case x.days() == 1:
		s.least = x
	case e.days() == 1:
		s.least = e
	default:
		s.least = nothing()
	}
	s.Certain = certain && !s.doubtful
}

// exitMissing closes a stay by the entry that follows it: he was here on the day of the entry, and left at the latest on the next's.
func (s *Stay) exitMissing(next *move) {
	s.Open = false
	s.least = nothing()
	if s.entered.days() == 1 {
		s.least = s.entered
	}
	s.most = span{s.entered.from, max(s.entered.to, next.days.to)}
	s.Certain = s.least == s.most && !s.doubtful
	s.Problems = append(s.Problems, Problem{
		Code: ExitMissing, Records: ids(s.Entry, next.Movement), Found: s.From.String(), Expected: next.days.from.date().String(),
		Doubt: s.least != s.most,
	})
}

// entryMissing: he was here on the day of the exit, at the earliest since the movement before it.
func entryMissing(m *move, before []*move) Stay {
	s := Stay{
		Exit: m.Movement, To: m.days.to.date(), Exempt: !m.Basis.Counts() && !m.doubtful, Problems: m.problems, doubtful: m.doubtful,
		entered: span{never, m.days.from}, least: nothing(), most: span{never, m.days.to},
	}
	if m.days.days() == 1 {
		s.least = m.days
	}
	since := ""
	if n := len(before); n > 0 {
		s.most.from = min(before[n-1].days.from, m.days.from)
		s.entered.from = s.most.from
		since = s.most.from.date().String()
	}
	s.Certain = s.least == s.most && !s.doubtful
	s.Problems = append(s.Problems, Problem{
		Code: EntryMissing, Records: ids(m.Movement), Found: s.To.String(), Expected: since, Doubt: s.least != s.most,
	})
	return s
}

// overlaps flags stays that share more than the day on which one ends and the next begins.
func (t *Timeline) overlaps() {
	for i := 1; i < len(t.Stays); i++ {
		a, b := &t.Stays[i-1], &t.Stays[i]
		if both := (span{max(a.least.from, b.least.from), min(a.least.to, b.least.to)}); both.days() > 1 {
			p := Problem{
				Code: OverlappingStays, Records: ids(a.Entry, a.Exit, b.Entry, b.Exit),
				Found: both.from.date().String(), Expected: both.to.date().String(),
			}
			b.Problems = append(b.Problems, p)
			t.Problems = append(t.Problems, p)
		}
	}
}

// days are those of the stay up to last that are proven, or all that may have been. An entry of which nothing is known is taken to
// lie no further than back days before the exit.
func (s *Stay) days(most bool, last day, back int) span {
	switch {
	case most && s.most.from == never:
		return span{s.most.to - day(back) + 1, s.most.to}.upTo(last)
	case most:
		return s.most.upTo(last)
	}
	return s.least.upTo(last)
}

// counts reports whether the stay's days count against rules; one whose basis is not known does so only among what may be.
func (s *Stay) counts(r Regimes, ask Ask, most bool) bool {
	if s.Exempt || s.doubtful && !most {
		return false
	}
	return len(r.list) == 0 || !s.regime(r, ask).Exempt
}

// Uncertain reports whether days depend on records that are missing or contradict each other.
func (t Timeline) Uncertain() bool {
	for _, p := range t.Problems {
		if p.Doubt {
			return true
		}
	}
	return false
}

// OpenStay is the stay that has not ended, as far as is known; nil when he is not here.
func (t Timeline) OpenStay() *Stay {
	for i := len(t.Stays) - 1; i >= 0; i-- {
		if t.Stays[i].Open {
			return &t.Stays[i]
		}
	}
	return nil
}

func ids(movements ...*Movement) []uuid.UUID {
	var out []uuid.UUID
	for _, m := range movements {
		if m != nil {
			out = append(out, m.ID)
		}
	}
	return out
}
