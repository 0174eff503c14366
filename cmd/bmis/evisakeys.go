package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/portaldb"
	"github.com/openbmis/openbmis/internal/vault"
)

type evisaKeysCommand struct {
	List   evisaKeysListCommand   `cmd:"" default:"withargs" help:"List the centre's keys that the public portal seals for: which is in force, how old it is, which old ones are still needed."`
	Rotate evisaKeysRotateCommand `cmd:"" help:"Make a new key now. What was sealed for those before it still opens."`
}

type evisaKeysListCommand struct{ databasePlace }

// Run prints a table of keys, the newest first.
func (c evisaKeysListCommand) Run(ctx context.Context, a *app) error {
	return c.with(ctx, a, func(db *postgres.DB) error {
		list, err := portaldb.NewCentre(portaldb.CentreConfig{DB: db, Now: a.Now}).Keys(ctx)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(a.Out, 0, 0, 2, ' ', 0)
		_, _ = fmt.Fprintln(table, "VERSION\tKEY\tMADE\tDAYS\tPARCELS WAITING\tSTATE") // Flush tells of a failure
		for _, k := range list {
			_, _ = fmt.Fprintf(table, "%d\t%s\t%s\t%d\t%d\t%s\n", k.Version, k.ID, k.MadeAt.UTC().Format(time.DateOnly),
				int(a.Now().Sub(k.MadeAt)/(24*time.Hour)), k.Waiting, keyState(k))
		}
		return table.Flush()
	})
}

func keyState(k portaldb.CentreKey) string {
	switch {
	case k.InForce:
		return "in force"
	case !k.DestroyedAt.IsZero():
		return "destroyed " + k.DestroyedAt.UTC().Format(time.DateOnly)
	case !k.IdleAt.IsZero():
		return "needed by backups from before " + k.IdleAt.UTC().Format(time.DateTime)
	}
	return "needed"
}

type evisaKeysRotateCommand struct{ carrierPlace }

// Help is shown by bmis evisa keys rotate --help.
func (evisaKeysRotateCommand) Help() string {
	return `Run it on the centre's machine, as the account that the centre runs as: it reads and writes keys/applicants below the data directory. The
centre makes a new key by itself every BMIS_APPLICANT_KEY_AGE. The act is written to the audit log.`
}

// Run makes the key.
func (c evisaKeysRotateCommand) Run(ctx context.Context, a *app) error {
	dir, err := c.dir(a.Getenv)
	if err != nil {
		return err
	}
	keys := filepath.Join(dir, "keys")
	wrapping, err := vault.OpenFiles(filepath.Join(keys, "applicants"), rand.Reader, a.Now)
	if err != nil {
		return err
	}
	return c.with(ctx, a, func(db *postgres.DB) error {
		centre := portaldb.NewCentre(portaldb.CentreConfig{
			DB: db, Wrapping: wrapping, First: filepath.Join(keys, "applicants.key"), Now: a.Now, Random: rand.Reader, NewID: uuid.New,
			Log: slog.New(slog.DiscardHandler), // what is done is said below
		})
		made, err := centre.RotateKey(ctx, a.console())
		if err != nil {
			return err
		}
		return a.say("The portal seals for key %s now, version %d.", made.ID, made.Version)
	})
}
