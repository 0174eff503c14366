package central

import (
	"context"

	"github.com/openbmis/openbmis/internal/postgres/receiptdb/registry"
	"github.com/openbmis/openbmis/ui/receipts"
	"github.com/openbmis/openbmis/ui/web"
)

// receiptKeys is the list of the stations' receipt keys.
func (a *app) receiptKeys() *registry.Registry {
	if a.db == nil { // while only the routes are asked for
		return nil
	}
	return registry.New(a.db.DB, func(dataset string) { a.line.tellNews(dataset) }, a.tools.Now)
}

// publishReceiptKeys publishes the keys that stations told of.
func (a *app) publishReceiptKeys(ctx context.Context) error {
	for {
		n, err := a.receiptKeys().Look(ctx)
		if err != nil || n == 0 {
			return err
		}
	}
}

func (a *app) registerReceipts(s *web.Server) { receipts.RegisterKeys(s, a.receiptKeys()) }
