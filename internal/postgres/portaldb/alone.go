package portaldb

import (
	"context"
	"fmt"

	"github.com/openbmis/openbmis/internal/postgres"
)

// MayStop reports whether the role of this pool may take advisory locks, by which it could stop the centre's work. It is so where the schema's
// owner may not revoke the right (a database that somebody else administers).
func MayStop(ctx context.Context, db *postgres.DB) (may bool, err error) {
	err = db.Pool.QueryRow(ctx, `SELECT coalesce(bool_or(has_function_privilege(oid, 'EXECUTE')), false) FROM pg_proc
		WHERE pronamespace = 'pg_catalog'::regnamespace AND proname ~ '^pg_(try_)?advisory_'`).Scan(&may)
	if err != nil {
		return false, fmt.Errorf("rights of the portal: %w", err)
	}
	return may, nil
}

// CheckAlone is an error unless the role of this pool may touch the schema portal and nothing else: the portal must not run with a role that
// could read the centre's records.
func CheckAlone(ctx context.Context, db *postgres.DB) error {
	if err := db.CheckConfined(ctx); err != nil {
		return err
	}
	var role string
	var others int
	err := db.Pool.QueryRow(ctx, `
		SELECT current_user, (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		 WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('portal', 'pg_catalog', 'information_schema', 'pg_toast')
		   AND has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER'))`).Scan(&role, &others)
	if err != nil {
		return fmt.Errorf("rights of the portal: %w", err)
	}
	if others > 0 {
		return fmt.Errorf("role %s has rights on %d tables beside the portal's own: BMIS_PORTAL_DSN is the role %s", role, others, postgres.PortalRole)
	}
	return nil
}
