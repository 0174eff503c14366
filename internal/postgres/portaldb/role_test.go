package portaldb_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/portaldb"
	"github.com/openbmis/openbmis/migrations"
)

// Every table of the centre's database is tried as the portal's role, in every way: none answers but its own.
func TestThePortalsRoleTouchesNothingButItsSchema(t *testing.T) {
	db := pgtest.New(t, migrations.Central)
	portal := pgtest.Portal(t, db)
	require.NoError(t, portaldb.CheckAlone(t.Context(), portal))
	require.ErrorContains(t, portaldb.CheckAlone(t.Context(), db), "has rights on", "the centre's role is not the portal's")

	tables := tablesOf(t, db.Pool.Query, `SELECT n.nspname || '.' || quote_ident(c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') ORDER BY 1`)
	require.Greater(t, len(tables), 100)
	own := 0
	for _, table := range tables {
		if strings.HasPrefix(table, "portal.") {
			own++
			continue
		}
		for _, statement := range []string{
			"SELECT count(*) FROM " + table, "DELETE FROM " + table, "TRUNCATE " + table, "INSERT INTO " + table + " DEFAULT VALUES",
			"CREATE TRIGGER x BEFORE INSERT ON " + table + " FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
		} {
			_, err := portal.Pool.Exec(t.Context(), statement)
			require.Error(t, err, statement)
			require.Regexp(t, "permission denied|is not a table|is a view", err.Error(), statement) // the latter are of views
		}
	}
	require.Greater(t, own, 15)
}

// Of its own schema it has what it needs: it reads no parcel, and writes nothing of what the centre tells.
func TestThePortalsRightsInItsSchema(t *testing.T) {
	portal := pgtest.Portal(t, pgtest.New(t, migrations.Central))
	for _, statement := range []string{
		"SELECT sealed FROM portal.parcel", "SELECT envelope FROM portal.parcel", "SELECT * FROM portal.parcel_file", "SELECT * FROM portal.act",
		"UPDATE portal.act SET result = ''", "DELETE FROM portal.act", "UPDATE portal.parcel SET sealed = ''", "UPDATE portal.parcel SET taken_at = now()",
		"INSERT INTO portal.told SELECT * FROM portal.told", "DELETE FROM portal.notice", "INSERT INTO portal.verify VALUES ('', now(), now())",
		"UPDATE portal.rules SET version = ''", "INSERT INTO portal.centre_key VALUES ('', '', now())", "UPDATE portal.portal_key SET point = ''",
		"UPDATE portal.blind_key SET for_centre = ''", "UPDATE portal.blind_key SET for_centre_key = ''", "SELECT for_centre FROM portal.blind_key",
		"UPDATE portal.centre_key SET point = ''", "UPDATE portal.centre_key SET retired_at = now()", "UPDATE portal.centre_key SET since = now()",
		"UPDATE portal.centre_key SET destroyed_at = now()", "DELETE FROM portal.centre_key", "TRUNCATE portal.centre_key CASCADE", "DELETE FROM portal.blind_key",
		"INSERT INTO portal.centre_key (id, point, at) VALUES ('a', '', now())", "SELECT destroyed_at FROM portal.centre_key", "SELECT * FROM visa_parcel_key",
		"SELECT nextval('portal.centre_key_version_seq')", "SELECT setval('portal.centre_key_version_seq', 9)",
		"ALTER TABLE portal.centre_key DISABLE TRIGGER key_ends", "SELECT centre_key FROM portal.parcel",
		"UPDATE portal.payment SET amount = 1", "DELETE FROM portal.payment_order",
		"CREATE TABLE portal.mine (id int)", "CREATE TABLE public.mine (id int)", "CREATE SCHEMA mine", "SET ROLE bmis_app", "CREATE ROLE mine",
		"SELECT pg_read_file('/etc/hostname')", "COPY (SELECT 1) TO PROGRAM 'true'", "SELECT lo_import('/etc/hostname')",
		"SELECT pg_advisory_lock(1)", "SELECT pg_advisory_xact_lock(hashtext('visa_rules'))", "SELECT pg_try_advisory_lock(1, 2)",
		"SELECT pg_try_advisory_xact_lock_shared(1)", "SELECT pg_advisory_unlock_all()",
	} {
		_, err := portal.Pool.Exec(t.Context(), statement)
		require.Error(t, err, statement)
		require.Regexp(t, "permission denied|must be", err.Error(), statement)
	}
}

// What was handed over is the centre's, and what was let go never comes back.
func TestThePortalKeepsItsHandsOffWhatItHandedOver(t *testing.T) {
	db := pgtest.New(t, migrations.Central)
	portal := pgtest.Portal(t, db)
	free, held := uuid.New(), uuid.New()
	for id, waits := range map[uuid.UUID]bool{free: false, held: true} {
		_, err := portal.Pool.Exec(t.Context(), `INSERT INTO portal.parcel (id, kind, group_id, application_id, at, key_id, centre_key, sealed, held)
			VALUES ($1, 'application', $1, $1, now(), $1, 'k', '', $2)`, id, waits)
		require.NoError(t, err)
	}
	touched := func(sql string, id uuid.UUID) int64 {
		tag, err := portal.Pool.Exec(t.Context(), sql, id)
		require.NoError(t, err, sql)
		return tag.RowsAffected()
	}
	hold, letGo, takeBack := `UPDATE portal.parcel SET held = true WHERE id = $1`, `UPDATE portal.parcel SET held = false WHERE id = $1`, `DELETE FROM portal.parcel WHERE id = $1`
	for _, sql := range []string{hold, letGo, takeBack} {
		require.Zero(t, touched(sql, free), sql)
	}
	require.EqualValues(t, 1, touched(letGo, held))
	require.Zero(t, touched(hold, held), "never back")
	require.Zero(t, touched(takeBack, held))
	var there int
	require.NoError(t, db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM portal.parcel WHERE NOT held`).Scan(&there))
	require.Equal(t, 2, there)
}

// A parcel that was made is whole: nobody with the portal's role adds a file to it, changes or takes away one, or its body, whether it was
// let go or waits for its fee; saying that it was made just now changes nothing.
func TestWhatWasSentIsWhole(t *testing.T) {
	db := pgtest.New(t, migrations.Central)
	portal := pgtest.Portal(t, db)
	const parcel = `INSERT INTO portal.parcel (id, kind, group_id, application_id, at, key_id, centre_key, sealed, held)
		VALUES ($1, 'application', $1, $1, now(), $1, 'k', 'body', $2)`
	const file = `INSERT INTO portal.parcel_file (parcel_id, file_id, sealed) VALUES ($1, $2, 'file')`
	for _, held := range []bool{false, true} {
		id, known := uuid.New(), uuid.New()
		require.NoError(t, portal.InTx(t.Context(), func(tx pgx.Tx) error {
			_, err := tx.Exec(t.Context(), parcel, id, held)
			require.NoError(t, err)
			_, err = tx.Exec(t.Context(), file, id, known)
			return err
		}))
		for _, try := range []struct {
			sql  string
			args []any
		}{
			{file, []any{id, uuid.New()}}, {file + ` ON CONFLICT DO NOTHING`, []any{id, known}},
			{file + ` ON CONFLICT (parcel_id, file_id) DO UPDATE SET sealed = 'other'`, []any{id, known}},
			{`UPDATE portal.parcel_file SET sealed = 'other' WHERE parcel_id = $1`, []any{id}}, {`DELETE FROM portal.parcel_file WHERE parcel_id = $1`, []any{id}},
			{`UPDATE portal.parcel_file SET parcel_id = $1`, []any{id}}, {`TRUNCATE portal.parcel_file`, nil}, {`TRUNCATE portal.parcel CASCADE`, nil},
			{`UPDATE portal.parcel SET sealed = 'other' WHERE id = $1`, []any{id}}, {`UPDATE portal.parcel SET envelope = NULL WHERE id = $1`, []any{id}},
			{`UPDATE portal.parcel SET made_in = pg_current_xact_id() WHERE id = $1`, []any{id}},
			{`ALTER TABLE portal.parcel_file DISABLE ROW LEVEL SECURITY`, nil}, {`DROP TRIGGER parcel_made ON portal.parcel`, nil},
			{`SET session_replication_role = replica`, nil},
		} {
			_, err := portal.Pool.Exec(t.Context(), try.sql, try.args...)
			require.Error(t, err, try.sql)
			require.Regexp(t, "permission denied|row-level security|must be owner", err.Error(), try.sql)
		}
	}
	later := `INSERT INTO portal.parcel (id, kind, group_id, application_id, at, key_id, centre_key, sealed, held, made_in)
		VALUES ($1, 'reply', $1, $1, now(), $1, 'k', 'body', false, (pg_current_xact_id()::text::bigint + 1)::text::xid8)`
	id := uuid.New()
	_, err := portal.Pool.Exec(t.Context(), later, id)
	require.NoError(t, err)
	_, err = portal.Pool.Exec(t.Context(), file, id, uuid.New())
	require.ErrorContains(t, err, "row-level security")
	var files int
	require.NoError(t, db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM portal.parcel_file WHERE sealed = 'file'`).Scan(&files))
	require.Equal(t, 2, files)
}

// The centre seals for the newest key: when a key came is the database's word.
func TestThePortalDatesNoKey(t *testing.T) {
	db := pgtest.New(t, migrations.Central)
	portal := pgtest.Portal(t, db)
	for _, statement := range []string{
		"INSERT INTO portal.portal_key (id, point, at) VALUES ('a', '', 'infinity')", "UPDATE portal.portal_key SET at = 'infinity'",
		"INSERT INTO portal.portal_key (id, point) VALUES ('a', '') ON CONFLICT (id) DO UPDATE SET at = 'infinity'",
	} {
		_, err := portal.Pool.Exec(t.Context(), statement)
		require.ErrorContains(t, err, "permission denied", statement)
	}
	_, err := portal.Pool.Exec(t.Context(), "INSERT INTO portal.portal_key (id, point) VALUES ('a', '')")
	require.NoError(t, err)
	var now bool
	require.NoError(t, db.Pool.QueryRow(t.Context(), `SELECT at BETWEEN now() - interval '1 hour' AND now() FROM portal.portal_key`).Scan(&now))
	require.True(t, now)
}

// Advisory locks are the centre's: by one that its work waits for, the portal could stop it.
func TestThePortalTakesNoAdvisoryLock(t *testing.T) {
	db := pgtest.New(t, migrations.Central)
	for whose, may := range map[*postgres.DB]bool{db: true, pgtest.Portal(t, db): false} {
		can, err := portaldb.MayStop(t.Context(), whose)
		require.NoError(t, err)
		require.Equal(t, may, can)
	}
	_, err := db.Pool.Exec(t.Context(), "SELECT pg_advisory_xact_lock(1)")
	require.NoError(t, err, "the centre works by them")
}

// No function that works with its owner's rights may be called by everybody: the portal is everybody too.
func TestNoFunctionLendsThePortalItsOwnersRights(t *testing.T) {
	db := pgtest.New(t, migrations.Central)
	list := tablesOf(t, db.Pool.Query, `SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
		WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND has_function_privilege('bmis_portal', p.oid, 'EXECUTE')`)
	require.Empty(t, slices.DeleteFunc(list, func(s string) bool { return strings.HasPrefix(s, "portal.") }))
}

func TestTheCentreReadsNoDraft(t *testing.T) {
	db := pgtest.New(t, migrations.Central)
	for _, table := range []string{"draft", "file", "session", "link", "brake", "mail"} {
		_, err := db.Pool.Exec(t.Context(), "SELECT count(*) FROM portal."+table)
		require.ErrorContains(t, err, "permission denied", table)
	}
	_, err := db.Pool.Exec(t.Context(), "DELETE FROM portal.act")
	require.ErrorContains(t, err, "permission denied", "what was done is never undone")
}

type query func(ctx context.Context, sql string, args ...any) (pgx.Rows, error)

func tablesOf(t *testing.T, ask query, sql string) []string {
	t.Helper()
	rows, err := ask(t.Context(), sql)
	require.NoError(t, err)
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	return list
}
