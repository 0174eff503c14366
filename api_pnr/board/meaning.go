package board

import (
	"slices"

	"github.com/openbmis/openbmis/border"
)

// Codes of evidence that tell what is to be done of an alert (docs/watchlists.md). Other evidence stands for itself.
const (
	codeAction   = "alert_action"
	codeCategory = "alert_category"
)

// Meaning is what the evidence about one thing says together: an alert, or a defect of a document.
type Meaning struct {
	Check    string
	Code     string // of the first evidence that asks for something
	Ref      string
	Band     string
	Action   string
	Category string
	Severity border.Severity
	// Restricted says that some of the evidence is: what it says together is then restricted too.
	Restricted bool
}

// meanings gathers a hit's evidence by what it refers to. What only notes is no meaning; a hit that says nothing of itself is one.
func meanings(f border.Finding) (all []Meaning) {
	at := map[string]int{}
	for _, e := range f.Evidence {
		key := e.Ref
		if key == "" {
			key = "\x00" + e.Code
		}
		n, known := at[key]
		if !known {
			n = len(all)
			at[key] = n
			all = append(all, Meaning{Check: f.Check, Ref: e.Ref, Severity: border.Note})
		}
		all[n].take(e)
	}
	all = slices.DeleteFunc(all, func(m Meaning) bool { return m.Severity == border.Note })
	if len(all) == 0 && f.Severity() != border.Note {
		restricted := slices.ContainsFunc(f.Evidence, func(e border.Evidence) bool { return e.Restricted })
		all = []Meaning{{Check: f.Check, Severity: f.Severity(), Restricted: restricted}}
	}
	return all
}

func (m *Meaning) take(e border.Evidence) {
	switch e.Code {
	case codeAction:
		m.Action = e.Expected
	case codeCategory:
		m.Category = e.Expected
	}
	m.Restricted = m.Restricted || e.Restricted
	if e.Band != "" {
		m.Band = e.Band
	}
	if e.Severity != border.Note && e.Severity != "" {
		if m.Code == "" {
			m.Code = e.Code
		}
		m.Severity = graver(m.Severity, e.Severity)
	}
}

func graver(a, b border.Severity) border.Severity {
	order := []border.Severity{border.Note, border.Acknowledge, border.SecondLine}
	if slices.Index(order, b) > slices.Index(order, a) {
		return b
	}
	return a
}

// Bare is findings without what tells of the person or of why somebody is listed: they may be kept when the person's data is gone.
func Bare(findings []border.Finding) []border.Finding {
	bare := make([]border.Finding, len(findings))
	for n, f := range findings {
		f.Grant, f.Steps = nil, nil
		f.Evidence = slices.Clone(f.Evidence)
		for i := range f.Evidence {
			e := &f.Evidence[i]
			if e.Code != codeAction && e.Code != codeCategory {
				e.Found, e.Expected = "", ""
			}
		}
		bare[n] = f
	}
	return bare
}
