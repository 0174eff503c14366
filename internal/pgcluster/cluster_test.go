package pgcluster_test

import (
	"context"
	"log/slog"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/pgcluster"
)

// tempDir is a directory that the server's user can reach: testing's own is closed to others, as root it would be in the way.
func tempDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "bmis-pgcluster-test-") //nolint:usetesting // see above
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	require.NoError(t, os.Chmod(dir, 0o711))
	return dir
}

func start(t testing.TB, cfg pgcluster.Config) *pgcluster.Cluster {
	t.Helper()
	cfg.NoSync = true
	cfg.Logger = slog.New(slog.NewTextHandler(t.Output(), nil))
	cluster, err := pgcluster.Start(t.Context(), cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, cluster.Stop(context.Background())) })
	return cluster
}

func query(t testing.TB, dsn, sql string) (value string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close(context.Background())) }()
	require.NoError(t, conn.QueryRow(t.Context(), sql).Scan(&value))
	return value
}

func TestStartsAnswersAndStops(t *testing.T) {
	cluster := start(t, pgcluster.Config{Root: tempDir(t)})
	dsn := cluster.AdminDSN(pgcluster.Database)
	require.Equal(t, "UTC", query(t, dsn, "SHOW timezone"))
	require.Equal(t, "on", query(t, dsn, "SHOW fsync"))
	require.NoError(t, cluster.Stop(t.Context()))
	require.NoError(t, <-cluster.Done())
	require.NoDirExists(t, cluster.SocketDir())
}

// A station that is set up: initdb, start, database.
func BenchmarkColdStart(b *testing.B) {
	for b.Loop() {
		startOnce(b, tempDir(b))
	}
}

// A station that is switched on. The clean stop is not counted.
func BenchmarkWarmStart(b *testing.B) {
	root := tempDir(b)
	startOnce(b, root)
	for b.Loop() {
		startOnce(b, root)
	}
}

func startOnce(b *testing.B, root string) {
	cluster, err := pgcluster.Start(b.Context(), pgcluster.Config{Root: root})
	require.NoError(b, err)
	b.StopTimer()
	require.NoError(b, cluster.Stop(context.Background()))
	b.StartTimer()
}
