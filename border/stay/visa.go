package stay

import (
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

// Visa is what a short-stay visa authorises. Zero fields bound nothing.
type Visa struct {
	Number  string         `json:"number,omitempty"`
	From    traveldoc.Date `json:"from,omitzero"`     // first day of validity
	Until   traveldoc.Date `json:"until,omitzero"`    // last day of validity
	Days    int            `json:"days,omitempty"`    // days of stay authorised within the validity
	Entries int            `json:"entries,omitempty"` // 1, 2, ...; 0 is multiple
}

// VisaUse is how far a visa has been used, counted from the movements: entries on the basis of a visa within its validity.
type VisaUse struct {
	EntriesUsed int `json:"entries_used"` // the entry that is asked about not among them
	EntriesLeft int `json:"entries_left"` // -1 when the visa is for multiple entries
	DaysUsed    int `json:"days_used"`
	DaysLeft    int `json:"days_left"` // -1 when the visa names no number of days
}

// use counts the use of the visa before the stay that begins on first; skip is that stay, nil when it is only intended.
func (t Timeline) use(v Visa, first day, skip *Stay, most bool, back int) VisaUse {
	use := VisaUse{EntriesLeft: -1, DaysLeft: -1}
	var spans []span
	for i := range t.Stays {
		s := &t.Stays[i]
		if s == skip || !s.onVisa(v, most) {
			continue
		}
		if days := s.days(most, first, back); !days.empty() {
			use.EntriesUsed++
			spans = append(spans, days)
		}
	}
	use.DaysUsed = presenceOf(spans).upTo(first)
	if v.Entries > 0 {
		use.EntriesLeft = max(v.Entries-use.EntriesUsed, 0)
	}
	if v.Days > 0 {
		use.DaysLeft = max(v.Days-use.DaysUsed, 0)
	}
	return use
}

// onVisa reports whether the stay began on the visa. An exit without entry on the basis of a visa may have.
func (s *Stay) onVisa(v Visa, most bool) bool {
	m := s.Entry
	if m == nil {
		m = s.Exit
	}
	if m.Basis != border.ShortStayVisa || s.Entry == nil && !most {
		return false
	}
	began := s.entered
	if !v.From.IsZero() && began.to < dayAt(v.From.First()) {
		return false
	}
	return v.Until.IsZero() || began.from <= dayAt(v.Until.Last())
}

// limits are what the visa bounds a stay to that begins on first.
func (v Visa) limits(use VisaUse, first day, sharedFirst bool) []limit {
	var limits []limit
	if !v.From.IsZero() && first < dayAt(v.From.First()) {
		limits = append(limits, limit{first - 1, BoundVisaStart})
	}
	if !v.Until.IsZero() {
		limits = append(limits, limit{max(dayAt(v.Until.Last()), first-1), BoundVisa})
	}
	if use.EntriesLeft == 0 {
		limits = append(limits, limit{first - 1, BoundVisaEntries})
	}
	if use.DaysLeft >= 0 {
		last := first + day(use.DaysLeft) - 1
		if sharedFirst { // the day of entry was a day of an earlier stay on the visa, and is counted there
			last++
		}
		limits = append(limits, limit{last, BoundVisaDays})
	}
	return limits
}
