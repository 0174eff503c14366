package central

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/openbmis/openbmis/internal/postgres/portaldb"
)

// keyMetrics tell Prometheus of the keys that the portal seals for: one that grows old, or old ones that stay, is for somebody to look at.
type keyMetrics struct {
	keys               func(context.Context) ([]portaldb.CentreKey, error)
	now                func() time.Time
	age, kept, waiting *prometheus.Desc
}

func newKeyMetrics(keys func(context.Context) ([]portaldb.CentreKey, error), now func() time.Time) *keyMetrics {
	about := func(name, help string) *prometheus.Desc {
		return prometheus.NewDesc("bmis_portal_"+name, help, nil, nil)
	}
	return &keyMetrics{
		keys: keys, now: now,
		age:     about("key_age_seconds", "age of the centre's key that the portal seals for"),
		kept:    about("keys_kept", "older keys of the centre that are not destroyed"),
		waiting: about("keys_waited_for", "older keys of the centre that parcels which wait are sealed for"),
	}
}

// Describe tells which metrics there are.
func (m *keyMetrics) Describe(to chan<- *prometheus.Desc) {
	to <- m.age
	to <- m.kept
	to <- m.waiting
}

// Collect reads the keys once a scrape.
func (m *keyMetrics) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), boardTimeout)
	defer cancel()
	list, err := m.keys(ctx)
	if err != nil {
		return // as with the board
	}
	kept, waiting := 0, 0
	for _, k := range list {
		switch {
		case k.InForce:
			to <- prometheus.MustNewConstMetric(m.age, prometheus.GaugeValue, m.now().Sub(k.MadeAt).Seconds())
			continue
		case k.DestroyedAt.IsZero():
			kept++
		}
		if k.Waiting > 0 {
			waiting++
		}
	}
	to <- prometheus.MustNewConstMetric(m.kept, prometheus.GaugeValue, float64(kept))
	to <- prometheus.MustNewConstMetric(m.waiting, prometheus.GaugeValue, float64(waiting))
}
