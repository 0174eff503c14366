package receipts

import (
	"context"
	"net/http"

	"github.com/openbmis/openbmis/border/receipt"
	"github.com/openbmis/openbmis/ui/web"
)

// Keys are where public keys come from: a station's receipt.Store, or the centre's registry.
type Keys interface {
	Keys(ctx context.Context) ([]receipt.PublicKey, error)
}

// RegisterKeys registers the file of public keys, for anybody who wants to verify receipts.
func RegisterKeys(s *web.Server, keys Keys) {
	s.HandlePublic(http.MethodGet, "/receipts/keys.json", func(c *web.Context) error {
		list, err := keys.Keys(c.Ctx())
		if err != nil {
			return err
		}
		file, err := receipt.KeyFile{Keys: list}.JSON()
		if err != nil {
			return err
		}
		return c.Blob(http.StatusOK, "application/json; charset=utf-8", file)
	}, web.Machine())
}
