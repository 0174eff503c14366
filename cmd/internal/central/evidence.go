package central

import (
	"context"
	"path/filepath"

	"github.com/openbmis/openbmis/internal/postgres/evidencedb"
	"github.com/openbmis/openbmis/internal/postgres/evidencedb/archive"
	"github.com/openbmis/openbmis/internal/vault"
)

// openEvidence opens the archive of the stations' evidence, whose keys stand beside the database.
func (a *app) openEvidence() error {
	keys := filepath.Join(a.cfg.DataDir, "keys")
	own, err := vault.OpenPrivateKey(filepath.Join(keys, "evidence-centre.key"), a.tools.Random)
	if err != nil {
		return err
	}
	wrapping, err := vault.OpenFiles(filepath.Join(keys, "evidence"), a.tools.Random, a.tools.Now)
	if err != nil {
		return err
	}
	a.archive = archive.New(archive.Options{DB: a.db.DB, Own: own, Wrapping: wrapping, Now: a.tools.Now, Space: a.db.Space})
	return a.openPrints(own)
}

// keepEvidence tells the stations the centre's key, and keeps the persons' keys wrapped with this month's.
func (a *app) keepEvidence(ctx context.Context) error {
	published, err := a.archive.PublishKey(ctx)
	if err != nil {
		return err
	}
	if published {
		a.line.tellNews(evidencedb.KeyDataset)
	}
	return a.archive.Maintain(ctx, a.cfg.BackupsKept)
}
