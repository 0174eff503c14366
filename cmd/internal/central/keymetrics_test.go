package central

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/postgres/portaldb"
)

// The age is of the key in force; destroyed keys count no more. While the database is away there are no numbers, and the scrape succeeds.
func TestTheMetricsOfThePortalsKeys(t *testing.T) {
	made := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	list := []portaldb.CentreKey{
		{Version: 4, MadeAt: made, InForce: true, Waiting: 7},
		{Version: 3, MadeAt: made.Add(-time.Hour), RetiredAt: made, Waiting: 2},
		{Version: 2, MadeAt: made.Add(-2 * time.Hour), RetiredAt: made, IdleAt: made},
		{Version: 1, MadeAt: made.Add(-3 * time.Hour), RetiredAt: made, IdleAt: made, DestroyedAt: made},
	}
	var failed error
	registry := prometheus.NewRegistry()
	require.NoError(t, registry.Register(newKeyMetrics(func(context.Context) ([]portaldb.CentreKey, error) { return list, failed },
		func() time.Time { return made.Add(time.Minute) })))
	gathered, err := registry.Gather()
	require.NoError(t, err)
	values := map[string]float64{}
	for _, family := range gathered {
		values[family.GetName()] = family.GetMetric()[0].GetGauge().GetValue()
	}
	require.Equal(t, map[string]float64{"bmis_portal_key_age_seconds": 60, "bmis_portal_keys_kept": 2, "bmis_portal_keys_waited_for": 1}, values)
	failed = errors.New("away")
	gathered, err = registry.Gather()
	require.NoError(t, err)
	require.Empty(t, gathered)
}
