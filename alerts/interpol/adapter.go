package interpol

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/match"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/breaker"
)

// Journal writes the audit log.
type Journal interface {
	Write(ctx context.Context, entry audit.Entry) error
}

// Tools are what an adapter works with.
type Tools struct {
	Searcher Searcher
	Journal  Journal
	// Compare scores a person against a candidate: match.Compare.
	Compare  func(match.Query, match.Entry) match.Match
	QueryKey []byte // of audit.QueryHMAC
	Post     string // the station, in audit entries
	Purpose  string // in audit entries; border.PurposeOfControl when empty
	Shelf    Shelf  // where filters are kept
	Now      func() time.Time
	Spread   func() float64 // see breaker.New
	// SimulatorsOnly keeps every question from a service that does not say that it is a simulator: for exercises.
	SimulatorsOnly bool
	Every          time.Duration // how often Run looks; a second when 0
	Log            *slog.Logger
}

// Adapter is a service as a station uses it: with its deadline, its breaker, its filter and its entries in the audit log. It is safe for
// concurrent use.
type Adapter struct {
	Settings
	tools   Tools
	policy  alerts.Policy
	breaker *breaker.Breaker
	slots   chan struct{}
	filter  atomic.Pointer[heldFilter]
	heard   atomic.Pointer[heard]
	wrong   atomic.Pointer[string] // why the last question had no answer
	looked  time.Time              // when a newer filter was last looked for; Run alone
}

// heldFilter is the filter with when its version was last known to be the newest.
type heldFilter struct {
	*Filter
	current time.Time
}

type heard struct {
	service Service
	at      time.Time
}

// New makes an adapter and takes up the filter that was kept, if there is one that holds.
func New(s Settings, tools Tools) *Adapter {
	if tools.Every <= 0 {
		tools.Every = time.Second
	}
	a := &Adapter{
		Settings: s, tools: tools, policy: alerts.Policy{Thresholds: s.Thresholds, Severity: s.Severity}.Complete(),
		breaker: breaker.New(s.Breaker, tools.Now, tools.Spread), slots: make(chan struct{}, max(s.Parallel, 1)),
	}
	if s.Copy.Allowed {
		a.takeUp()
	}
	return a
}

// CheckName is the name of the adapter's check.
func (a *Adapter) CheckName() string { return CheckPrefix + a.Name }

// CheckPrefix begins the names of all checks of this package.
const CheckPrefix = "interpol."

// Asked is for whom a service is asked: who is written in the audit log, and what the question belongs to.
type Asked struct {
	Actor audit.Actor
	Scan  uuid.UUID // the inspection; zero when there is none
}

// errNotAsked says that the service was left alone.
var errNotAsked = errors.New("the service failed lately and is not asked until it answers again")

// Search asks for candidates. The answer is checked; its candidates are not yet compared.
func (a *Adapter) Search(ctx context.Context, q Query, asked Asked) (answer Answer, err error) {
	if field := q.Check(); field != "" || q.Kind != a.Kind {
		return Answer{}, fmt.Errorf("query: %s: expected the fields of %s", field, a.Kind)
	}
	entry, err := a.entry(asked, asked.Scan.String(), q.Terms(), fmt.Sprintf("sent: %v", q.Sent()))
	if err != nil {
		return Answer{}, err
	}
	err = a.ask(ctx, entry, func(ctx context.Context) (int, error) {
		answer, err = a.tools.Searcher.Search(ctx, q)
		if err == nil {
			err = faulty(answer.Check())
		}
		if err != nil {
			return 0, err
		}
		a.hear(answer.Service)
		return len(answer.Candidates), nil
	})
	return answer, err
}

// faulty makes a wrong answer a fault of the service.
func faulty(err error) error {
	if err == nil {
		return nil
	}
	return &Fault{border.ReasonFailed, err}
}

// Detail asks for the full report of a candidate.
func (a *Adapter) Detail(ctx context.Context, id string, asked Asked) (record Record, err error) {
	if err := CheckID(id); err != nil {
		return Record{}, err
	}
	entry, err := a.entry(asked, a.Name+"/"+id, []string{"detail", string(a.Kind), id}, "sent: [id]")
	if err != nil {
		return Record{}, err
	}
	err = a.ask(ctx, entry, func(ctx context.Context) (int, error) {
		record, err = a.tools.Searcher.Detail(ctx, id)
		if err == nil && record.ID != id {
			err = faulty(errors.New("expected the report of the id that was asked for"))
		}
		if err != nil {
			return 0, err
		}
		a.hear(record.Service)
		return 1, nil
	})
	return record, err
}

// entry begins the audit entries of a question.
func (a *Adapter) entry(asked Asked, object string, terms []string, sent string) (audit.Entry, error) {
	digest, err := audit.QueryHMAC(a.tools.QueryKey, terms...)
	if err != nil {
		return audit.Entry{}, err
	}
	e := asked.Actor.Entry(a.tools.Now(), audit.Disclosure, a.CheckName(), object)
	e.Purpose, e.QueryHMAC, e.Justification, e.Decision = cmp.Or(a.tools.Purpose, border.PurposeOfControl), digest, sent, "sent"
	return e, nil
}

// ask asks in the adapter's turn, within its deadline, unless the breaker keeps the service from it. Nothing is sent before its audit
// entry is written; what came of it is a second entry.
func (a *Adapter) ask(ctx context.Context, entry audit.Entry, do func(context.Context) (int, error)) error {
	outer := ctx
	ctx, cancel := context.WithTimeout(ctx, a.Deadline)
	defer cancel()
	select {
	case a.slots <- struct{}{}:
		defer func() { <-a.slots }()
	case <-ctx.Done():
		return &Fault{border.ReasonTimeout, errors.New("no turn within the deadline")}
	}
	if err := a.mayHear(ctx); err != nil {
		return err
	}
	report, may := a.breaker.Ask()
	if !may {
		return &Fault{border.ReasonBreakerOpen, errNotAsked}
	}
	if err := a.tools.Journal.Write(ctx, entry); err != nil {
		report(breaker.Void)
		return fmt.Errorf("%s: audit entry: %w", a.CheckName(), err)
	}
	n, err := do(ctx)
	report(a.resultOf(outer, err))
	a.conclude(ctx, entry, n, err)
	return err
}

// mayHear keeps exercises from services in operation: what the service is, it says without anybody's data.
func (a *Adapter) mayHear(ctx context.Context) error {
	if !a.tools.SimulatorsOnly {
		return nil
	}
	if a.heard.Load() == nil {
		if err := a.probe(ctx); err != nil {
			return err
		}
	}
	if h := a.heard.Load(); h == nil || !h.service.Simulator {
		return &Fault{border.ReasonNotAdmitted, errors.New("while training only simulators are asked")}
	}
	return nil
}

// resultOf: who went away learnt nothing of the service; that the deadline of the adapter ran out is the service's doing.
func (a *Adapter) resultOf(outer context.Context, err error) breaker.Result {
	switch {
	case err == nil:
		a.wrong.Store(nil)
		return breaker.Good
	case errors.Is(outer.Err(), context.Canceled):
		return breaker.Void
	}
	reason := ReasonOf(err)
	a.wrong.Store(&reason)
	return breaker.Bad
}

// concludeWithin is how long the second audit entry may take: whoever asked does not wait for it.
const concludeWithin = 2 * time.Second

func (a *Adapter) conclude(ctx context.Context, entry audit.Entry, n int, failed error) {
	entry.At, entry.Verb, entry.ResultCount, entry.Decision = a.tools.Now(), audit.Consultation, n, "answered"
	if failed != nil {
		entry.Decision = ReasonOf(failed)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), concludeWithin)
	defer cancel()
	if err := a.tools.Journal.Write(ctx, entry); err != nil {
		a.tools.Log.ErrorContext(ctx, "answer of an outside service not in the audit log", "adapter", a.Name, "error", err)
	}
}

func (a *Adapter) hear(s Service) { a.heard.Store(&heard{s, a.tools.Now()}) }

// State is how an adapter stands, for screens and for whoever asks again.
type State struct {
	Name     string
	Kind     Kind
	Optional bool
	Breaker  breaker.State
	Since    time.Time // of Breaker
	Back     time.Time // when it last came back after an outage; zero: never
	// Reason is why the last question had no answer; empty when it had one.
	Reason string
	// Service and HeardAt are what it last said of itself, and when; HeardAt is zero when it never did.
	Service Service
	HeardAt time.Time
	// Copy is the negative filter that is held; nil when none is, or none may be.
	// CopyAt is when it was last known to be the newest.
	Copy   *FilterInfo
	CopyAt time.Time
}

// Answers reports whether the service is asked, and answered the last time.
func (s State) Answers() bool {
	return s.Breaker == breaker.Closed && s.Reason == "" && !s.HeardAt.IsZero()
}

// State is how the adapter stands.
func (a *Adapter) State() State {
	s := State{Name: a.Name, Kind: a.Kind, Optional: a.Optional}
	s.Breaker, s.Since, s.Back = a.breaker.State()
	if h := a.heard.Load(); h != nil {
		s.Service, s.HeardAt = h.service, h.at
	}
	if wrong := a.wrong.Load(); wrong != nil {
		s.Reason = *wrong
	}
	if f := a.filter.Load(); f != nil {
		info := f.FilterInfo
		s.Copy, s.CopyAt = &info, f.current
	}
	return s
}
