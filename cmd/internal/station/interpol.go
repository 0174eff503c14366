package station

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/openbmis/openbmis/alerts/interpol"
	"github.com/openbmis/openbmis/alerts/match"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/recheck"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/breaker"
	"github.com/openbmis/openbmis/internal/interpolhttp"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/ui/view/counterview"
)

// outsideJournal writes the audit entries of questions to outside services.
type outsideJournal struct{ db *postgres.DB }

// Write writes one entry.
func (j outsideJournal) Write(ctx context.Context, entry audit.Entry) error {
	return auditlog.Insert(ctx, j.db.Pool, entry)
}

// openInterpol makes the adapters of the configuration. Where documents of the country that does not exist are taken, only simulators
// are asked: no exercise ever reaches a service in operation.
func (a *app) openInterpol() error {
	all, err := interpol.LoadSettings(a.cfg.Interpol)
	if err != nil {
		return err
	}
	for _, s := range all {
		client, err := interpolhttp.Open(s)
		if err != nil {
			return fmt.Errorf("adapters: %w", err)
		}
		a.outside = append(a.outside, interpol.New(s, interpol.Tools{
			Searcher: client, Journal: outsideJournal{a.db.DB}, QueryKey: a.secrets.Query, Post: a.cfg.ID, Now: a.tools.Now, Log: a.tools.Log,
			Compare: func(q match.Query, e match.Entry) match.Match { return match.Compare(q, e) },
			Shelf: interpol.Shelf{
				Filters: filepath.Join(a.cfg.DataDir, "interpol"), Keys: filepath.Join(a.cfg.DataDir, "keys", "interpol"),
			},
			SimulatorsOnly: a.training(), Spread: a.spread,
		}))
	}
	return nil
}

// spread draws from 0 to 1; without randomness nothing is spread.
func (a *app) spread() float64 {
	var b [8]byte
	if _, err := a.tools.Random.Read(b[:]); err != nil {
		return 0
	}
	return float64(binary.BigEndian.Uint64(b[:])>>11) / (1 << 53)
}

// outsideChecks are the adapters as checks of the counter.
func (a *app) outsideChecks() []border.Check {
	checks := make([]border.Check, len(a.outside))
	for n, adapter := range a.outside {
		checks[n] = interpol.NewCheck(adapter)
	}
	return checks
}

// deadline is how long a check is given: what it says itself, or the configuration.
func (a *app) deadline(c border.Check) time.Duration {
	if own, says := c.(interface{ Deadline() time.Duration }); says {
		return own.Deadline()
	}
	return a.cfg.Counter.Deadlines.For(c.Name())
}

// keepInterpol keeps the lines to the services and the local copies until ctx ends.
func (a *app) keepInterpol(ctx context.Context) error {
	all, ctx := errgroup.WithContext(ctx)
	for _, adapter := range a.outside {
		all.Go(func() error { return adapter.Run(ctx) })
	}
	if err := all.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	<-ctx.Done()
	return nil
}

// outsideLink is an adapter as decisions wait for it.
type outsideLink struct{ *interpol.Adapter }

// Answers is since when the service answers, and whether it does now.
func (l outsideLink) Answers() (since time.Time, now bool) {
	s := l.State()
	return s.Back, s.Answers()
}

func (a *app) outsideLinks() []recheck.Link {
	links := make([]recheck.Link, len(a.outside))
	for n, adapter := range a.outside {
		links[n] = outsideLink{adapter}
	}
	return links
}

// outsideStanding is how the services stand, for the header.
func (a *app) outsideStanding() []counterview.Outside {
	shown := make([]counterview.Outside, len(a.outside))
	for n, adapter := range a.outside {
		s := adapter.State()
		shown[n] = counterview.Outside{
			Check: adapter.CheckName(), Answers: s.Answers(), Reason: s.Reason, Since: s.Since, Simulator: s.Service.Simulator, CopyAt: s.CopyAt,
		}
		if s.Breaker != breaker.Closed && s.Reason == "" {
			shown[n].Reason = border.ReasonBreakerOpen
		}
		if s.Copy != nil {
			shown[n].Copy = s.Copy.Version
		}
	}
	return shown
}
