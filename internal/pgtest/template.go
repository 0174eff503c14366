package pgtest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/pgcluster"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/migrations"
)

const (
	templateLock  = 0x74706c // "tpl": one template is made at a time
	templateStage = 4        // to be raised when postgres.Migrate itself does something else
	keptTemplates = 4        // per kind; older ones belong to schemas that have been edited since
)

// clone makes a database of the kind from its template, which is migrated once per state of the migration files.
func (s shared) clone(t testing.TB, kind migrations.Kind) string {
	t.Helper()
	digest, err := migrations.Digest(kind)
	require.NoError(t, err)
	template := fmt.Sprintf("tpl_%s_%d_%s", kind, templateStage, digest[:16])
	require.NoError(t, s.ensureTemplate(t.Context(), kind, template))
	return s.create(t, template)
}

// create makes a database, from a template unless that is "", and drops it at the end.
func (s shared) create(t testing.TB, template string) string {
	t.Helper()
	name := unique(t, "test_")
	statement := "CREATE DATABASE " + name
	if template != "" {
		statement += " TEMPLATE " + template + s.strategy(t)
	}
	require.NoError(t, s.exec(t.Context(), statement))
	t.Cleanup(func() {
		require.NoError(t, s.exec(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)"))
	})
	return name
}

// strategy copies files, which is the fastest way where nothing waits for the disk, as here. Before PostgreSQL 15 it is the only one.
func (s shared) strategy(t testing.TB) (clause string) {
	t.Helper()
	require.NoError(t, s.admin(t.Context(), func(conn *pgx.Conn) error {
		const query = "SELECT CASE WHEN current_setting('server_version_num')::int >= 150000 THEN ' STRATEGY file_copy' ELSE '' END"
		return conn.QueryRow(t.Context(), query).Scan(&clause)
	}))
	return clause
}

func (s shared) exec(ctx context.Context, statement string) error {
	return s.admin(ctx, func(conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, statement)
		return err
	})
}

// ensureTemplate makes the template unless it exists. It appears under its name only when it is complete.
func (s shared) ensureTemplate(ctx context.Context, kind migrations.Kind, name string) error {
	return s.admin(ctx, func(conn *pgx.Conn) error {
		if exists, err := databaseExists(ctx, conn, name); exists || err != nil {
			return err
		}
		if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", templateLock); err != nil {
			return err
		}
		if exists, err := databaseExists(ctx, conn, name); exists || err != nil {
			return err
		}
		return s.makeTemplate(ctx, conn, kind, name)
	})
}

func databaseExists(ctx context.Context, conn *pgx.Conn, name string) (exists bool, err error) {
	err = conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&exists)
	return exists, err
}

func (s shared) makeTemplate(ctx context.Context, conn *pgx.Conn, kind migrations.Kind, name string) error {
	draft := "draft_" + name
	for _, statement := range []string{"DROP DATABASE IF EXISTS " + draft + " WITH (FORCE)", "CREATE DATABASE " + draft} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return err
		}
	}
	if err := postgres.Migrate(ctx, s.dsn(draft, pgcluster.Superuser), kind); err != nil {
		return err
	}
	if err := dropOldTemplates(ctx, conn, kind); err != nil {
		return err
	}
	_, err := conn.Exec(ctx, "ALTER DATABASE "+draft+" ALLOW_CONNECTIONS false")
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "ALTER DATABASE "+draft+" RENAME TO "+name)
	return err
}

// dropOldTemplates keeps the newest few of a kind. One that is being copied right now stays until the next time.
func dropOldTemplates(ctx context.Context, conn *pgx.Conn, kind migrations.Kind) error {
	rows, err := conn.Query(ctx, `SELECT datname FROM pg_database WHERE datname LIKE $1 ORDER BY oid DESC OFFSET $2`,
		fmt.Sprintf(`tpl\_%s\_%%`, kind), keptTemplates)
	if err != nil {
		return err
	}
	old, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, name := range old {
		_, err := conn.Exec(ctx, "DROP DATABASE IF EXISTS "+name)
		var answer *pgconn.PgError
		if err != nil && (!errors.As(err, &answer) || answer.Code != "55006") { // object_in_use
			return err
		}
	}
	return nil
}
