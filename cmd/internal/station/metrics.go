package station

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/openbmis/openbmis/border"
)

// metrics tells what goes on at the station, in numbers alone.
type metrics struct {
	checks *prometheus.HistogramVec
}

func (a *app) measure() *metrics {
	m := &metrics{checks: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "bmis_check_seconds", Help: "Time until a check answered, by check and outcome.",
		Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5},
	}, []string{"check", "outcome"})}
	gauge := func(name, help string, value func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value)
	}
	a.metrics.MustRegister(m.checks,
		gauge("bmis_centre_online", "1 when the centre answered the last heartbeat.", func() float64 {
			if a.link.Online() {
				return 1
			}
			return 0
		}),
		gauge("bmis_outbox_backlog_events", "Events that the centre has not confirmed; -1 when they cannot be counted.", a.backlog),
		gauge("bmis_alert_list_age_seconds", "Time since the centre confirmed the alert lists; -1 without any.", func() float64 {
			if a.list.Book() == nil {
				return -1
			}
			return a.tools.Now().Sub(a.list.currentAt()).Seconds()
		}),
		gauge("bmis_alert_list_unreadable_entries", "Entries of the alert lists that this release cannot read.", func() float64 {
			return float64(a.list.unreadable())
		}))
	return m
}

func (a *app) backlog() float64 {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	n, err := a.link.Backlog(ctx)
	if err != nil {
		return -1
	}
	return float64(n)
}

// measured is a check whose answers are counted.
type measured struct {
	check   border.Check
	metrics *metrics
	now     func() time.Time
}

// Name is the check's name.
func (m measured) Name() string { return m.check.Name() }

// Check asks the check.
func (m measured) Check(ctx context.Context, s border.Subject) (border.Finding, error) {
	began := m.now()
	f, err := m.check.Check(ctx, s)
	outcome := f.Outcome
	if err != nil {
		outcome = border.NotChecked
	}
	m.metrics.checks.WithLabelValues(m.Name(), outcome.String()).Observe(m.now().Sub(began).Seconds())
	return f, err
}
