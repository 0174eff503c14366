package web

import (
	"context"
	"errors"
	"maps"
	"net/url"
	"time"

	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/problem"
)

// Changes are what a page that shows a queue is told of by StreamChanges.
type Changes struct {
	// Event is the name of the event that says that the queue has changed.
	Event string
	// Watch tells of what happens in this program at once; nil: nothing does. Every is how often is looked for what nobody tells of.
	Watch func() (nudges <-chan struct{}, end func())
	Every time.Duration
	// Mark tells two states of the queue apart in an address. It must tell of nobody.
	Mark func(ctx context.Context) (string, error)
}

// StreamChanges nudges the page when the queue is not what the page shows (since, in the query) any more; the page then asks for it by an
// ordinary GET, which is audited.
func (c *Context) StreamChanges(of Changes) error {
	before := c.QueryParam("since")
	return c.Stream(func(ctx context.Context, send func(Event) error) error {
		var nudges <-chan struct{}
		if of.Watch != nil {
			var end func()
			nudges, end = of.Watch()
			defer end()
		}
		tick := time.NewTicker(of.Every)
		defer tick.Stop()
		for {
			now, err := of.Mark(ctx)
			if err != nil {
				return err
			}
			if now != before {
				before = now
				if err := send(Event{Name: of.Event, Data: "changed"}); err != nil {
					return err
				}
			}
			select {
			case <-ctx.Done():
				return nil
			case _, open := <-nudges:
				if !open {
					return nil
				}
			case <-tick.C:
			}
		}
	})
}

// Correctable is what of a refused form the person before the page can put right, and false for an error that goes up: a fault, a service
// that is away, what is not there (gone), a session that has ended.
func Correctable(cause, gone error) (*problem.Error, bool) {
	var known *problem.Error
	switch {
	case !errors.As(cause, &known), errors.Is(cause, gone), errors.Is(cause, auth.ErrNoSession):
		return nil, false
	case known.Kind == problem.Internal, known.Kind == problem.Unavailable && known.Field == "":
		return nil, false
	}
	return known, true
}

// Typed is what stood in the form, without what is secret.
func (c *Context) Typed() url.Values {
	values, err := c.FormParams()
	if err != nil {
		return url.Values{}
	}
	kept := maps.Clone(values)
	delete(kept, "secret")
	return kept
}
