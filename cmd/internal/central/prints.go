package central

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"github.com/openbmis/openbmis/biometrics/abis"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/border/fingers/identify"
	"github.com/openbmis/openbmis/internal/abisnats"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/fingerdb/archive"
	"github.com/openbmis/openbmis/internal/vault"
)

// printWork is what the centre does with fingerprints: it keeps what stations send, holds all stations' people in a gallery in memory, and
// searches for whoever is new anywhere.
type printWork struct {
	archive *archive.Archive
	engine  abis.Engine
	outside *archive.Outside  // nil: the centre searches itself
	abis    *abisnats.Dialled // its line
	gallery *identify.Gallery
	worker  *identify.Worker
	policy  fingers.Policy
}

// openPrints opens the archive of prints, whose keys stand beside the database and apart from those of evidence.
func (a *app) openPrints(own *vault.PrivateKey) error {
	keys, err := vault.OpenFiles(filepath.Join(a.cfg.DataDir, "keys", "biometric"), a.tools.Random, a.tools.Now)
	if err != nil {
		return err
	}
	policy, err := fingers.LoadPolicy(a.cfg.FingerPolicy)
	if err != nil {
		return fmt.Errorf("BMIS_FINGER_POLICY: %w", err)
	}
	p := &printWork{policy: policy}
	a.prints = p
	p.archive = archive.New(archive.Options{
		DB: a.db.DB, Own: own, Wrapping: keys, Policy: p.current, Now: a.tools.Now, Log: a.tools.Log, Space: a.db.Space, Images: a.cfg.ABIS != "",
		Changed: p.changed, Published: func(dataset string) { a.line.tellNews(dataset) },
	})
	if err := a.openEngine(); err != nil {
		return err
	}
	p.gallery = identify.NewGallery(identify.GalleryConfig{Enrolments: p.archive, Engine: p.engine, Log: a.tools.Log})
	p.engine = p.gallery.Whole()
	p.worker = identify.NewWorker(identify.WorkerConfig{
		Queue: p.archive, Engine: p.engine, Loading: p.gallery.Loading, Policy: p.current, Place: archive.Place,
		Actor: audit.Actor{ID: fingers.CheckName, Name: fingers.CheckName, Role: "service", Post: Name},
		Now:   a.tools.Now, NewID: a.tools.NewID, Log: a.tools.Log,
	})
	return nil
}

// openEngine opens what searches: the outside ABIS when there is one, else a gallery in memory.
func (a *app) openEngine() error {
	p := a.prints
	if a.cfg.ABIS == "" {
		p.engine = abis.NewGallery(fingerprint.NewGallery(fingerprint.GalleryOptions{}), a.tools.Now)
		return nil
	}
	settings, err := abisnats.ReadSettings(a.cfg.ABIS)
	if err == nil {
		p.abis, err = abisnats.Dial(settings, abisnats.Tools{
			Known: p.archive.Known, NewID: a.tools.NewID, Now: a.tools.Now, Random: a.tools.Random, Log: a.tools.Log,
		})
	}
	if err != nil {
		return fmt.Errorf("BMIS_ABIS: %w", err)
	}
	p.outside = p.archive.Outside(settings.Name, p.abis)
	p.engine = p.outside
	return nil
}

// keepOutside takes back from the ABIS whom nobody's prints stand for any more, until ctx ends, and closes the line to it.
func (a *app) keepOutside(ctx context.Context) error {
	err := a.every(ctx, tickEvery, "keep the outside ABIS", a.prints.outside.Tidy)
	return errors.Join(err, a.prints.abis.Close())
}

func (p *printWork) current() fingers.Policy { return p.policy }

// changed says that prints have come or changed. It never blocks.
func (p *printWork) changed() {
	p.gallery.Changed()
	p.worker.Wake()
}

// runPrints loads the gallery, follows changes and makes the searches that are due, until ctx ends.
func (a *app) runPrints(ctx context.Context, behind *errgroup.Group) {
	p := a.prints
	behind.Go(func() error { return p.gallery.Run(ctx) })
	behind.Go(func() error { return p.worker.Run(ctx) })
	if p.outside != nil {
		behind.Go(func() error { return a.keepOutside(ctx) })
	}
	behind.Go(func() error {
		select {
		case <-ctx.Done():
		case <-p.gallery.Loaded():
			p.worker.Wake()
		}
		return nil
	})
	behind.Go(func() error {
		return a.every(ctx, tickEvery, "keep prints", func(ctx context.Context) error {
			_, err := p.archive.Retain(ctx, p.policy)
			return errors.Join(p.archive.Maintain(ctx, a.cfg.BackupsKept), err)
		})
	})
}
