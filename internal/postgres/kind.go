package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/migrations"
)

// stampKind writes down once which kind of database this is. The numbers of both kinds overlap: without the stamp, a station's program
// on the centre's database would take the other's migrations for its own.
func stampKind(ctx context.Context, conn *pgx.Conn, kind migrations.Kind) error {
	for _, statement := range []string{
		`CREATE TABLE IF NOT EXISTS bmis_database (only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row), kind text NOT NULL)`,
		`REVOKE INSERT, UPDATE, DELETE ON bmis_database FROM ` + AppRole,
	} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("kind of database: %w", err)
		}
	}
	const stamp = `INSERT INTO bmis_database (kind) VALUES ($1) ON CONFLICT DO NOTHING`
	if _, err := conn.Exec(ctx, stamp, kind.String()); err != nil {
		return fmt.Errorf("kind of database: %w", err)
	}
	return checkKind(ctx, conn, kind)
}

// querier is what a connection and a pool have in common for reading one row.
type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// checkKind is an error when the database is another kind's. One that was never migrated is nobody's.
func checkKind(ctx context.Context, db querier, kind migrations.Kind) error {
	var found string
	err := db.QueryRow(ctx, `SELECT kind FROM bmis_database`).Scan(&found)
	switch {
	case Code(err) == "42P01", errors.Is(err, pgx.ErrNoRows): // undefined_table
		return nil
	case err != nil:
		return fmt.Errorf("kind of database: %w", err)
	case found != kind.String():
		return fmt.Errorf("this is a %s database, expected a %s one: check BMIS_DSN and BMIS_MIGRATE_DSN", found, kind)
	}
	return nil
}
