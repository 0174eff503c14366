package central

import (
	"context"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/openbmis/openbmis/alerts/interpol"
	"github.com/openbmis/openbmis/alerts/match"
	"github.com/openbmis/openbmis/api_pnr/board"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/interpolhttp"
)

// purposeBeforeArrival is what outside services are asked for at the centre, in the audit log.
const purposeBeforeArrival = "passenger_screening"

// openOutside makes the adapters that carriers' questions and the screening before arrival ask; none where none is configured. An exercise asks
// simulators alone. Services about vehicles have nothing to say of air passengers.
func (a *app) openOutside(policy board.Policy) ([]*interpol.Adapter, error) {
	all, err := interpol.LoadSettings(a.cfg.Interpol)
	if err != nil {
		return nil, fmt.Errorf("BMIS_INTERPOL: %w", err)
	}
	var adapters []*interpol.Adapter
	for _, s := range all {
		if s.Kind == interpol.Vehicles {
			continue
		}
		client, err := interpolhttp.Open(s)
		if err != nil {
			return nil, fmt.Errorf("BMIS_INTERPOL: %w", err)
		}
		adapters = append(adapters, interpol.New(s, interpol.Tools{
			Searcher: client, Journal: outsideJournal{a.db.DB}, QueryKey: a.secrets.Query, Post: Name, Purpose: purposeBeforeArrival, Now: a.tools.Now,
			Log: a.tools.Log, Compare: func(q match.Query, e match.Entry) match.Match { return match.Compare(q, e) },
			Shelf: interpol.Shelf{
				Filters: filepath.Join(a.cfg.DataDir, "interpol"), Keys: filepath.Join(a.cfg.DataDir, "keys", "interpol"),
			},
			SimulatorsOnly: policy.State == trainingState, Spread: a.spread,
		}))
	}
	return adapters, nil
}

// spread draws from 0 to 1; without randomness nothing is spread.
func (a *app) spread() float64 {
	var b [8]byte
	if _, err := a.tools.Random.Read(b[:]); err != nil {
		return 0
	}
	return float64(binary.BigEndian.Uint64(b[:])>>11) / (1 << 53)
}

// outsideChecks adds the adapters to the checks of passengers; a service about documents is asked about each of a passenger's.
func outsideChecks(c board.Checks, adapters []*interpol.Adapter) board.Checks {
	c.Questions = board.NewQuestions(c.Now)
	for _, adapter := range adapters {
		check := interpol.NewCheck(adapter)
		c.Outside = append(c.Outside, border.Planned{Check: check, Deadline: check.Deadline()})
		if adapter.Kind.OfDocuments() {
			c.Every = append(c.Every, check.Name())
		}
	}
	return c
}

// runOutside keeps the lines to the services and the local copies until ctx ends.
func (b *boarding) runOutside(ctx context.Context) error {
	all, ctx := errgroup.WithContext(ctx)
	for _, adapter := range b.outside {
		all.Go(func() error { return adapter.Run(ctx) })
	}
	return all.Wait() //nolint:wrapcheck // the adapters say who they are
}

// backEvery is how often it is looked whether a service is back.
const backEvery = time.Second

// askAgain has those asked about again whom a service that is back gave no answer on while it was away.
func (b *boarding) askAgain(told map[string]time.Time) func(context.Context) error {
	return func(ctx context.Context) error {
		for _, adapter := range b.outside {
			s := adapter.State()
			back := s.Back
			if back.IsZero() { // since the start of the program
				back = s.Since
			}
			if !s.Answers() || back.Equal(told[s.Name]) {
				continue
			}
			if err := b.store.RecheckOutside(ctx, adapter.CheckName()); err != nil {
				return err
			}
			told[s.Name] = back
		}
		return nil
	}
}
