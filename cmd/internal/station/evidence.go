package station

import (
	"context"
	"path/filepath"
	"time"

	"github.com/openbmis/openbmis/internal/bus"
	"github.com/openbmis/openbmis/internal/postgres/evidencedb"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/replication"
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

// blobRelay sends the evidence to the centre, after the events and apart from them.
func (l *link) blobRelay(conn *bus.Conn) *replication.BlobRelay {
	a := l.app
	return replication.NewBlobRelay(replication.BlobRelayConfig{
		Station: a.cfg.ID, Blobs: a.evidence, Events: l.outbox, Conn: conn, Log: a.tools.Log,
	})
}
