package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/migrations"
)

// AppRole is the role the programs connect as. It owns nothing, is no superuser and is subject to every row policy.
const AppRole = "bmis_app"

// PortalRole is the role the public portal of visas connects as. It has rights on the schema portal alone, by the migrations.
const PortalRole = "bmis_portal"

// prepareAppRole makes the role where it is missing and gives it rights on what migrations will create. The rights are default
// privileges, set before the migrations run: a grant on all tables afterwards would undo what a migration has revoked.
func prepareAppRole(ctx context.Context, conn *pgx.Conn) error {
	if conn.Config().User == AppRole {
		return fmt.Errorf("role %s may not migrate: BMIS_MIGRATE_DSN is the owner's role, BMIS_DSN the application's", AppRole)
	}
	if err := prepareRole(ctx, conn, AppRole, "BMIS_DSN"); err != nil {
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

// preparePortalRole makes the portal's role where it is missing: the migrations of the centre grant it its rights.
func preparePortalRole(ctx context.Context, conn *pgx.Conn, kind migrations.Kind) error {
	if kind != migrations.Central {
		return nil
	}
	if conn.Config().User == PortalRole {
		return fmt.Errorf("role %s may not migrate: BMIS_MIGRATE_DSN is the owner's role, BMIS_PORTAL_DSN the portal's", PortalRole)
	}
	if err := prepareRole(ctx, conn, PortalRole, "BMIS_PORTAL_DSN"); err != nil {
		return err
	}
	return keepAdvisoryLocks(ctx, conn)
}

// keepAdvisoryLocks takes advisory locks from everybody but the application's and the owner's role: whoever holds one that the centre's work
// waits for would stop it. An owner who may not (the functions belong to the database's administrator) leaves them as they are, with a warning
// of the server's; the portal says so at its start (portaldb.MayStop).
func keepAdvisoryLocks(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, `
		DO $$
		DECLARE f regprocedure;
		BEGIN
			FOR f IN SELECT oid::regprocedure FROM pg_proc
			          WHERE pronamespace = 'pg_catalog'::regnamespace AND proname ~ '^pg_(try_)?advisory_' LOOP
				EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
				EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO `+AppRole+`, %I', f, current_user);
			END LOOP;
		EXCEPTION WHEN insufficient_privilege THEN
			RAISE WARNING 'advisory locks stay open to everybody: %', SQLERRM;
		END $$`)
	if err != nil {
		return fmt.Errorf("rights on advisory locks: %w", err)
	}
	return nil
}

// prepareRole makes a role where it is missing, and refuses one that is not confined. variable is where its DSN is configured.
func prepareRole(ctx context.Context, conn *pgx.Conn, role, variable string) error {
	if err := createRole(ctx, conn, role, variable); err != nil {
		return err
	}
	return confined(ctx, conn, role)
}

// createRole creates the role unless it exists. Roles belong to the whole cluster, so that another database's migration may
// create it at the same moment: both get one.
func createRole(ctx context.Context, conn *pgx.Conn, role, variable string) error {
	var exists bool
	const query = `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)`
	if err := conn.QueryRow(ctx, query, role).Scan(&exists); err != nil {
		return fmt.Errorf("role %s: %w", role, err)
	}
	if exists {
		return nil
	}
	_, err := conn.Exec(ctx, `CREATE ROLE `+role+` LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION`)
	switch {
	case err == nil, IsUnique(err), Code(err) == "42710": // duplicate_object
		return nil
	case IsDenied(err):
		return fmt.Errorf("role %s does not exist and the owner's role may not create it: as an administrator run "+
			"CREATE ROLE %[1]s LOGIN PASSWORD '...' and use it in %s: %w", role, variable, err)
	default:
		return fmt.Errorf("role %s: %w", role, err)
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
