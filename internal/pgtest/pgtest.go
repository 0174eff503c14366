// Package pgtest gives tests real PostgreSQL databases: fresh, migrated, dropped at the end. All test programs of a user share one
// throw-away cluster, which starts with the first test and stops a while after the last.
//
// It must never be imported by a program: its cluster does not survive a crash, on purpose. A test never skips because PostgreSQL is
// missing; it fails and says what to install.
package pgtest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/pgcluster"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/migrations"
)

// maxConns is the size of a test's pool: many tests share the cluster.
const maxConns = 12

// New gives a fresh, migrated database of the kind, open as the application's role. It is closed and dropped when the test ends.
func New(t testing.TB, kind migrations.Kind) *postgres.DB {
	t.Helper()
	cluster := join(t)
	name := cluster.clone(t, kind)
	db, err := postgres.Open(t.Context(), cluster.dsn(name, pgcluster.AppRole), postgres.WithMaxConns(maxConns))
	require.NoError(t, err)
	t.Cleanup(db.Close)
	return db
}

// Empty gives the DSN of a fresh, empty database, as the owner's role. It is dropped when the test ends.
func Empty(t testing.TB) string {
	t.Helper()
	cluster := join(t)
	return cluster.dsn(cluster.create(t, ""), pgcluster.Superuser)
}

// DSN is how another program connects to a test's database as the application.
func DSN(t testing.TB, db *postgres.DB) string { return dsnAs(t, db, pgcluster.AppRole) }

// AdminDSN is how a test connects to its database as the owner of the schema, past every row policy and revoked right.
func AdminDSN(t testing.TB, db *postgres.DB) string { return dsnAs(t, db, pgcluster.Superuser) }

func dsnAs(t testing.TB, db *postgres.DB, role string) string {
	t.Helper()
	config := db.Pool.Config().ConnConfig
	return shared{socket: config.Host}.dsn(config.Database, role)
}

// PortalDSN is how the public portal connects to a test's database, of the central kind.
func PortalDSN(t testing.TB, db *postgres.DB) string { return dsnAs(t, db, postgres.PortalRole) }

// Portal opens a test's database, of the central kind, as the public portal's role.
func Portal(t testing.TB, db *postgres.DB) *postgres.DB {
	t.Helper()
	portal, err := postgres.Open(t.Context(), PortalDSN(t, db), postgres.WithMaxConns(maxConns))
	require.NoError(t, err)
	t.Cleanup(portal.Close)
	return portal
}

// Admin opens the test's database as the owner of the schema.
func Admin(t testing.TB, db *postgres.DB) *postgres.DB {
	t.Helper()
	admin, err := postgres.Open(t.Context(), AdminDSN(t, db), postgres.WithMaxConns(2))
	require.NoError(t, err)
	t.Cleanup(admin.Close)
	return admin
}

// Durable starts a cluster of the test's own that survives kill -9 as a station's does: for tests that crash it and count rows.
// Its database pgcluster.Database is empty: migrate it with AdminDSN.
func Durable(t testing.TB) *pgcluster.Cluster {
	t.Helper()
	cluster, err := pgcluster.Start(t.Context(), pgcluster.Config{Root: TempDir(t), NoSync: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, cluster.Stop(context.Background())) })
	return cluster
}

// unique makes a database name that no other test has.
func unique(t testing.TB, prefix string) string {
	t.Helper()
	var random [8]byte
	_, err := rand.Read(random[:])
	require.NoError(t, err)
	return prefix + hex.EncodeToString(random[:])
}
