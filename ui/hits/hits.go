package hits

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/hitsview"
	"github.com/openbmis/openbmis/ui/web"
)

// Witness verifies a second person's signature at the session of a first; auth.Service does.
type Witness interface {
	Witness(ctx context.Context, first auth.Session, need auth.Permission, login, secret string) (auth.User, error)
}

// Watcher tells that the queue may have changed; central.Hub is one.
type Watcher interface {
	Watch() (nudges <-chan struct{}, end func())
}

// Pictures gives the pictures of alerts.
type Pictures interface {
	// Picture is a picture of the alert that a hit is about; the look is audited.
	Picture(ctx context.Context, id uuid.UUID, digest string, entry audit.Entry) (alerts.Picture, error)
}

// Told says what of the centre's words has no place here; hitdb.Store does.
type Told interface {
	// Stuck is how many of them there are.
	Stuck(ctx context.Context) (int, error)
}

// Readings gives what document readers read.
type Readings interface {
	// KeptReading is the reading that stands of a scan, whole: nil when nothing was read. The look is audited.
	KeptReading(ctx context.Context, scan uuid.UUID, entry audit.Entry) (*reader.Reading, error)
}

// Options are what the screens are made of. Readings may be nil: then no picture of travellers is kept here. Told may be nil.
type Options struct {
	Desk     *hit.Desk
	Witness  Witness
	Watcher  Watcher
	Pictures Pictures
	Readings Readings
	Told     Told
	// Reports are the outside services that give full reports, by name.
	Reports map[string]Reporter
	// Every is how often the queue is looked at for changes that nobody told of.
	Every time.Duration
}

type handlers struct{ Options }

// Register registers the routes.
func Register(s *web.Server, o Options) {
	h := &handlers{o}
	work := auth.HitWork
	s.Handle(http.MethodGet, "/hits", work, h.queue)
	s.Handle(http.MethodGet, "/hits/rows", work, h.rows, web.Background())
	s.Handle(http.MethodGet, "/hits/stream", work, h.stream, web.Background())
	s.Handle(http.MethodGet, "/hits/count", work, h.count, web.Background())
	s.Handle(http.MethodGet, "/hits/:id", work, h.show)
	s.Handle(http.MethodGet, "/hits/:id/pictures/:digest", work, h.picture)
	s.Handle(http.MethodGet, "/hits/:id/portrait", work, h.portrait)
	s.Handle(http.MethodGet, "/interpol/:adapter/:id", auth.HitReasonView, h.report)
	s.Handle(http.MethodPost, "/hits/:id/claim", work, h.act(hitsview.NoPanel, h.claim))
	s.Handle(http.MethodPost, "/hits/:id/release", work, h.act(hitsview.NoPanel, h.release))
	s.Handle(http.MethodPost, "/hits/:id/takeover", auth.OverrideApprove, h.act(hitsview.TakeOverPanel, h.takeOver))
	s.Handle(http.MethodPost, "/hits/:id/judgement", work, h.act(hitsview.JudgePanel, h.judge))
	s.Handle(http.MethodPost, "/hits/:id/question", work, h.act(hitsview.AskPanel, h.ask))
	s.Handle(http.MethodPost, "/hits/:id/answer", work, h.act(hitsview.AnswerPanel, h.answer))
	s.Handle(http.MethodPost, "/hits/:id/outcome", work, h.act(hitsview.EndPanel, h.end))
	s.Handle(http.MethodPost, "/hits/:id/second", work, h.act(hitsview.SignPanel, h.second))
	s.Handle(http.MethodPost, "/hits/:id/reopen", work, h.act(hitsview.ReopenPanel, h.reopen))
	s.Handle(http.MethodPost, "/hits/:id/clearing", work, h.act(hitsview.ClearPanel, h.clear))
	s.Handle(http.MethodPost, "/hits/:id/restore", auth.OverrideApprove, h.act(hitsview.RestorePanel, h.restore))
}

// Nav is the place in the navigation, with the number of open hits beside it.
func Nav() view.NavItem {
	return view.NavItem{Href: "/hits", Label: text.HitsNav, Need: auth.HitWork, Beside: hitsview.NavCount(hit.Version{}, true)}
}
