package interpol

import (
	"context"
	"slices"
	"time"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/vehicle"
	"github.com/openbmis/openbmis/internal/audit"
)

// Check is an adapter as a check of the counter. It implements border.Check.
type Check struct {
	adapter *Adapter
}

var _ border.Check = Check{}

// NewCheck makes the check.
func NewCheck(a *Adapter) Check { return Check{a} }

// Codes of evidence of this package, beside those of alerts (alert_match, alert_document, ...). All are notes.
const (
	CodeCopy    = "interpol_copy"    // not asked: the document is not in the local copy
	CodeUnlike  = "interpol_unlike"  // Found candidates of the service are not like the traveller
	CodeMore    = "interpol_more"    // the service found more than it gave
	CodeDetails = "interpol_details" // the full report could not be had
)

// simulatorSource ends the name of the source of answers that a simulator made up.
const simulatorSource = ".simulator"

// Name is the check's name, "interpol." and the adapter's.
func (c Check) Name() string { return c.adapter.CheckName() }

// grace is what a check may take beyond its adapter's deadline, so that its own word goes before that of the plan.
const grace = 250 * time.Millisecond

// Deadline is how long the check is given.
func (c Check) Deadline() time.Duration { return c.adapter.Deadline + grace }

// Optional reports whether a traveller may be let go although the service gave no answer.
func (c Check) Optional() bool { return c.adapter.Optional }

// Adapter is what the check asks.
func (c Check) Adapter() *Adapter { return c.adapter }

// Check answers from the local copy where that is certain, and asks the service otherwise.
func (c Check) Check(ctx context.Context, s border.Subject) (border.Finding, error) {
	a := c.adapter
	switch {
	case a.Kind == Vehicles && s.Vehicle == nil:
		return border.NotApplicable(c.Name(), vehicle.NoVehicle), nil
	case a.Kind.OfDocuments() && s.Document.Code == border.DocumentPass:
		return border.NotApplicable(c.Name(), string(border.BorderPass)), nil
	}
	q, enough := QueryOf(a.Kind, s, a.Send)
	if !enough {
		return c.unanswered(border.ReasonDataInsufficient), nil
	}
	if f, certain := c.fromCopy(q); certain {
		return f, nil
	}
	asked := Asked{Scan: s.Scan, Actor: audit.Actor{ID: c.Name(), Name: c.Name(), Role: "service", Post: a.tools.Post, Lane: s.Lane}}
	answer, err := a.Search(ctx, q, asked)
	if err != nil {
		return c.unanswered(ReasonOf(err)), nil
	}
	return c.found(ctx, s, q, answer, asked), nil
}

// unanswered is "not checked", with what is known of the source.
func (c Check) unanswered(reason string) border.Finding {
	source := border.Source{Name: c.Name()}
	if h := c.adapter.heard.Load(); h != nil {
		source = c.source(h.service)
	}
	f := border.Unanswered(c.Name(), source, reason)
	f.Optional = c.adapter.Optional
	return f
}

func (c Check) source(s Service) border.Source {
	source := border.Source{Name: c.Name(), Version: s.Version, AsOf: s.AsOf}
	if s.Simulator {
		source.Name += simulatorSource
	}
	return source
}

// fromCopy is "no hit" as of the copy's version, when the document is not in it and the copy is not too old.
func (c Check) fromCopy(q Query) (border.Finding, bool) {
	a := c.adapter
	f := a.filter.Load()
	if f == nil || !a.Kind.OfDocuments() || a.tools.Now().Sub(f.current) > a.Copy.TooOld || f.May(q.Document) {
		return border.Finding{}, false
	}
	return border.Finding{
		Source:   c.source(Service{Version: f.Version, AsOf: f.current, Simulator: f.Simulator}),
		Outcome:  border.NoHit,
		Evidence: []border.Evidence{{Code: CodeCopy, Found: f.Version, Severity: border.Note}},
	}, true
}

// judged is a candidate that is a match.
type judged struct {
	Candidate
	verdict
	record *Record
}

// found makes the finding of an answer: the candidates that are like the traveller, the likest first.
func (c Check) found(ctx context.Context, s border.Subject, q Query, answer Answer, asked Asked) border.Finding {
	a := c.adapter
	f := border.Finding{Source: c.source(answer.Service), Outcome: border.NoHit}
	var matches []judged
	for _, candidate := range answer.Candidates {
		if v := a.judge(candidate, q, s); v.band != "" {
			matches = append(matches, judged{Candidate: candidate, verdict: v})
		}
	}
	slices.SortStableFunc(matches, order)
	missing := a.details(ctx, matches, asked)
	for _, m := range matches {
		f.Outcome = border.Hit
		f.Evidence = append(f.Evidence, a.evidence(m)...)
	}
	if len(matches) > 0 && a.Kind == Nominals {
		f.Matcher = matcherVersion
	}
	f.Evidence = append(f.Evidence, notes(len(answer.Candidates)-len(matches), missing, answer.More)...)
	if answer.More && f.Outcome == border.NoHit { // the one who is meant may be among those that were not given
		f.Outcome, f.Reason, f.Optional = border.NotChecked, border.ReasonListIncomplete, a.Optional
	}
	return f
}
