package postgres_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/config"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/migrations"
)

func TestWithoutDSNTheProgramBringsItsOwnDatabase(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	db := config.Database{Dir: filepath.Join(pgtest.TempDir(t), "a", "postgres")}
	service, err := postgres.Launch(t.Context(), db, migrations.Station, log)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, service.Stop(context.Background())) })
	require.NoError(t, service.Ping(t.Context()))

	beside, err := postgres.Reach(t.Context(), db, log)
	require.NoError(t, err)
	require.Nil(t, beside.Cluster, "a command joins the running cluster")
	require.Equal(t, service.Place.AppDSN, beside.AppDSN)
	list, err := postgres.Status(t.Context(), beside.OwnerDSN, migrations.Station)
	require.NoError(t, err)
	require.NotEmpty(t, list)
	require.NoError(t, beside.Close(t.Context()))

	require.NoError(t, service.Stop(t.Context()))
	require.NoError(t, <-service.Failed())
	alone, err := postgres.Reach(t.Context(), db, log)
	require.NoError(t, err)
	require.NotNil(t, alone.Cluster, "a command alone starts the cluster")
	require.NoError(t, alone.Close(t.Context()))
}

func TestWithADSNNothingIsStarted(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	migrated := pgtest.New(t, migrations.Station)
	db := config.Database{DSN: pgtest.DSN(t, migrated), Dir: filepath.Join(t.TempDir(), "unused")}
	service, err := postgres.Launch(t.Context(), db, migrations.Station, log)
	require.NoError(t, err)
	require.Nil(t, service.Failed())
	require.NoDirExists(t, db.Dir)
	require.NoError(t, service.Stop(t.Context()))

	_, err = postgres.Launch(t.Context(), db, migrations.Central, log)
	require.ErrorContains(t, err, "this is a station database, expected a central one")

	db.MigrateDSN, db.DSN = pgtest.AdminDSN(t, migrated), pgtest.AdminDSN(t, migrated)
	_, err = postgres.Launch(t.Context(), db, migrations.Station, log)
	require.ErrorContains(t, err, "must not be superuser")
}

func TestStopDoesNotWaitForEver(t *testing.T) {
	db := config.Database{DSN: pgtest.DSN(t, pgtest.New(t, migrations.Station))}
	service, err := postgres.Launch(t.Context(), db, migrations.Station, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	held, err := service.Pool.Acquire(t.Context())
	require.NoError(t, err)
	defer held.Release()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorContains(t, service.Stop(ctx), "1 connections are still in use")
}

func TestASchemaThatIsBehindIsRefused(t *testing.T) {
	db := pgtest.New(t, migrations.Station)
	execOn(t, pgtest.AdminDSN(t, db), "DELETE FROM goose_db_version WHERE version_id > 1")
	names, err := migrations.Names(migrations.Station)
	require.NoError(t, err)
	_, err = postgres.Launch(t.Context(), config.Database{DSN: pgtest.DSN(t, db)}, migrations.Station, slog.New(slog.DiscardHandler))
	require.ErrorContains(t, err, "the first is "+names[1]+": run bmis migrate up with BMIS_MIGRATE_DSN set")
}

func TestAnEmptyDatabaseIsBehind(t *testing.T) {
	_, err := postgres.Launch(t.Context(), config.Database{DSN: emptyAsConfined(t)}, migrations.Station, slog.New(slog.DiscardHandler))
	require.ErrorContains(t, err, "the first is 00001_extensions.sql")
}

// emptyAsConfined is an empty database as the application's role, which exists once any test database has been migrated.
func emptyAsConfined(t *testing.T) string {
	t.Helper()
	config, err := pgx.ParseConfig(pgtest.Empty(t))
	require.NoError(t, err)
	pgtest.New(t, migrations.Station)
	return "host=" + config.Host + " dbname=" + config.Database + " user=" + postgres.AppRole
}
