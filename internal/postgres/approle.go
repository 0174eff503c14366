package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// AppRole is the role the programs connect as. It owns nothing, is no superuser and is subject to every row policy.
const AppRole = "bmis_app"

// prepareAppRole makes the role where it is missing and gives it rights on what migrations will create. The rights are default
// privileges, set before the migrations run: a grant on all tables afterwards would undo what a migration has revoked.
func prepareAppRole(ctx context.Context, conn *pgx.Conn) error {
	if conn.Config().User == AppRole {
		return fmt.Errorf("role %s may not migrate: BMIS_MIGRATE_DSN is the owner's role, BMIS_DSN the application's", AppRole)
	}
	if err := createAppRole(ctx, conn); err != nil {
		return err
	}
	if err := confined(ctx, conn, AppRole); err != nil {
		return err
	}
	for _, statement := range []string{
		`REVOKE CREATE ON SCHEMA public FROM PUBLIC`, // PostgreSQL before 15 lets everybody create there
		`GRANT USAGE ON SCHEMA public TO ` + AppRole,
		`ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO ` + AppRole,
		`ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ` + AppRole,
		`ALTER DEFAULT PRIVILEGES GRANT USAGE, SELECT ON SEQUENCES TO ` + AppRole,
	} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("rights of role %s: %w", AppRole, err)
		}
	}
	return nil
}

// createAppRole creates the role unless it exists. Roles belong to the whole cluster, so that another database's migration may
// create it at the same moment: both get one.
func createAppRole(ctx context.Context, conn *pgx.Conn) error {
	var exists bool
	const query = `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)`
	if err := conn.QueryRow(ctx, query, AppRole).Scan(&exists); err != nil {
		return fmt.Errorf("role %s: %w", AppRole, err)
	}
	if exists {
		return nil
	}
	_, err := conn.Exec(ctx, `CREATE ROLE `+AppRole+` LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION`)
	switch {
	case err == nil, IsUnique(err), Code(err) == "42710": // duplicate_object
		return nil
	case IsDenied(err):
		return fmt.Errorf("role %s does not exist and the owner's role may not create it: as an administrator run "+
			"CREATE ROLE %[1]s LOGIN PASSWORD '...' and use it in BMIS_DSN: %w", AppRole, err)
	default:
		return fmt.Errorf("role %s: %w", AppRole, err)
	}
}

// protectVersions keeps the table of applied migrations from the application, which may read it.
func protectVersions(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, `REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON goose_db_version FROM `+AppRole)
	if err != nil {
		return fmt.Errorf("rights of role %s: %w", AppRole, err)
	}
	return nil
}

// CheckConfined is an error unless the role of this pool is confined: no superuser, no BYPASSRLS, no right to create roles, owner of
// no table. With any of these, row policies and revoked rights would be decoration.
func (db *DB) CheckConfined(ctx context.Context) error {
	conn, err := db.Pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("database: %w", err)
	}
	defer conn.Release()
	return confined(ctx, conn.Conn(), conn.Conn().Config().User)
}

func confined(ctx context.Context, conn *pgx.Conn, role string) error {
	var super, bypass, create bool
	var tables int
	err := conn.QueryRow(ctx, `
		SELECT rolsuper, rolbypassrls, rolcreaterole,
		       (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		         WHERE c.relowner = r.oid AND c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname NOT LIKE 'pg\_%')
		FROM pg_roles r WHERE rolname = $1`, role).Scan(&super, &bypass, &create, &tables)
	switch {
	case err != nil:
		return fmt.Errorf("role %s: %w", role, err)
	case super, bypass, create:
		return fmt.Errorf("role %s must not be superuser, BYPASSRLS or CREATEROLE: "+
			"BMIS_DSN is the application's role, BMIS_MIGRATE_DSN the owner's", role)
	case tables > 0:
		return fmt.Errorf("role %s owns %d tables, but must own none: "+
			"BMIS_DSN is the application's role, BMIS_MIGRATE_DSN the owner's", role, tables)
	}
	return nil
}
