package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"text/tabwriter"
	"time"

	"github.com/openbmis/openbmis/internal/config"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/migrations"
)

// migrateCommand looks after the schema. The services migrate by themselves at their start; these are for who wants to look or to
// migrate beforehand.
type migrateCommand struct {
	Status migrateStatus `cmd:"" help:"List the migrations and when each was applied."`
	Up     migrateUp     `cmd:"" help:"Apply the migrations that are missing."`
}

// database names which service's database is meant; its settings are that service's environment or file (BMIS_CONFIG).
type database struct {
	Kind string `arg:"" enum:"station,central" help:"Whose database: station or central."`
}

type migrateStatus struct{ database }

type migrateUp struct{ database }

// Run prints a line per migration: number, file, moment (UTC) or "pending".
func (c migrateStatus) Run(ctx context.Context, a *app) error {
	return c.reach(ctx, a, func(dsn string, kind migrations.Kind) error {
		list, err := postgres.Status(ctx, dsn, kind)
		if err != nil {
			return err
		}
		return printMigrations(a, list)
	})
}

// Run applies what is missing and says how much that was.
func (c migrateUp) Run(ctx context.Context, a *app) error {
	return c.reach(ctx, a, func(dsn string, kind migrations.Kind) error {
		before, err := postgres.Status(ctx, dsn, kind)
		if err != nil {
			return err
		}
		if err := postgres.Migrate(ctx, dsn, kind); err != nil {
			return err
		}
		_, err = fmt.Fprintf(a.Out, "%s: %d applied, up to date\n", kind, pending(before))
		return err
	})
}

// reach calls fn with the owner's DSN of the database.
func (c database) reach(ctx context.Context, a *app, fn func(string, migrations.Kind) error) error {
	kind, err := migrations.ParseKind(c.Kind)
	if err != nil {
		return err
	}
	common, err := config.LoadCommon(a.Getenv, c.Kind)
	if err != nil {
		return err
	}
	place, err := postgres.Reach(ctx, common.Database, slog.New(slog.NewTextHandler(a.Err, nil)))
	if err != nil {
		return err
	}
	if place.OwnerDSN == "" {
		return errors.New("BMIS_MIGRATE_DSN is not set; expected the owner's role, since BMIS_DSN is the application's")
	}
	return errors.Join(fn(place.OwnerDSN, kind), place.Close(context.WithoutCancel(ctx)))
}

func pending(list []postgres.Migration) int {
	n := 0
	for _, migration := range list {
		if migration.AppliedAt.IsZero() {
			n++
		}
	}
	return n
}

func printMigrations(a *app, list []postgres.Migration) error {
	table := tabwriter.NewWriter(a.Out, 0, 0, 2, ' ', 0)
	for _, migration := range list {
		applied := "pending"
		if !migration.AppliedAt.IsZero() {
			applied = migration.AppliedAt.UTC().Format(time.RFC3339)
		}
		if _, err := fmt.Fprintf(table, "%05d\t%s\t%s\n", migration.Version, migration.Name, applied); err != nil {
			return err
		}
	}
	return table.Flush()
}
