package postgres_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/migrations"
)

// A database that somebody else administers: the owner of the schema is no superuser and may not create roles.
func TestADatabaseThatSomebodyElseAdministers(t *testing.T) {
	cluster := pgtest.Durable(t)
	execOn(t, cluster.AdminDSN("postgres"), "CREATE ROLE schema_owner LOGIN", "CREATE DATABASE external OWNER schema_owner")
	owner := cluster.DSN("external", "schema_owner")

	err := postgres.Migrate(t.Context(), owner, migrations.Station)
	require.ErrorContains(t, err, "as an administrator run CREATE ROLE bmis_app LOGIN PASSWORD '...' and use it in BMIS_DSN")

	execOn(t, cluster.AdminDSN("postgres"), "CREATE ROLE bmis_app LOGIN SUPERUSER")
	require.ErrorContains(t, postgres.Migrate(t.Context(), owner, migrations.Station), "must not be superuser")

	execOn(t, cluster.AdminDSN("postgres"), "ALTER ROLE bmis_app NOSUPERUSER")
	require.NoError(t, postgres.Migrate(t.Context(), owner, migrations.Station))
	db, err := postgres.Open(t.Context(), cluster.DSN("external", postgres.AppRole))
	require.NoError(t, err)
	defer db.Close()
	require.NoError(t, db.CheckConfined(t.Context()))
	require.ErrorContains(t, postgres.Migrate(t.Context(), cluster.DSN("external", postgres.AppRole), migrations.Station), "role bmis_app may not migrate")
}

// An owner who may not take advisory locks from everybody migrates all the same; once the administrator has done it, too.
func TestAdvisoryLocksOfADatabaseThatSomebodyElseAdministers(t *testing.T) {
	cluster := pgtest.Durable(t)
	execOn(t, cluster.AdminDSN("postgres"), "CREATE ROLE schema_owner LOGIN", "CREATE DATABASE external OWNER schema_owner",
		"CREATE ROLE bmis_app LOGIN", "CREATE ROLE bmis_portal LOGIN")
	owner := cluster.DSN("external", "schema_owner")
	require.NoError(t, postgres.Migrate(t.Context(), owner, migrations.Central))
	portal, err := postgres.Open(t.Context(), cluster.DSN("external", postgres.PortalRole))
	require.NoError(t, err)
	defer portal.Close()
	_, err = portal.Pool.Exec(t.Context(), "SELECT pg_advisory_lock(1)")
	require.NoError(t, err, "nobody could take it away")
	require.NoError(t, postgres.Migrate(t.Context(), cluster.AdminDSN("external"), migrations.Central), "by the administrator")
	_, err = portal.Pool.Exec(t.Context(), "SELECT pg_advisory_lock(1)")
	require.ErrorContains(t, err, "permission denied")
	execOn(t, cluster.AdminDSN("external"), "GRANT EXECUTE ON FUNCTION pg_try_advisory_lock(bigint) TO schema_owner")
	require.NoError(t, postgres.Migrate(t.Context(), owner, migrations.Central), "what is revoked already is no reason to fail")
}

func TestARoleThatOwnsTablesIsNotConfined(t *testing.T) {
	cluster := pgtest.Durable(t)
	execOn(t, cluster.AdminDSN("postgres"), "CREATE ROLE owning LOGIN", "CREATE DATABASE owned OWNER owning")
	execOn(t, cluster.DSN("owned", "owning"), "CREATE TABLE mine (id int)")
	db, err := postgres.Open(t.Context(), cluster.DSN("owned", "owning"))
	require.NoError(t, err)
	defer db.Close()
	require.ErrorContains(t, db.CheckConfined(t.Context()), "role owning owns 1 tables, but must own none")
}
