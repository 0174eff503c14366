package central

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/openbmis/openbmis/alerts/listfile"
	"github.com/openbmis/openbmis/api_pnr/airport"
	"github.com/openbmis/openbmis/api_pnr/intake"
	domain "github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb"
	"github.com/openbmis/openbmis/internal/vault"
)

// passengerWork is what the centre does with what carriers send: it keeps it, reads it, and knows who is expected on which flight.
type passengerWork struct {
	store     *passengerdb.Store
	processor *intake.Processor
	airports  *airport.Table
	delegates intake.Delegates // whose flights a carrier may speak of beside its own
	hub       *domain.Hub      // tells those who watch the flights
}

// openPassengers opens the store of passenger data, whose keys stand beside the database and apart from all others.
func (a *app) openPassengers() error {
	keys := filepath.Join(a.cfg.DataDir, "keys", "passengers")
	wrapping, err := vault.OpenFiles(filepath.Join(keys, "data"), a.tools.Random, a.tools.Now)
	if err != nil {
		return err
	}
	escrow, err := vault.OpenFiles(filepath.Join(keys, "escrow"), a.tools.Random, a.tools.Now)
	if err != nil {
		return err
	}
	p := &passengerWork{hub: domain.NewHub()}
	if p.airports, err = airport.Load(a.cfg.Airports); err != nil {
		return fmt.Errorf("BMIS_AIRPORTS: %w", err)
	}
	p.store = passengerdb.New(passengerdb.Options{
		DB: a.db.DB, Wrapping: wrapping, Escrow: escrow, Random: a.tools.Random, Now: a.tools.Now, NewID: a.tools.NewID,
		Zone: p.airports.Zone, Country: listfile.CountryCode, Space: a.db.Space, QueryKey: a.secrets.Query, Changed: p.hub.Nudge,
	})
	if p.delegates, err = intake.LoadDelegates(a.cfg.CarrierDelegates); err != nil {
		return fmt.Errorf("BMIS_CARRIER_DELEGATES: %w", err)
	}
	p.processor = intake.New(intake.Options{Store: p.store, Now: a.tools.Now, Log: a.tools.Log, SpeaksFor: p.delegates.SpeaksFor})
	p.store.OnKept(p.processor.Wake)
	a.passengers, a.keeper = p, p.store
	return a.metrics.Register(newPassengerMetrics(p.store.Progress, a.tools.Now))
}

// runPassengers works on what carriers sent, behind everything else, and keeps the keys wrapped with this month's.
func (a *app) runPassengers(ctx context.Context, behind *errgroup.Group) {
	p := a.passengers
	behind.Go(func() error { return p.store.Alone(ctx, takeOver, p.processor.Run) })
	behind.Go(func() error {
		return a.every(ctx, time.Hour, "keep the keys of passenger data", func(ctx context.Context) error {
			return p.store.Maintain(ctx, a.cfg.BackupsKept)
		})
	})
}

// passengerMetrics tells Prometheus how far the work on what carriers sent is.
type passengerMetrics struct {
	progress func(context.Context) (passengerdb.Progress, error)
	now      func() time.Time
	gauges   []passengerGauge
}

type passengerGauge struct {
	about *prometheus.Desc
	value func(p passengerdb.Progress, now time.Time) float64
}

func newPassengerMetrics(progress func(context.Context) (passengerdb.Progress, error), now func() time.Time) *passengerMetrics {
	m := &passengerMetrics{progress: progress, now: now}
	add := func(name, help string, value func(p passengerdb.Progress, now time.Time) float64) {
		m.gauges = append(m.gauges, passengerGauge{prometheus.NewDesc("bmis_passenger_"+name, help, nil, nil), value})
	}
	add("kept_total", "what carriers sent and was kept", func(p passengerdb.Progress, _ time.Time) float64 { return float64(p.Kept) })
	add("backlog", "what was kept and waits to be read", func(p passengerdb.Progress, _ time.Time) float64 { return float64(p.Received) })
	add("backlog_age_seconds", "age of the oldest that waits to be read", func(p passengerdb.Progress, now time.Time) float64 {
		if p.OldestAt.IsZero() {
			return 0
		}
		return now.Sub(p.OldestAt).Seconds()
	})
	add("waiting_parts", "messages of series that are not whole", func(p passengerdb.Progress, _ time.Time) float64 { return float64(p.Waiting) })
	add("quarantine", "records and messages that could not be used", func(p passengerdb.Progress, _ time.Time) float64 { return float64(p.Quarantined) })
	add("work_notes", "work to be done for new and changed persons", func(p passengerdb.Progress, _ time.Time) float64 { return float64(p.Notes) })
	return m
}

// Describe tells which metrics there are.
func (m *passengerMetrics) Describe(to chan<- *prometheus.Desc) {
	for _, g := range m.gauges {
		to <- g.about
	}
}

// Collect counts once a scrape.
func (m *passengerMetrics) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), boardTimeout)
	defer cancel()
	p, err := m.progress(ctx)
	if err != nil {
		return // while the database is away these are absent, and /readyz says why
	}
	for _, g := range m.gauges {
		to <- prometheus.MustNewConstMetric(g.about, prometheus.GaugeValue, g.value(p, m.now()))
	}
}
