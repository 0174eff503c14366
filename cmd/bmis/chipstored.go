package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border/exhibit"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/evidencedb"
	"github.com/openbmis/openbmis/internal/postgres/trustdb"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

// chipStored verifies a chip that a station has kept with a decision. The command embeds it.
type chipStored struct {
	databasePlace
	Crossing string `placeholder:"ID" help:"Verify the chip that a station kept with this decision, against the trust material that the station holds, or the files of --trust. The outcome is kept beside the verdict of the day."`
	Purpose  string `default:"investigation" placeholder:"CODE" help:"What stored evidence is looked at for, as at a station's screen. It is audited."`
}

// keysDir is where the station keeps the keys of its evidence.
func (c chipStored) keysDir(a *app) (string, error) {
	dir := c.DataDir
	if dir == "" {
		dir = a.Getenv("BMIS_DATA_DIR")
	}
	if dir == "" {
		return "", usageError{errors.New("whose evidence? Expected --data-dir DIR, or BMIS_DATA_DIR in the environment: the keys stand there")}
	}
	keys := filepath.Join(dir, "keys", "evidence")
	if _, err := os.Stat(keys); err != nil {
		return "", fmt.Errorf("keys of the station's evidence: %w", err)
	}
	return keys, nil
}

// stored verifies kept evidence, with the files of trust material when there are any.
func (c chipVerifyCommand) stored(ctx context.Context, a *app) error {
	if c.anyFile() || !c.At.IsZero() {
		return usageError{errors.New("--crossing names the files and the day already: expected neither --sod, --com, --dg nor --at with it")}
	}
	if !c.anyTrust() {
		return c.Stored.run(ctx, a, nil, nil)
	}
	store, reports, err := c.store(a.Now())
	if err != nil {
		return err
	}
	return c.Stored.run(ctx, a, store, reports)
}

// run verifies and prints the report. given is nil for the station's own trust material.
func (c chipStored) run(ctx context.Context, a *app, given *trust.Store, reports []trust.Report) error {
	crossing, err := uuid.Parse(c.Crossing)
	if err != nil {
		return usageError{fmt.Errorf("--crossing %q: expected the id of a decision", c.Crossing)}
	}
	dir, err := c.keysDir(a)
	if err != nil {
		return err
	}
	keys, err := vault.OpenFiles(dir, rand.Reader, a.Now)
	if err != nil {
		return err
	}
	return c.with(ctx, a, func(db *postgres.DB) error {
		store := evidencedb.New(evidencedb.Options{DB: db, Wrapping: keys, Random: rand.Reader, Now: a.Now, NewID: uuid.New})
		material, err := c.material(ctx, db, given)
		if err != nil {
			return err
		}
		actor := audit.Actor{ID: "bmis", Name: "bmis", Role: "service"}
		report, err := exhibit.Verifier{Keeper: store, Now: a.Now, NewID: uuid.New}.Verify(ctx, actor, c.Purpose, crossing, material)
		if err != nil {
			return err
		}
		out := json.NewEncoder(a.Out)
		out.SetEscapeHTML(false)
		out.SetIndent("", "  ")
		if err := out.Encode(chipOutput{report, reports}); err != nil {
			return fmt.Errorf("write the report: %w", err)
		}
		return nil
	})
}

// material is the trust material to verify with.
func (c chipStored) material(ctx context.Context, db *postgres.DB, given *trust.Store) (emrtd.Trust, error) {
	if given != nil {
		return given, nil
	}
	items, state, _, err := trustdb.NewHeld(db).Load(ctx)
	if err != nil {
		return nil, err
	}
	store, _ := trust.NewStore(items, state.Version, state.CurrentAt)
	return store, nil
}
