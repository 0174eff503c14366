package postgres_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/migrations"
)

func execOn(t *testing.T, dsn string, statements ...string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close(context.Background())) }()
	for _, statement := range statements {
		_, err := conn.Exec(t.Context(), statement)
		require.NoError(t, err, statement)
	}
}

func TestProgramsThatStartTogetherMigrateOnce(t *testing.T) {
	for _, kind := range []migrations.Kind{migrations.Station, migrations.Central} {
		t.Run(kind.String(), func(t *testing.T) {
			dsn := pgtest.Empty(t)
			before, err := postgres.Status(t.Context(), dsn, kind)
			require.NoError(t, err)
			var group errgroup.Group
			for range 4 {
				group.Go(func() error { return postgres.Migrate(t.Context(), dsn, kind) })
			}
			require.NoError(t, group.Wait())
			after, err := postgres.Status(t.Context(), dsn, kind)
			require.NoError(t, err)
			require.Len(t, after, len(before))
			for i, migration := range after {
				require.True(t, before[i].AppliedAt.IsZero())
				require.False(t, migration.AppliedAt.IsZero(), migration.Name)
				require.Equal(t, before[i].Name, migration.Name)
			}
			require.NoError(t, postgres.Migrate(t.Context(), dsn, kind), "a second start")
		})
	}
}

func TestAnotherKindsDatabaseIsRefused(t *testing.T) {
	owner := pgtest.AdminDSN(t, pgtest.New(t, migrations.Station))
	require.ErrorContains(t, postgres.Migrate(t.Context(), owner, migrations.Central), "this is a station database, expected a central one")
	_, err := postgres.Status(t.Context(), owner, migrations.Central)
	require.ErrorContains(t, err, "this is a station database, expected a central one")
}

func TestAMigrationWaitsForTheLockNoLongerThanAsked(t *testing.T) {
	dsn := pgtest.Empty(t)
	conn, err := pgx.Connect(t.Context(), dsn)
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close(context.Background())) }()
	_, err = conn.Exec(t.Context(), "SELECT pg_advisory_lock($1)", 0x626d6973)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, postgres.Migrate(ctx, dsn, migrations.Station), context.Canceled)
}

func TestTheApplicationsRoleIsConfined(t *testing.T) {
	db := pgtest.New(t, migrations.Station)
	owner := pgtest.AdminDSN(t, db)
	execOn(t, owner, "CREATE TABLE later (id int GENERATED ALWAYS AS IDENTITY, note text)",
		"CREATE SCHEMA annex CREATE TABLE annex.later (note text)",
		"CREATE TABLE guarded (note text)", "ALTER TABLE guarded ENABLE ROW LEVEL SECURITY", "INSERT INTO guarded VALUES ('hidden')")
	require.NoError(t, db.CheckConfined(t.Context()))

	allowed := []string{"INSERT INTO later (note) VALUES ('x')", "UPDATE later SET note = 'y'", "DELETE FROM later",
		"INSERT INTO annex.later VALUES ('x')", "SELECT * FROM goose_db_version"}
	for _, statement := range allowed {
		_, err := db.Pool.Exec(t.Context(), statement)
		require.NoError(t, err, statement)
	}
	denied := []string{"TRUNCATE later", "DROP TABLE later", "CREATE TABLE mine (id int)", "CREATE SCHEMA mine", "CREATE ROLE mine",
		"DELETE FROM goose_db_version", "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9, true)",
		"ALTER TABLE guarded DISABLE ROW LEVEL SECURITY", "COPY later TO PROGRAM 'cat'"}
	for _, statement := range denied {
		_, err := db.Pool.Exec(t.Context(), statement)
		require.Equal(t, "42501", postgres.Code(err), "%s: %v", statement, err)
	}
	var visible int
	require.NoError(t, db.Pool.QueryRow(t.Context(), "SELECT count(*) FROM guarded").Scan(&visible))
	require.Zero(t, visible, "row policies bind the application")
}

func TestAMigrationDoesNotGiveBackWhatWasRevoked(t *testing.T) {
	db := pgtest.New(t, migrations.Station)
	owner := pgtest.AdminDSN(t, db)
	execOn(t, owner, "CREATE TABLE written_once (note text)", "REVOKE UPDATE, DELETE ON written_once FROM bmis_app")
	require.NoError(t, postgres.Migrate(t.Context(), owner, migrations.Station))
	_, err := db.Pool.Exec(t.Context(), "UPDATE written_once SET note = ''")
	require.True(t, postgres.IsDenied(err), "%v", err)
}

func TestAnOwnerIsNotConfined(t *testing.T) {
	db := pgtest.New(t, migrations.Station)
	require.ErrorContains(t, pgtest.Admin(t, db).CheckConfined(t.Context()), "BMIS_MIGRATE_DSN")
}
