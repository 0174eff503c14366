package paydb_test

import (
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa/pay"
	"github.com/openbmis/openbmis/internal/payhttp/simulator"
	"github.com/openbmis/openbmis/internal/pgcluster"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/migrations"
)

// PostgreSQL is killed (kill -9) within the transaction that counts a payment, and right after it: whatever was not committed is done again, what
// was is not, and the applicant is charged once.
func TestTheDatabaseIsKilled(t *testing.T) {
	cluster := pgtest.Durable(t)
	require.NoError(t, postgres.Migrate(t.Context(), cluster.AdminDSN(pgcluster.Database), migrations.Central))
	connect := func(dsn string) *postgres.DB {
		db, err := postgres.Open(t.Context(), dsn)
		require.NoError(t, err)
		t.Cleanup(db.Close)
		return db
	}
	s := openOn(t, &shop{
		db: connect(cluster.DSN(pgcluster.Database, postgres.PortalRole)), centre: connect(cluster.DSN(pgcluster.Database, postgres.AppRole)),
		admin: connect(cluster.AdminDSN(pgcluster.Database)),
	})
	kill := func() {
		before := cluster.Restarts()
		require.NoError(t, syscall.Kill(cluster.Pid(), syscall.SIGKILL))
		require.Eventually(t, func() bool { return cluster.Restarts() > before }, patience, tick)
	}
	back := func() {
		require.Eventually(t, func() bool { return s.db.Ping(t.Context()) == nil && s.admin.Ping(t.Context()) == nil }, 6*patience, tick)
	}
	for _, within := range []bool{true, false} {
		s.another()
		require.NoError(t, s.sim.Set(simulator.Knobs{Lose: true, Twice: true}))
		order := s.start()
		_, ok := s.sim.Pay(order.Ref)
		require.True(t, ok)
		died := false
		s.die = func() error {
			if within && !died {
				died = true
				kill()
			}
			return nil
		}
		standing, err := s.client.Ask(t.Context(), order.Ref)
		require.NoError(t, err)
		_, err = s.store.Apply(t.Context(), s.client.Name(), standing)
		require.Equal(t, within, err != nil)
		if !within {
			kill()
		}
		back()
		if within {
			require.Equal(t, pay.Pending, s.account().Orders[0].State, "nothing of it was kept")
			require.Empty(t, s.parcels())
		}
		s.settled()
		s.paidOnce()
	}
}
