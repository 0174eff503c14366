package central

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	domain "github.com/openbmis/openbmis/central"
)

// boardTimeout bounds what a scrape may cost.
const boardTimeout = 2 * time.Second

// boardMetrics tells Prometheus what the station board tells people.
type boardMetrics struct {
	stations func(context.Context) ([]domain.Station, error)
	now      func() time.Time
	gauges   []boardGauge
}

type boardGauge struct {
	about *prometheus.Desc
	value func(s domain.Station, now time.Time) float64
}

func newBoardMetrics(stations func(context.Context) ([]domain.Station, error), now func() time.Time) *boardMetrics {
	m := &boardMetrics{stations: stations, now: now}
	add := func(name, help string, value func(s domain.Station, now time.Time) float64) {
		m.gauges = append(m.gauges, boardGauge{prometheus.NewDesc("bmis_station_"+name, help, []string{"station"}, nil), value})
	}
	add("online", "1 when the station was heard just now", func(s domain.Station, now time.Time) float64 { return truth(s.Online(now)) })
	add("backlog_events", "events that the station has not delivered", func(s domain.Station, _ time.Time) float64 { return float64(s.Beat.Backlog) })
	add("received_events", "events committed at the centre", func(s domain.Station, _ time.Time) float64 { return float64(s.Received) })
	add("parked_events", "events that could not be applied", func(s domain.Station, _ time.Time) float64 { return float64(s.Parked) })
	add("missing_events", "events missing by the last comparison", func(s domain.Station, _ time.Time) float64 { return float64(s.Missing()) })
	add("complete", "1 when the last comparison found nothing missing", func(s domain.Station, _ time.Time) float64 { return truth(s.Complete()) })
	return m
}

func truth(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// Describe tells which metrics there are.
func (m *boardMetrics) Describe(to chan<- *prometheus.Desc) {
	for _, g := range m.gauges {
		to <- g.about
	}
}

// Collect reads the board once a scrape.
func (m *boardMetrics) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), boardTimeout)
	defer cancel()
	stations, err := m.stations(ctx)
	if err != nil {
		return // while the database is away these are absent, and /readyz says why; the rest of the page stands
	}
	for _, g := range m.gauges {
		for _, s := range stations {
			to <- prometheus.MustNewConstMetric(g.about, prometheus.GaugeValue, g.value(s, m.now()), s.Name)
		}
	}
}
