package station

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"github.com/openbmis/openbmis/border/exhibit"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/bus"
	"github.com/openbmis/openbmis/internal/postgres/evidencedb"
	"github.com/openbmis/openbmis/internal/postgres/readerdb"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/ui/exhibits"
	"github.com/openbmis/openbmis/ui/web"
)

// upkeep is how often keys are wrapped anew when the month has changed and bytes whose time is over are dropped.
const upkeep = 10 * time.Minute

// openEvidence opens what document readers gave, which is kept under keys that stand beside the database.
func (a *app) openEvidence() error {
	keys, err := vault.OpenFiles(filepath.Join(a.cfg.DataDir, "keys", "evidence"), a.tools.Random, a.tools.Now)
	if err != nil {
		return err
	}
	a.evidence = evidencedb.New(evidencedb.Options{
		DB: a.db.DB, Wrapping: keys, Random: a.tools.Random, Now: a.tools.Now, NewID: a.tools.NewID,
	})
	return nil
}

// keepEvidence keeps the keys and the bytes in order until ctx ends. A failure is logged: the next round may succeed.
func (a *app) keepEvidence(ctx context.Context) error {
	tick := time.NewTicker(upkeep)
	defer tick.Stop()
	for {
		err := a.evidence.Maintain(ctx, evidencedb.Keeping{Sent: a.cfg.EvidenceKept, Generations: a.cfg.BackupsKept})
		err = errors.Join(err, a.purgeReadings(ctx))
		if err != nil && ctx.Err() == nil {
			a.tools.Log.WarnContext(ctx, "upkeep of evidence failed", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// purgeReadings lets go what a document reader sent and nobody took in time.
func (a *app) purgeReadings(ctx context.Context) error {
	store, err := readerdb.New(a.db.DB, a.secrets.Evidence, a.tools.Random)
	if err != nil {
		return err
	}
	now := a.tools.Now()
	n, err := store.Purge(ctx, now.Add(-a.cfg.ReadingsKept), now, audit.Actor{ID: "station", Name: a.cfg.ID, Role: "service", Post: a.cfg.ID})
	if n > 0 {
		a.tools.Log.WarnContext(ctx, "readings that nobody took are gone", "count", n)
	}
	return err
}

// verifyEvery is how often evidence is looked for that newer trust material has not judged, and verifyAtOnce how much of it is then:
// the counter's work goes first.
const (
	verifyEvery  = time.Minute
	verifyAtOnce = 50
)

// verifyEvidence holds kept chips against trust material that came after their day, until ctx ends.
func (a *app) verifyEvidence(ctx context.Context) error {
	verifier := exhibit.Verifier{Keeper: a.evidence, Now: a.tools.Now, NewID: a.tools.NewID}
	actor := audit.Actor{ID: "station", Name: a.cfg.ID, Role: "service", Post: a.cfg.ID}
	tick := time.NewTicker(verifyEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		held := a.trust.trust()
		if held == nil || held.Version() == 0 {
			continue
		}
		if _, err := verifier.Catch(ctx, a.evidence, actor, held, verifyAtOnce); err != nil && ctx.Err() == nil {
			a.tools.Log.WarnContext(ctx, "evidence not verified again", "error", err)
		}
	}
}

func (a *app) registerEvidence(s *web.Server) {
	exhibits.Register(s, exhibits.Options{
		Keeper: a.evidence, Verifier: exhibit.Verifier{Keeper: a.evidence, Now: a.tools.Now, NewID: a.tools.NewID},
		Trust: func() emrtd.Trust { return a.trust.trust() },
	})
}

// blobRelay sends prints and evidence to the centre, after the events and apart from them.
func (l *link) blobRelay(conn *bus.Conn) *replication.BlobRelay {
	a := l.app
	return replication.NewBlobRelay(replication.BlobRelayConfig{
		Station: a.cfg.ID, Blobs: a.outboxes(), Events: l.outbox, Conn: conn, Log: a.tools.Log,
	})
}
