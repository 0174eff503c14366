package adjudication

import (
	"context"
	"net/http"
	"time"

	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/adjudicationview"
	"github.com/openbmis/openbmis/ui/web"
)

// Watcher tells that the queue may have changed; central.Hub is one.
type Watcher interface {
	Watch() (nudges <-chan struct{}, end func())
}

// Witness verifies a second person's signature at the session of a first; auth.Service does.
type Witness interface {
	Witness(ctx context.Context, first auth.Session, need auth.Permission, login, secret string) (auth.User, error)
}

// Told says what of the centre's words has no place here; fingertaskdb.Store does.
type Told interface {
	// Stuck is how many of them there are.
	Stuck(ctx context.Context) (int, error)
}

// Options are what the screens are made of.
type Options struct {
	Desk    *fingers.TaskDesk
	Witness Witness
	Watcher Watcher
	// Prints gives the prints that are kept here; nil: none are.
	Prints fingers.Prints
	// Evidence asks the centre for the prints of a candidate of another station; nil: it is out of reach.
	Evidence fingers.Evidence
	// Told may be nil.
	Told Told
	// Station is this station's id: prints of another one are asked of the centre.
	Station string
	// Every is how often the queue is looked at for changes that nobody told of.
	Every time.Duration
	// Finder finds files by a fingerprint; nil where the station has no reader: the page says so.
	Finder Finder
}

type handlers struct {
	Options
	lent *lent
}

// Register registers the routes.
func Register(s *web.Server, o Options) {
	h := &handlers{o, newLent()}
	work := auth.PrintsAdjudicate
	s.Handle(http.MethodGet, "/adjudication", work, h.queue)
	s.Handle(http.MethodGet, "/adjudication/rows", work, h.rows, web.Background())
	s.Handle(http.MethodGet, "/adjudication/stream", work, h.stream, web.Background())
	s.Handle(http.MethodGet, "/adjudication/count", work, h.count, web.Background())
	s.Handle(http.MethodGet, "/adjudication/search", work, h.searchForm)
	s.Handle(http.MethodPost, "/adjudication/search", work, h.search)
	s.Handle(http.MethodGet, "/adjudication/:id", work, h.show)
	s.Handle(http.MethodGet, "/adjudication/:id/compare", work, h.compare)
	s.Handle(http.MethodGet, "/adjudication/:id/prints/:print", work, h.image)
	s.Handle(http.MethodPost, "/adjudication/:id/claim", work, h.act(adjudicationview.NoPanel, h.claim))
	s.Handle(http.MethodPost, "/adjudication/:id/release", work, h.act(adjudicationview.NoPanel, h.release))
	s.Handle(http.MethodPost, "/adjudication/:id/takeover", auth.OverrideApprove, h.act(adjudicationview.TakeOverPanel, h.takeOver))
	s.Handle(http.MethodPost, "/adjudication/:id/verdict", work, h.act(adjudicationview.VerdictPanel, h.verdict))
	s.Handle(http.MethodPost, "/adjudication/:id/reopen", work, h.act(adjudicationview.ReopenPanel, h.reopen))
}

// Nav are the places in the navigation, with the number of open tasks beside the first.
func Nav() []view.NavItem {
	return []view.NavItem{
		{Href: "/adjudication", Label: text.AdjudicationNav, Need: auth.PrintsAdjudicate, Beside: adjudicationview.NavCount(fingers.TaskVersion{}, true)},
		{Href: "/adjudication/search", Label: text.AdjudicationSearchNav, Need: auth.PrintsAdjudicate},
	}
}
