package border

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Planned is a check with the time it is given.
type Planned struct {
	Check    Check
	Deadline time.Duration
}

// Inspect runs the checks side by side and hands each finding to found, as it is made, from one goroutine at a time. It returns
// when every check has answered, failed or run out of time: a check that does not is "not checked".
func Inspect(ctx context.Context, now func() time.Time, subject Subject, plan []Planned, found func(Finding)) {
	answers := make(chan Finding, len(plan))
	for _, p := range plan {
		go func() { answers <- ask(ctx, now, subject, p) }()
	}
	for range plan {
		found(<-answers)
	}
}

// ask waits no longer than the deadline, even for a check that ignores its context.
func ask(ctx context.Context, now func() time.Time, subject Subject, p Planned) Finding {
	started := now()
	if to, is := exempt(p.Check.Name(), subject); is {
		f := NotApplicable(p.Check.Name(), to)
		f.At = started
		return f
	}
	ctx, cancel := context.WithTimeout(ctx, p.Deadline)
	defer cancel()
	answer := make(chan Finding, 1)
	go func() { answer <- answerOf(ctx, subject, p.Check) }()
	var f Finding
	select {
	case f = <-answer:
	case <-ctx.Done():
		f = Unanswered(p.Check.Name(), Source{Name: p.Check.Name()}, ReasonTimeout)
	}
	f.At = now()
	f.Took = max(f.At.Sub(started), 0)
	return f
}

func answerOf(ctx context.Context, subject Subject, check Check) (f Finding) {
	defer func() {
		if r := recover(); r != nil { // one broken check must not take the counter down; the traveller is amber
			f = Unanswered(check.Name(), Source{Name: check.Name()}, ReasonFailed)
			f.Evidence = []Evidence{{Code: "check_broken", Found: fmt.Sprintf("%T", r), Severity: Acknowledge}}
		}
	}()
	f, err := check.Check(ctx, subject)
	f.Check = check.Name()
	if f.Source.Name == "" {
		f.Source.Name = check.Name()
	}
	if err == nil {
		return f
	}
	f.Outcome = NotChecked
	f.Reason = ReasonFailed
	if errors.Is(err, context.DeadlineExceeded) {
		f.Reason = ReasonTimeout
	}
	return f
}
