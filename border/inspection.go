package border

import (
	"slices"
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
	asked   map[string]int // how often a check was asked anew; an answer to an earlier question counts no more
	changed chan struct{}  // closed and made anew with each finding
	done    chan struct{}  // closed when every check has an outcome; made anew when one is asked again
}

func newInspection(scan Scan, subject Subject, plan []Planned) *Inspection {
	return &Inspection{
		Scan: scan, Subject: subject, plan: plan,
		found:   make(map[string]Finding, len(plan)),
		asked:   map[string]int{},
		changed: make(chan struct{}),
		done:    make(chan struct{}),
	}
}

func (i *Inspection) add(f Finding) bool { return i.answer(f, 0) }

// answer takes the finding of a check that was asked anew so often; false when it was asked once more since.
func (i *Inspection) answer(f Finding, asked int) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.asked[f.Check] != asked {
		return false
	}
	i.found[f.Check] = f
	i.tell()
	if len(i.found) == len(i.plan) && !i.complete() {
		close(i.done)
	}
	return true
}

// again takes back what a check has found, and gives it with the number of the question that is asked now; false when the plan has no
// such check.
func (i *Inspection) again(check string) (p Planned, asked int, ok bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	at := slices.IndexFunc(i.plan, func(p Planned) bool { return p.Check.Name() == check })
	if at < 0 {
		return Planned{}, 0, false
	}
	if i.complete() {
		i.done = make(chan struct{})
	}
	i.asked[check]++
	delete(i.found, check)
	i.tell()
	return i.plan[at], i.asked[check], true
}

// named reports whether a check named one of these, or has not answered yet.
func (i *Inspection) named(check string, one func(ref string) bool) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	f, answered := i.found[check]
	return !answered || slices.ContainsFunc(f.Evidence, func(e Evidence) bool { return one(e.Ref) })
}

func (i *Inspection) tell() {
	close(i.changed)
	i.changed = make(chan struct{})
}

// complete is Complete for whoever holds the lock.
func (i *Inspection) complete() bool {
	select {
	case <-i.done:
		return true
	default:
		return false
	}
}

// Done is closed when every check has an outcome.
func (i *Inspection) Done() <-chan struct{} {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.done
}

// Complete reports whether every check has an outcome.
func (i *Inspection) Complete() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.complete()
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
