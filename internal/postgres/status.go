package postgres

import (
	"context"
	"fmt"

	"github.com/pressly/goose/v3"

	"github.com/openbmis/openbmis/migrations"
)

// checkCurrent is an error when the schema lacks a migration that this program needs. More than it knows is fine: the schema goes
// ahead of the programs.
func (db *DB) checkCurrent(ctx context.Context, kind migrations.Kind) error {
	if err := checkKind(ctx, db.Pool, kind); err != nil {
		return err
	}
	applied, err := db.appliedVersions(ctx)
	if err != nil {
		return err
	}
	names, err := migrations.Names(kind)
	if err != nil {
		return err
	}
	var pending []string
	for _, name := range names {
		version, err := goose.NumericComponent(name)
		if err != nil {
			return fmt.Errorf("migration %s: %w", name, err)
		}
		if !applied[version] {
			pending = append(pending, name)
		}
	}
	if len(pending) > 0 {
		return fmt.Errorf("database: %d migrations are missing, the first is %s: run bmis migrate up with BMIS_MIGRATE_DSN set",
			len(pending), pending[0])
	}
	return nil
}

func (db *DB) appliedVersions(ctx context.Context) (map[int64]bool, error) {
	var versions []int64
	const query = "SELECT coalesce(array_agg(version_id), '{}') FROM goose_db_version WHERE is_applied"
	err := db.Pool.QueryRow(ctx, query).Scan(&versions)
	if err != nil && Code(err) != "42P01" { // undefined_table: nothing was ever applied
		return nil, fmt.Errorf("applied migrations: %w", err)
	}
	applied := make(map[int64]bool, len(versions))
	for _, version := range versions {
		applied[version] = true
	}
	return applied, nil
}
