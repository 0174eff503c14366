package stay

import (
	"slices"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

// Ask is a question about a day. When he is present on it, Nationality, Basis and Category are those of his entry, and these fields
// serve where the entry is not recorded; otherwise they are those of the stay that he intends to begin.
type Ask struct {
	On          traveldoc.Date // a full calendar date
	Nationality string
	Basis       border.Basis
	Category    border.Category
	Visa        *Visa      // nil when there is none, or nothing is known of it
	EntryRule   *EntryRule // by which he comes, where he comes on no visa; nil when none is known
}

// Figures are the numbers of an answer, in calendar days.
type Figures struct {
	// Used is the number of days used in the window of the day.
	Used int `json:"used"`
	// MaxStay is the number of days that he may stay from the day on, the day included. Unbounded says that nothing bounds the stay;
	// MaxStay, LastLawful and Remaining then say nothing.
	MaxStay   int  `json:"max_stay"`
	Unbounded bool `json:"unbounded,omitempty"`
	// LastLawful is the last day of the lawful stay: counted from the day, or, when that is over already, of the stay that he is in;
	// zero when there is none.
	LastLawful traveldoc.Date `json:"last_lawful,omitzero"`
	// Remaining is the lawful days left: when he is present, those after the day; otherwise MaxStay.
	Remaining int    `json:"remaining"`
	Bound     string `json:"bound"` // what ends the lawful stay, see Bounds
	// Overstay is the number of days over up to the day in the stay that he is in, Since the first of them.
	Overstay int            `json:"overstay"`
	Since    traveldoc.Date `json:"since,omitzero"`
	// Earlier is the number of days over in earlier stays that lie in the window, Total that of all known stays up to the day.
	Earlier int      `json:"earlier,omitempty"`
	Total   int      `json:"total,omitempty"`
	Visa    *VisaUse `json:"visa,omitempty"` // set when the question names a visa
}

// Answer answers an Ask. Its figures count the days that are proven.
type Answer struct {
	On      traveldoc.Date `json:"on"`
	Rule    Rule           `json:"rule"`
	Regime  string         `json:"regime"`
	Present bool           `json:"present"` // he is here on the day
	Exempt  bool           `json:"exempt"`  // the stay counts against no rule
	Figures
	// Uncertain says that records are missing or contradict each other in a way that changes the answer; Upper are then the figures
	// when every doubtful day was spent here. Otherwise Upper equals Figures.
	Uncertain bool    `json:"uncertain"`
	Upper     Figures `json:"upper"`
}

// limit is the last lawful day that follows from one bound.
type limit struct {
	last  day
	bound string
}

// Answer answers for a day: at entry (record the entry first, or ask with the intended stay), inside, at exit, and for the intended
// dates of a visa examination.
func (t Timeline) Answer(r Regimes, ask Ask) Answer {
	on := dayOf(ask.On)
	present := t.at(on)
	regime := t.regime(r, ask, present)
	a := Answer{On: ask.On, Rule: regime.Rule, Regime: regime.Name, Present: present != nil, Exempt: exempt(r, regime, ask, present, false)}
	v := view{timeline: &t, regimes: r, ask: ask, on: on, present: present, regime: regime, exempt: a.Exempt, back: r.longest()}
	a.Figures = v.figures()
	a.Upper = a.Figures
	if t.Certain() {
		return a
	}
	v.most = true
	if v.present == nil {
		v.present = t.maybeAt(on)
		v.regime = t.regime(r, ask, v.present)
	}
	v.exempt = exempt(r, v.regime, ask, v.present, true)
	a.Upper = v.figures()
	a.Uncertain = t.leftOut(present) || !a.same(a.Upper)
	return a
}

func (f Figures) same(other Figures) bool {
	if f.Visa != nil && other.Visa != nil && *f.Visa != *other.Visa {
		return false
	}
	f.Visa, other.Visa = nil, nil
	return f == other
}

// Certain reports whether every day of every stay is known, and no record was left out.
func (t Timeline) Certain() bool { return !t.Uncertain() }

// leftOut reports whether there are records of which nothing can be said, not even bounds: movements, or changes of the
// authorisation of the stay that is asked about.
func (t Timeline) leftOut(present *Stay) bool {
	for _, p := range t.Problems {
		if p.Code == DirectionUnknown || p.Code == DateMissing {
			return true
		}
	}
	if present == nil {
		return false
	}
	return slices.ContainsFunc(present.Problems, func(p Problem) bool {
		return p.Code == ChangeUnknown || p.Code == ChangeDateMissing || p.Code == ExtensionBackwards
	})
}

// at is the stay that covers a day for certain, the one that began last; nil when none does.
func (t Timeline) at(on day) *Stay {
	for i := len(t.Stays) - 1; i >= 0; i-- {
		if t.Stays[i].least.covers(on) {
			return &t.Stays[i]
		}
	}
	return nil
}

func (t Timeline) maybeAt(on day) *Stay {
	for i := len(t.Stays) - 1; i >= 0; i-- {
		if t.Stays[i].most.covers(on) {
			return &t.Stays[i]
		}
	}
	return nil
}

// regime is the regime of the stay that is asked about.
func (t Timeline) regime(r Regimes, ask Ask, present *Stay) Regime {
	if present != nil {
		return present.regime(r, ask)
	}
	return r.For(ask.Nationality, ask.Basis, ask.Category, ask.On)
}

// regime is the regime under which the stay began.
func (s *Stay) regime(r Regimes, ask Ask) Regime {
	if len(r.list) == 0 {
		return Regime{Name: DefaultRegime, Rule: r.Default()}
	}
	m, began := s.Entry, s.From
	if m == nil {
		m, began = s.Exit, s.To
	}
	nationality := m.Nationality
	if nationality == "" {
		nationality = ask.Nationality
	}
	return r.For(nationality, m.Basis, m.Category, began)
}

func exempt(r Regimes, regime Regime, ask Ask, present *Stay, most bool) bool {
	if present != nil {
		return !present.counts(r, ask, most)
	}
	return regime.Exempt || !ask.Basis.Counts()
}
