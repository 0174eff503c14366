package station

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/openbmis/openbmis/biometrics/abis"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/border/fingers/identify"
	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/fingerdb"
	"github.com/openbmis/openbmis/internal/postgres/fingertaskdb"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/replication"
)

// printWork is what the station does with fingerprints besides taking them: it keeps them, holds everybody's references in a gallery in
// memory, and searches for whoever is new.
type printWork struct {
	store   *fingerdb.Store
	tasks   *fingertaskdb.Store
	hub     *central.Hub // tells the open pages of tasks
	engine  abis.Engine
	gallery *identify.Gallery
	worker  *identify.Worker
	policy  fingers.Policy
}

// openPrints opens the biometric store, whose keys stand beside the database and apart from those of evidence.
func (a *app) openPrints() error {
	keys, err := vault.OpenFiles(filepath.Join(a.cfg.DataDir, "keys", "biometric"), a.tools.Random, a.tools.Now)
	if err != nil {
		return err
	}
	p := &printWork{hub: central.NewHub(), policy: fingers.DefaultPolicy()}
	a.prints = p
	p.store = fingerdb.New(fingerdb.Options{
		DB: a.pool(), Wrapping: keys, Random: a.tools.Random, Now: a.tools.Now, NewID: a.tools.NewID, Station: a.cfg.ID, Zone: a.cfg.Zone,
		Status: a.status, Nudge: a.link.wake, Changed: p.changed,
	})
	p.tasks = fingertaskdb.New(fingertaskdb.Config{
		DB: a.pool(), Prints: p.store, Space: a.space, Nudge: a.link.wake, Changed: p.hub.Nudge, Writer: fingers.TaskWriter{
			Station: a.cfg.ID, Zone: a.cfg.Zone, Status: a.status, Now: a.tools.Now, NewID: a.tools.NewID,
		},
	})
	p.store = p.store.Raising(p.tasks)
	p.engine = abis.NewGallery(fingerprint.NewGallery(fingerprint.GalleryOptions{}), a.tools.Now)
	p.gallery = identify.NewGallery(identify.GalleryConfig{Enrolments: p.store, Engine: p.engine, Log: a.tools.Log})
	p.engine = p.gallery.Whole()
	p.worker = identify.NewWorker(identify.WorkerConfig{
		Queue: p.store, Engine: p.engine, Loading: p.gallery.Loading, Policy: func() fingers.Policy { return p.policy }, Place: a.cfg.ID,
		Actor: audit.Actor{ID: fingers.CheckName, Name: fingers.CheckName, Role: "service", Post: a.cfg.ID},
		Now:   a.tools.Now, NewID: a.tools.NewID, Log: a.tools.Log,
	})
	a.measurePrints()
	return nil
}

// status is what is written now; the desk is made after the stores.
func (a *app) status() border.Status { return a.desk.Status() }

// changed says that references changed or that a search is due. It never blocks.
func (p *printWork) changed() {
	p.gallery.Changed()
	p.worker.Wake()
}

// outboxes are what the station owes the centre beside its events: prints, of which somebody may wait for the answer, before evidence.
func (a *app) outboxes() replication.BlobOutbox {
	return replication.Outboxes(a.prints.store, a.evidence)
}

// identifyPrints loads the gallery, follows changes and makes the searches that are due, until ctx ends.
func (a *app) identifyPrints(ctx context.Context) error {
	done := make(chan error, 1)
	go func() { done <- a.prints.worker.Run(ctx) }()
	go func() {
		select {
		case <-ctx.Done():
		case <-a.prints.gallery.Loaded():
			a.prints.worker.Wake()
		}
	}()
	err := a.prints.gallery.Run(ctx)
	if werr := <-done; err == nil {
		err = werr
	}
	return err
}

// keepPrints keeps the keys and the bytes of prints in order until ctx ends. A failure is logged: the next round may succeed.
func (a *app) keepPrints(ctx context.Context) error {
	defer a.prints.hub.Close()
	tick := time.NewTicker(upkeep)
	defer tick.Stop()
	for {
		err := a.prints.store.Maintain(ctx, fingerdb.Keeping{
			Apart: a.cfg.ReadingsKept, Sent: a.cfg.EvidenceKept, Generations: a.cfg.BackupsKept,
		})
		_, late := a.prints.store.Retain(ctx, a.prints.policy)
		if err = errors.Join(err, late); err != nil && ctx.Err() == nil {
			a.tools.Log.WarnContext(ctx, "upkeep of prints failed", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (a *app) measurePrints() {
	gauge := func(name, help string, value func() float64) {
		a.metrics.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value))
	}
	progress := a.prints.gallery.Progress
	gauge("bmis_prints_gallery_ready", "1 when everybody's prints can be searched.", func() float64 {
		if progress().Ready {
			return 1
		}
		return 0
	})
	gauge("bmis_prints_gallery_loaded_persons", "Persons loaded into the gallery when the station started.",
		func() float64 { return float64(progress().Loaded) })
	gauge("bmis_prints_gallery_expected_persons", "Persons that were to be loaded.", func() float64 { return float64(progress().Persons) })
	gauge("bmis_prints_gallery_persons", "Persons in the gallery now; -1 when the engine does not tell.", a.galleryCount)
	gauge("bmis_prints_unreadable", "Prints that could not be opened, and are in no gallery.",
		func() float64 { return float64(progress().Unreadable + progress().Refused) })
	gauge("bmis_prints_searches_due", "Searches one to many that are not made yet; -1 when they cannot be counted.", a.searchesDue)
}

func (a *app) galleryCount() float64 {
	n, err := a.prints.engine.Count(context.Background())
	if err != nil {
		return -1
	}
	return float64(n)
}

func (a *app) searchesDue() float64 {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	n, err := a.prints.store.Due(ctx)
	if err != nil {
		return -1
	}
	return float64(n)
}
