package visahttp

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/breaker"
	"github.com/openbmis/openbmis/internal/jsonhttp"
)

// Journal writes the audit entries of questions: one that was not written is not asked.
type Journal interface {
	Write(ctx context.Context, entry audit.Entry) error
}

// Tools are what a Platform needs beside its settings.
type Tools struct {
	Journal Journal
	// QueryKey makes the keyed digest of what was asked (audit.QueryHMAC).
	QueryKey []byte
	Post     string // the station, or the centre
	Now      func() time.Time
	// SimulatorsOnly refuses a platform in operation: where documents of a country that does not exist are taken, nobody real is asked about.
	SimulatorsOnly bool
}

// Platform is an outside e-visa platform. It implements evisa.Registry and is safe for concurrent use.
type Platform struct {
	Settings
	tools   Tools
	line    *jsonhttp.Client
	breaker *breaker.Breaker
	// simulator is set once the platform said that it is one.
	simulator atomic.Bool
}

var _ evisa.Registry = (*Platform)(nil)

// Open makes the platform of settings; it asks nothing yet.
func Open(s Settings, tools Tools) (*Platform, error) {
	token, err := jsonhttp.ReadToken(s.Credentials)
	if err != nil {
		return nil, fmt.Errorf("registry of visas %s: %w", s.Name, err)
	}
	roots, err := jsonhttp.ReadRoots(s.CA)
	if err != nil {
		return nil, fmt.Errorf("registry of visas %s: %w", s.Name, err)
	}
	line := jsonhttp.New(jsonhttp.Options{URL: s.URL, Token: token, Roots: roots, Fault: fault})
	return &Platform{Settings: s, tools: tools, line: line, breaker: breaker.New(breaker.Default(), tools.Now, nil)}, nil
}

func fault(reason string, err error) error { return &evisa.Fault{Reason: reason, Err: err} }

// Source is the platform as findings name it: a key of the text catalogue below "source.".
const Source = "visa_platform"

// Answers reports whether the platform answered lately; since when, when it does.
func (p *Platform) Answers() (since time.Time, now bool) {
	state, _, back := p.breaker.State()
	return back, state == breaker.Closed
}

var (
	errNotAsked  = errors.New("not asked: it failed lately")
	errOperation = errors.New("it is no simulator, and exercises ask none but simulators")
)

// object is the kind of object in audit entries.
const object = "visa_platform"

// Find asks for the visas of a traveller. Every failure is an evisa.Fault with its reason.
func (p *Platform) Find(ctx context.Context, q evisa.Query) (evisa.Found, error) {
	if err := p.exercise(ctx); err != nil {
		return evisa.Found{}, err
	}
	digest, err := audit.QueryHMAC(p.tools.QueryKey, q.Document.Number, q.Identity.Surname, q.Identity.GivenNames, q.Identity.BirthDate.String(), string(q.Number))
	if err != nil {
		return evisa.Found{}, fault(border.ReasonFailed, fmt.Errorf("audit: %w", err))
	}
	entry := p.entry("sent: document, name, birth date")
	entry.QueryHMAC = digest
	var answer Answer
	err = p.ask(ctx, entry, func(ctx context.Context) error {
		return p.line.Ask(ctx, SearchPath, Search{
			Document: Document{q.Document.Code, q.Document.Number, q.Document.IssuingState},
			Person:   Person{q.Identity.Surname, q.Identity.GivenNames, q.Identity.BirthDate}, Number: string(q.Number),
		}, MaxAnswer, &answer)
	})
	switch {
	case err != nil:
		return evisa.Found{}, err
	case len(answer.Visas) > MaxVisas:
		return evisa.Found{}, fault(border.ReasonFailed, fmt.Errorf("expected at most %d visas of one traveller", MaxVisas))
	}
	found := evisa.Found{Held: true, Source: border.Source{Name: Source, Version: answer.Version, AsOf: answer.AsOf.UTC()}}
	for _, v := range answer.Visas {
		if !v.readable() {
			found.Unreadable++
			continue
		}
		found.Rows = append(found.Rows, v.row())
	}
	return found, nil
}

// exercise keeps exercises from platforms in operation: what a platform is, it says without anybody's data.
func (p *Platform) exercise(ctx context.Context) error {
	if !p.tools.SimulatorsOnly || p.simulator.Load() {
		return nil
	}
	s, err := p.Probe(ctx)
	if err != nil {
		return err
	}
	if !s.Simulator {
		return fault(border.ReasonNotAdmitted, errOperation)
	}
	p.simulator.Store(true)
	return nil
}

// Probe asks whether the platform answers. It sends nobody's data.
func (p *Platform) Probe(ctx context.Context) (s Status, err error) {
	err = p.guarded(ctx, func(ctx context.Context) error { return p.line.Get(ctx, StatusPath, MaxAnswer, &s) })
	return s, err
}

// Report tells the platform of an entry, or that one did not stand. An error means that it is to be told again.
func (p *Platform) Report(ctx context.Context, u Use) error {
	return p.ask(ctx, p.entry("sent: number, crossing"), func(ctx context.Context) error {
		return p.line.Tell(ctx, UsesPath, u)
	})
}

func (p *Platform) entry(sent string) audit.Entry {
	e := audit.Actor{ID: p.tools.Post, Post: p.tools.Post}.Entry(p.tools.Now(), audit.Disclosure, object, p.Name)
	e.Purpose, e.Justification, e.Decision = border.PurposeOfControl, sent, "sent"
	return e
}

// ask sends nothing before its audit entry is written.
func (p *Platform) ask(ctx context.Context, entry audit.Entry, do func(context.Context) error) error {
	return p.guarded(ctx, func(ctx context.Context) error {
		if err := p.tools.Journal.Write(ctx, entry); err != nil {
			return fault(border.ReasonFailed, fmt.Errorf("audit: %w", err))
		}
		return do(ctx)
	})
}

// guarded asks within the deadline, unless the platform failed lately.
func (p *Platform) guarded(ctx context.Context, do func(context.Context) error) error {
	report, may := p.breaker.Ask()
	if !may {
		return fault(border.ReasonBreakerOpen, errNotAsked)
	}
	within, cancel := context.WithTimeout(ctx, time.Duration(p.Deadline))
	defer cancel()
	err := do(within)
	switch {
	case err == nil:
		report(breaker.Good)
	case ctx.Err() != nil:
		report(breaker.Void) // the asker went away
	default:
		report(breaker.Bad)
	}
	return err
}
