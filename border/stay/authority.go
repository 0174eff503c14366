package stay

import (
	"cmp"
	"slices"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

// What bounds a stay: the earliest bound wins and is named. They are keys of the text catalogue after "evidence.stay.bound_".
const (
	BoundNone        = "none"         // nothing bounds the stay
	BoundRule        = "rule"         // the days of the rule are used
	BoundGranted     = "granted"      // the last day that an officer granted at entry
	BoundVisa        = "visa"         // the visa ends
	BoundVisaDays    = "visa_days"    // the days that the visa authorises are used
	BoundVisaEntries = "visa_entries" // the entries that the visa authorises are used up
	BoundVisaStart   = "visa_start"   // the visa does not begin before
	BoundEntryRule   = "entry_rule"   // the days of the rule of entry by which no visa is needed, or one is had on arrival
	BoundExtension   = "extension"    // the authorisation of stay was extended
	BoundRevocation  = "revocation"   // the authorisation of stay was revoked
	BoundAnnulment   = "annulment"    // the authorisation of stay was annulled
)

// Bounds are all bounds.
func Bounds() []string {
	return []string{
		BoundNone, BoundRule, BoundGranted, BoundVisa, BoundVisaDays, BoundVisaEntries, BoundVisaStart, BoundEntryRule,
		BoundExtension, BoundRevocation, BoundAnnulment,
	}
}

// authority is what authorities said of a stay's end.
type authority struct {
	base     day    // last day of what was authorised at first, as far as it was not taken back; forever when nobody named one
	bound    string // what base follows from
	doubtful bool   // base contradicts the entry
	// extended are the days that extensions authorise whatever the rule says: from the decision on, since no decision makes lawful
	// what was an overstay before it.
	extended []extension
}

// extension are the days that an extension authorises, and what ends them: it, or what took it back.
type extension struct {
	span
	bound string
}

func (s *Stay) granted() authority {
	a := authority{base: forever, bound: BoundNone}
	if s.Entry == nil || s.Entry.Until.IsZero() {
		return a
	}
	a.base, a.bound = dayAt(s.Entry.Until.Last()), BoundGranted
	if s.Entry.Basis == border.ShortStayVisa {
		a.bound = BoundVisa
	}
	if s.Entry.Until.Precision() != traveldoc.PrecisionDay {
		s.note(UntilPartial, s.Entry.ID, s.Entry.Until.String(), s.Entry.Until.Last().Format("2006-01-02"), false)
	}
	if a.base < s.entered.from-1 { // the day before the entry says that not even one day was lawful
		a.doubtful = true
		s.note(UntilBeforeEntry, s.Entry.ID, s.Entry.Until.String(), s.From.String(), true)
	}
	return a
}

func (s *Stay) note(code string, record uuid.UUID, found, expected string, doubt bool) {
	s.Problems = append(s.Problems, Problem{Code: code, Records: []uuid.UUID{record}, Found: found, Expected: expected, Doubt: doubt})
}

// authorise lets each change of authorisation move the end of the stay during which it was decided, in the order of the decisions.
func (t *Timeline) authorise(changes []Authorisation) {
	for i := range t.Stays {
		t.Stays[i].authority = t.Stays[i].granted()
	}
	for _, c := range inOrder(changes) {
		on, dated := c.day()
		if !dated {
			t.leaveOut(ChangeDateMissing, c.ID, string(c.Kind), "")
			continue
		}
		if s := t.during(on, c); s != nil {
			s.change(c, on)
		} else {
			t.leaveOut(ChangeWithoutStay, c.ID, on.date().String(), "")
		}
	}
}

func inOrder(changes []Authorisation) []Authorisation {
	sorted := slices.Clone(changes)
	slices.SortFunc(sorted, func(a, b Authorisation) int {
		on, _ := a.day() // one without a day sorts by never
		other, _ := b.day()
		return cmp.Or(
			cmp.Compare(on, other), a.At.Compare(b.At), compareID(a.ID, b.ID), cmp.Compare(a.Kind, b.Kind), compareDates(a.Until, b.Until),
		)
	})
	return slices.CompactFunc(sorted, func(a, b Authorisation) bool {
		return a.ID == b.ID && a.Kind == b.Kind && a.On == b.On && a.Until == b.Until && a.At.Equal(b.At)
	})
}

// day is the day of the decision; false when it is not known.
func (a Authorisation) day() (day, bool) {
	switch {
	case a.On.Precision() == traveldoc.PrecisionDay:
		return dayOf(a.On), true
	case !a.At.IsZero():
		return dayAt(a.At), true
	}
	return never, false
}

// during is the stay that a change is about: the last one that may have covered the day, and had begun by the event time.
func (t *Timeline) during(on day, c Authorisation) *Stay {
	var found *Stay
	for i := range t.Stays {
		s := &t.Stays[i]
		begun := s.Entry == nil || c.At.IsZero() || !s.Entry.At.After(c.At)
		if s.most.covers(on) && (begun || found == nil) {
			found = s
		}
	}
	return found
}

func (s *Stay) change(c Authorisation, on day) {
	until := on
	if !c.Until.IsZero() {
		until = dayAt(c.Until.Last())
	}
	switch c.Kind {
	case Extended:
		s.extend(c, span{on, until})
	case Revoked:
		s.authority.end(until, BoundRevocation)
	case Annulled:
		if c.Until.IsZero() { // nothing was ever authorised
			until = s.most.from - 1
		}
		s.authority.end(until, BoundAnnulment)
	default:
		s.note(ChangeUnknown, c.ID, string(c.Kind), "extended, revoked, annulled", true)
	}
}

func (s *Stay) extend(c Authorisation, days span) {
	switch {
	case c.Until.IsZero():
		s.note(ChangeDateMissing, c.ID, string(c.Kind), "", true)
	case days.empty():
		s.note(ExtensionBackwards, c.ID, c.Until.String(), days.from.date().String(), true)
	default:
		s.authority.extended = append(s.authority.extended, extension{days, BoundExtension})
	}
}

// end takes back what was authorised beyond last.
func (a *authority) end(last day, bound string) {
	if last < a.base {
		a.base, a.bound = last, bound
	}
	kept := a.extended[:0]
	for _, e := range a.extended {
		if e.to > last {
			e.to, e.bound = last, bound
		}
		if !e.empty() {
			kept = append(kept, e)
		}
	}
	a.extended = kept
}

// settle says the end of the stay as authorities named it.
func (s *Stay) settle() {
	last, bound := s.authority.base, s.authority.bound
	if last == forever {
		last = never
	}
	for _, e := range s.authority.extended {
		if e.to > last {
			last, bound = e.to, e.bound
		}
	}
	if last != never {
		s.Until, s.Bound = last.date(), bound
	}
}
