package web

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/ui/assets"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
)

// Sessions is what the server asks about the session of a request; auth.Service answers it.
type Sessions interface {
	// Authenticate finds the session of the cookie's token and counts the request as an act of its person. A locked session
	// comes back with Locked set; auth.ErrNoSession says that there is none (any more).
	Authenticate(ctx context.Context, token string) (auth.Session, error)
	// Inspect is Authenticate for requests that a page makes by itself: they do not keep the session awake.
	Inspect(ctx context.Context, token string) (auth.Session, error)
	// Watch gives a context that ends when the session is over, locked or of another role; context.Cause tells which.
	Watch(ctx context.Context, session auth.Session) context.Context
}

// Options is what a Server is made of. All fields but those marked are needed.
type Options struct {
	Sessions Sessions
	Texts    *text.Catalogue
	Assets   *assets.Assets
	Log      *slog.Logger
	Now      func() time.Time
	Random   io.Reader
	NewID    func() uuid.UUID

	// Program is the name in the header.
	Program text.Key
	// Post is the border crossing point for audit entries and the header; "central" at the centre.
	Post string
	// Zone is the time zone in which times are shown; UTC when nil.
	Zone *time.Location
	// Nav are the pages in the header; a person sees those that the role may open. Optional.
	Nav []view.NavItem
	// Status is drawn in the header of every page of a signed-in person. Optional.
	Status func(*Context) (templ.Component, error)
	// IdleAfter locks the browser's page after so long without key or click; keep it at the sessions' own limit. 0 for never.
	IdleAfter time.Duration
	// Fault draws the page of a failure where pages have a frame of their own; view.Fault when nil.
	Fault func(title text.Key, words, requestID string) templ.Component
	// Heartbeat is how often a silent event stream shows that it lives; 15 s when 0.
	Heartbeat time.Duration
}

// Limits that are not configured: they belong to the protocol with the browser.
const (
	// DefaultMaxBody bounds a request's body in bytes unless the route says otherwise.
	DefaultMaxBody = 1 << 20
	// defaultHeartbeat keeps proxies and browsers from giving up a silent stream.
	defaultHeartbeat = 15 * time.Second
	// streamWriteTimeout frees a stream whose browser does not read.
	streamWriteTimeout = 10 * time.Second
)

func (o Options) check() error {
	switch {
	case o.Sessions == nil || o.Texts == nil || o.Assets == nil || o.Log == nil:
		return errors.New("web server: expected sessions, texts, assets and a logger")
	case o.Now == nil || o.Random == nil || o.NewID == nil:
		return errors.New("web server: expected a clock, randomness and ids")
	case o.Program == "" || o.Post == "":
		return errors.New("web server: expected the program's name and the post")
	}
	return nil
}
