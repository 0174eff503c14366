package station

import (
	"context"
	"path/filepath"
	"time"

	"github.com/openbmis/openbmis/border/receipt"
	"github.com/openbmis/openbmis/internal/postgres/receiptdb"
	"github.com/openbmis/openbmis/ui/receipts"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/web"
)

// openReceipts makes the office that issues receipts, and its key when the station has none.
func (a *app) openReceipts(ctx context.Context) error {
	store := receiptdb.New(a.db.DB, a.cfg.ID, a.link.wake)
	a.receipts = &receipt.Office{Store: store, State: a.cfg.State, Zone: a.cfg.Zone, Now: a.tools.Now, NewID: a.tools.NewID}
	return a.takeReceiptKey(ctx)
}

// takeReceiptKey has the office sign with the key on disk, which is renewed before it ends. Its public half is kept before anything is
// signed with it.
func (a *app) takeReceiptKey(ctx context.Context) error {
	signer, err := receipt.LoadSigner(a.tools.Random, filepath.Join(a.cfg.DataDir, "keys", "receipt.key"), a.cfg.ID, a.tools.Now())
	if err != nil {
		return err
	}
	if err := receiptdb.New(a.db.DB, a.cfg.ID, a.link.wake).KeepOwn(ctx, signer.PublicKey); err != nil {
		return err
	}
	a.receipts.SignWith(signer)
	return nil
}

// keepReceiptKey renews the key of a station that is not restarted for a long time.
func (a *app) keepReceiptKey(ctx context.Context) error {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := a.takeReceiptKey(ctx); err != nil && ctx.Err() == nil {
			a.tools.Log.Warn("receipt key not renewed", "error", err)
		}
	}
}

// place is the crossing point for people.
func (a *app) place() view.Post { return view.Post{ID: a.cfg.ID, Name: a.cfg.Name} }

func (a *app) registerReceipts(s *web.Server) {
	office := a.receipts
	if office == nil { // while only the routes are asked for
		office = &receipt.Office{Store: (*receiptdb.Store)(nil)}
	}
	receipts.Register(s, office, a.place())
}
