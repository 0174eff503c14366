package border

import (
	"sync"
	"time"
)

// Inspection is a scan whose checks are running or have answered. It is safe for concurrent use.
type Inspection struct {
	Scan    Scan
	Subject Subject

	plan []Planned

	mu      sync.Mutex
	found   map[string]Finding
	changed chan struct{} // closed and made anew with each finding
	done    chan struct{} // closed when every check has an outcome
}

func newInspection(scan Scan, subject Subject, plan []Planned) *Inspection {
	return &Inspection{
		Scan: scan, Subject: subject, plan: plan,
		found:   make(map[string]Finding, len(plan)),
		changed: make(chan struct{}),
		done:    make(chan struct{}),
	}
}

func (i *Inspection) add(f Finding) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.found[f.Check] = f
	close(i.changed)
	i.changed = make(chan struct{})
	if len(i.found) == len(i.plan) {
		close(i.done)
	}
}

// Done is closed when every check has an outcome.
func (i *Inspection) Done() <-chan struct{} { return i.done }

// Complete reports whether every check has an outcome.
func (i *Inspection) Complete() bool {
	select {
	case <-i.done:
		return true
	default:
		return false
	}
}

// Answer is a check's place on the screen: its finding, or nothing yet.
type Answer struct {
	Check   string
	Pending bool
	Finding Finding
}

// Answers are the checks in the order of the plan with what they have answered, and a channel that is closed at the next change.
func (i *Inspection) Answers() ([]Answer, <-chan struct{}) {
	i.mu.Lock()
	defer i.mu.Unlock()
	answers := make([]Answer, len(i.plan))
	for n, p := range i.plan {
		f, answered := i.found[p.Check.Name()]
		answers[n] = Answer{Check: p.Check.Name(), Pending: !answered, Finding: f}
	}
	return answers, i.changed
}

// Findings are the answers so far, in the order of the plan.
func (i *Inspection) Findings() []Finding {
	answers, _ := i.Answers()
	findings := make([]Finding, 0, len(answers))
	for _, a := range answers {
		if !a.Pending {
			findings = append(findings, a.Finding)
		}
	}
	return findings
}

// outcomes are the findings of every check; one that has not answered yet is "not checked" when the officer refers or refuses.
func (i *Inspection) outcomes(at time.Time) []Finding {
	answers, _ := i.Answers()
	findings := make([]Finding, len(answers))
	for n, a := range answers {
		findings[n] = a.Finding
		if a.Pending {
			findings[n] = Unanswered(a.Check, Source{Name: a.Check}, ReasonTimeout)
			findings[n].At = at
		}
	}
	return findings
}
