package hit

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/border"
)

// Codes of evidence that a hit is made of. Others belong to the match that has the same reference.
const (
	CodeMatch    = "alert_match"
	CodeDocument = "alert_document"
	CodeName     = "alert_name" // of releases whose list knew no bands
	CodeVehicle  = "vehicle_listed"
	CodeAction   = "alert_action"
	CodeSafety   = "alert_safety"
	CodeCleared  = "alert_cleared" // a match that was looked into: not the same person
)

// interpolChecks is how the names of checks that ask outside begin.
const interpolChecks = "interpol."

// Outside reports whether a check asks a service outside, whose entries are on no list that is held here.
func Outside(check string) bool { return strings.HasPrefix(check, interpolChecks) }

// simulatorSource ends the name of a source whose answers are made up, for exercises.
const simulatorSource = ".simulator"

// Match is what one finding says of one alert.
type Match struct {
	Check        string
	List         string
	Alert        string // alerts.Alert.Key
	AlertVersion int
	ListVersion  string
	AsOf         time.Time // of a service outside: as of when its list was; zero where it does not say
	Matcher      string
	Band         alerts.Band
	Score        float64
	Action       alerts.Action
	Safety       []string
	Subject      alerts.Kind
	// Cleared says that it was looked into: it raises no hit.
	Cleared bool
	// Simulator says that a simulator made it up.
	Simulator bool
	Evidence  []border.Evidence
}

// Matches are the alerts that findings name, in the order of the findings; those that were cleared among them, whatever the outcome
// of their finding.
func Matches(findings []border.Finding) []Match {
	var all []Match
	for _, f := range findings {
		if f.Outcome == border.NotChecked {
			continue
		}
		all = append(all, matchesOf(f)...)
	}
	return all
}

// Raises are the matches that raise a hit.
func Raises(findings []border.Finding) []Match {
	return slices.DeleteFunc(Matches(findings), func(m Match) bool { return m.Cleared })
}

func matchesOf(f border.Finding) []Match {
	var order []string
	byRef := map[string][]border.Evidence{}
	for _, e := range f.Evidence {
		if _, known := byRef[e.Ref]; !known {
			order = append(order, e.Ref)
		}
		byRef[e.Ref] = append(byRef[e.Ref], e)
	}
	var found []Match
	for _, ref := range order {
		if heads(f, byRef[ref]) {
			found = append(found, matchOf(f, ref, byRef[ref]))
		}
	}
	return found
}

// heads reports whether the evidence of a reference is of a match.
func heads(f border.Finding, evidence []border.Evidence) bool {
	outside := Outside(f.Check) && f.Outcome == border.Hit
	return slices.ContainsFunc(evidence, func(e border.Evidence) bool {
		switch e.Code {
		case CodeMatch, CodeDocument, CodeName, CodeVehicle:
			return true
		}
		return outside && e.Severity != border.Note && e.Severity != ""
	})
}

func matchOf(f border.Finding, ref string, evidence []border.Evidence) Match {
	m := Match{Check: f.Check, Matcher: f.Matcher, Evidence: evidence, Subject: subjectOf(f.Check, evidence)}
	m.Simulator = strings.HasSuffix(f.Source.Name, simulatorSource)
	m.Alert, m.AlertVersion = RefOf(f.Check, ref)
	m.List, _, _ = strings.Cut(m.Alert, "/") // no error: a key without "/" is its list
	m.ListVersion = listVersion(f, m.List)
	if Outside(f.Check) {
		m.AsOf = f.Source.AsOf
	}
	for _, e := range evidence {
		m.Score = max(m.Score, e.Score*boolean(e.Code == CodeMatch || e.Code == CodeDocument))
		m.Band = cmp.Or(m.Band, alerts.Band(e.Band))
		switch e.Code {
		case CodeAction:
			m.Action = action(e.Expected)
		case CodeSafety:
			m.Safety = append(m.Safety, strings.FieldsFunc(cmp.Or(e.Expected, e.Found), func(r rune) bool { return r == ',' || r == ' ' })...)
		case CodeCleared:
			m.Cleared = true
		case CodeDocument, CodeVehicle:
			m.Band = cmp.Or(m.Band, alerts.Certain)
		}
	}
	return m
}

func boolean(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func action(code string) alerts.Action {
	if a := alerts.Action(code); a.Valid() {
		return a
	}
	return "" // an owner's own words: they stay in the evidence
}

func subjectOf(check string, evidence []border.Evidence) alerts.Kind {
	has := func(code string) bool {
		return slices.ContainsFunc(evidence, func(e border.Evidence) bool { return e.Code == code })
	}
	switch {
	case has(CodeVehicle):
		return alerts.VehicleOnly
	case has(CodeDocument) && !has(CodeMatch) && !has(CodeName), strings.HasPrefix(check, interpolChecks+"sltd"):
		return alerts.DocumentOnly
	}
	return alerts.Person
}

// ByDocument reports whether evidence is of the document that is looked for, not of its bearer.
func ByDocument(evidence []border.Evidence) bool {
	return slices.ContainsFunc(evidence, func(e border.Evidence) bool { return e.Code == CodeDocument })
}

// RefOf is the alert that a piece of evidence refers to, and its version: "LIST/ID@VERSION". A source that has no lists is its own.
func RefOf(check, ref string) (alert string, version int) {
	alert = ref
	if at := strings.LastIndexByte(ref, '@'); at > 0 {
		if n, err := strconv.Atoi(ref[at+1:]); err == nil {
			alert, version = ref[:at], n
		}
	}
	if !strings.Contains(alert, "/") {
		alert = check + "/" + alert
	}
	return alert, version
}

// listVersion is the version of the list among those that were looked in.
func listVersion(f border.Finding, list string) string {
	for _, s := range f.Sources {
		if s.Name == list || strings.HasSuffix(s.Name, "."+list) {
			return s.Version
		}
	}
	return f.Source.Version
}

// Of completes r with what a match says.
func (m Match) Of(r Raise) Raise {
	r.Check, r.List, r.Alert, r.AlertVersion, r.ListVersion, r.Matcher = m.Check, m.List, m.Alert, m.AlertVersion, m.ListVersion, m.Matcher
	r.Action, r.Safety, r.Band, r.Score, r.Subject, r.Evidence = m.Action, m.Safety, m.Band, m.Score, m.Subject, m.Evidence
	r.Simulator, r.AsOf = m.Simulator, m.AsOf
	r.Category = alerts.CategoryOther
	return r
}

// Know completes r with the alert and its list, as far as they are known here. The match's own words go before a newer version's.
func (r Raise) Know(a *alerts.Alert, l *alerts.ListInfo) Raise {
	if l != nil {
		p := l.Policy.Complete()
		r.Policy, r.Owner = &p, l.Owner
	}
	if a == nil {
		return r
	}
	r.Category, r.Secrecy, r.Rank, r.Owner = a.Category, a.Secrecy, a.Rank(), cmp.Or(a.Owner, r.Owner)
	r.Action = cmp.Or(r.Action, a.Action)
	r.AlertVersion = cmp.Or(r.AlertVersion, a.Version)
	if len(r.Safety) == 0 {
		r.Safety = a.Safety
	}
	if a.Subject.Kind != "" {
		r.Subject = a.Subject.Kind
	}
	return r
}
