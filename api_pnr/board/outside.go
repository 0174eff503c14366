package board

import (
	"context"
	"sync"
	"time"

	"github.com/openbmis/openbmis/border"
)

// ReasonLate says that a service outside was asked and nobody waited longer for its answer: a key of the text catalogue below "reason.". What
// the carrier is told is what the policy says of a check without an answer, not what it says of checks of the State's own that took too long.
const ReasonLate = "outside_late"

// Questions puts questions to services outside the State. Who asks waits no longer than he may; the question goes on without him, and who asks
// the same meanwhile, or a moment later, is given its answer: at check-in and in the screening that follows a service is told of a traveller
// once. It is safe for concurrent use.
type Questions struct {
	now  func() time.Time
	mu   sync.Mutex
	all  map[question]*asking
	next time.Time // when answers are forgotten
}

// answersKept is how long an answer of a service outside holds for who asks the same.
const answersKept = time.Minute

// NewQuestions makes a Questions.
func NewQuestions(now func() time.Time) *Questions {
	return &Questions{now: now, all: map[question]*asking{}}
}

// question is what makes two questions the same.
type question struct {
	check, day, number, issuer, code, surname, given, birth, nationality, sex string
}

type asking struct {
	done    chan struct{}
	finding border.Finding
	until   time.Time // that the answer holds; zero while there is none
}

func questionOf(check string, s border.Subject) question {
	return question{
		check, s.Today.String(), s.Document.Number, s.Document.IssuingState, s.Document.Code, s.Identity.Surname, s.Identity.GivenNames,
		s.Identity.BirthDate.String(), s.Identity.Nationality, s.Identity.Sex,
	}
}

// Check is a check of a service outside as it is asked here. Nobody waits for it after patience has ended.
func (q *Questions) Check(patience context.Context, p border.Planned) border.Planned {
	return border.Planned{Check: patient{q, p, patience}, Deadline: p.Deadline + time.Second} // its own deadline ends first
}

type patient struct {
	questions *Questions
	planned   border.Planned
	patience  context.Context //nolint:containedctx // how long one round of questions is waited for
}

// Name is the name of the check that is asked.
func (p patient) Name() string { return p.planned.Check.Name() }

// Check waits for the answer as long as there is patience.
func (p patient) Check(ctx context.Context, s border.Subject) (border.Finding, error) {
	a := p.questions.ask(ctx, p.planned, s)
	local := time.NewTimer(localWithin)
	defer local.Stop()
	select {
	case <-a.done:
		return a.finding, nil
	case <-local.C:
	}
	select {
	case <-a.done:
		return a.finding, nil
	case <-p.patience.Done():
	case <-ctx.Done():
	}
	f := border.Unanswered(p.Name(), border.Source{Name: p.Name()}, ReasonLate)
	if o, says := p.planned.Check.(interface{ Optional() bool }); says {
		f.Optional = o.Optional()
	}
	return f, nil
}

// localWithin is waited for in any case: what a local copy answers takes no longer.
const localWithin = 5 * time.Millisecond

// ask gives the question that is under way or was answered a moment ago, or begins it.
func (q *Questions) ask(ctx context.Context, p border.Planned, s border.Subject) *asking {
	key, now := questionOf(p.Check.Name(), s), q.now()
	q.mu.Lock()
	defer q.mu.Unlock()
	q.forget(now)
	if a := q.all[key]; a != nil && (a.until.IsZero() || now.Before(a.until)) {
		return a
	}
	a := &asking{done: make(chan struct{})}
	q.all[key] = a
	go q.put(context.WithoutCancel(ctx), key, a, p, s)
	return a
}

// put has the check answer, with its own deadline. What has no answer is asked anew by the next.
func (q *Questions) put(ctx context.Context, key question, a *asking, p border.Planned, s border.Subject) {
	var f border.Finding
	border.Inspect(ctx, q.now, s, []border.Planned{p}, func(found border.Finding) { f = found })
	if f.Outcome == border.NotChecked && f.Reason == border.ReasonTimeout {
		f.Reason = ReasonLate
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	a.finding, a.until = f, q.now().Add(answersKept)
	if f.Outcome == border.NotChecked {
		delete(q.all, key)
	}
	close(a.done)
}

// forget drops answers that do not hold any more.
func (q *Questions) forget(now time.Time) {
	if now.Before(q.next) {
		return
	}
	q.next = now.Add(answersKept)
	for key, a := range q.all {
		if !a.until.IsZero() && !now.Before(a.until) {
			delete(q.all, key)
		}
	}
}
