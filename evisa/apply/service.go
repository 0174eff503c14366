package apply

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/passport"
	"github.com/openbmis/openbmis/evisa/photo"
	"github.com/openbmis/openbmis/evisa/upload"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/traveldoc"
)

// Taker takes the files of strangers: upload.Taker.
type Taker interface {
	Take(ctx context.Context, kind string, data []byte) (upload.Kept, error)
}

// Judge judges portraits: photo.Judge.
type Judge interface {
	Judge(file []byte) (photo.Report, error)
}

// Reader reads data pages: passport.Reader.
type Reader interface {
	Read(ctx context.Context, file []byte, today traveldoc.Date) (passport.Page, error)
}

// Options are what a Service is made of. All are needed.
type Options struct {
	Store  Store
	Policy evisa.Policy
	// Keys wrap the data keys of drafts; Own is the portal's own key, which opens what the centre tells.
	Keys vault.Wrapping
	Own  *vault.PrivateKey

	Files Taker
	Judge Judge
	Pages Reader

	Limits Limits
	// Payments is false when nobody takes fees: then what costs something cannot be sent.
	Payments bool
	// URL is the portal's public address, for links in e-mails.
	URL string

	Log    *slog.Logger
	Now    func() time.Time
	Random io.Reader
	NewID  func() uuid.UUID
}

// Service is the portal's service. It is safe for concurrent use.
type Service struct {
	Options
	known atomic.Pointer[Marks]
}

// New makes a service.
func New(o Options) (*Service, error) {
	switch {
	case o.Store == nil || o.Keys == nil || o.Own == nil:
		return nil, errors.New("portal: expected a store and keys")
	case o.Files == nil || o.Judge == nil || o.Pages == nil:
		return nil, errors.New("portal: expected what takes files, judges portraits and reads pages")
	case o.Log == nil || o.Now == nil || o.Random == nil || o.NewID == nil:
		return nil, errors.New("portal: expected a logger, a clock, randomness and ids")
	}
	if err := o.Policy.Check(); err != nil {
		return nil, err
	}
	for _, t := range o.Policy.Types {
		if t.Fee.Currency != o.Policy.Types[0].Fee.Currency {
			return nil, errors.New("policy of visas: types: expected fees in one currency, for a family pays one sum")
		}
	}
	o.Limits = o.Limits.orDefault()
	return &Service{Options: o}, nil
}
