package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/openbmis/openbmis/internal/auth"
)

// Event is one message to the page. Name becomes a DOM event on the element that listens; the page then asks for what it
// wants by an ordinary GET. ID comes back as LastEventID when the page reconnects; give one to replay from.
type Event struct {
	ID, Name, Data string
}

// LastEventID is the id of the last event that the page has seen before it reconnected; empty at first.
func (c *Context) LastEventID() string { return c.Request().Header.Get("Last-Event-ID") }

// Stream answers with an event stream that lasts until run returns, the browser goes, the server closes, or the session is
// signed out, locked or changed; ctx ends with each of these. Register the route with Background, or a page that is merely
// open would keep its session awake. The page is told the last cause by an event "session".
func (c *Context) Stream(run func(ctx context.Context, send func(Event) error) error) error {
	c.server.streams.Add(1)
	defer c.server.streams.Done()
	ctx, end := context.WithCancelCause(c.server.Sessions.Watch(c.Ctx(), c.session))
	defer end(nil)
	stop := context.AfterFunc(c.server.closing, func() { end(errClosing) })
	defer stop()

	h := c.Response().Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("X-Accel-Buffering", "no")
	c.Response().WriteHeader(http.StatusOK)
	w := &eventWriter{response: c.Response(), control: http.NewResponseController(c.Response().Writer), within: c.server.writeWithin}
	if w.write(": open\n\n") != nil {
		return nil // the browser is gone already: nobody to tell
	}
	var beating sync.WaitGroup
	beating.Go(func() { w.beat(ctx, c.server.Heartbeat, func() { end(errGone) }) })
	err := run(ctx, w.send)
	err = c.endStream(ctx, w, err)
	end(nil)
	beating.Wait() // nothing may write once the handler has returned
	return err
}

var (
	errClosing = errors.New("the server closes")
	errGone    = errors.New("the browser does not read")
)

// endStream tells the page why its stream ends when the session is the reason, and keeps faults that are none quiet.
func (c *Context) endStream(ctx context.Context, w *eventWriter, err error) error {
	cause := context.Cause(ctx)
	switch {
	case errors.Is(cause, auth.ErrSessionLocked):
		_ = w.send(Event{Name: "session", Data: "locked"}) // the page may be gone, which ends it just as well
	case errors.Is(cause, auth.ErrSessionOver), errors.Is(cause, auth.ErrRoleChanged):
		_ = w.send(Event{Name: "session", Data: "over"}) // as above
	}
	if err != nil && cause == nil {
		return fmt.Errorf("event stream: %w", err)
	}
	return nil
}

// eventWriter writes events and heartbeats, one at a time, each with its own deadline.
type eventWriter struct {
	mu       sync.Mutex
	response http.ResponseWriter
	control  *http.ResponseController
	within   time.Duration
}

func (w *eventWriter) send(e Event) error {
	var out strings.Builder
	for _, field := range []struct{ name, value string }{{"id", e.ID}, {"event", e.Name}} {
		if strings.ContainsAny(field.value, "\r\n\x00") {
			return fmt.Errorf("event %s: expected one line", field.name)
		}
		if field.value != "" {
			fmt.Fprintf(&out, "%s: %s\n", field.name, field.value)
		}
	}
	data := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(e.Data)
	for line := range strings.SplitSeq(data, "\n") {
		fmt.Fprintf(&out, "data: %s\n", line)
	}
	return w.write(out.String() + "\n")
}

func (w *eventWriter) write(s string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	_ = w.control.SetWriteDeadline(time.Now().Add(w.within)) // not every ResponseWriter has one; the rest still works
	// HTTP/2 resets a stream whose deadline passes even while nothing is written, so it stands only during the write.
	defer func() { _ = w.control.SetWriteDeadline(time.Time{}) }()
	if _, err := w.response.Write([]byte(s)); err != nil {
		return err
	}
	return w.control.Flush()
}

// beat writes a comment now and then; when that fails the browser is gone and the stream ends.
func (w *eventWriter) beat(ctx context.Context, every time.Duration, gone func()) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if w.write(": beat\n\n") != nil {
				gone()
				return
			}
		}
	}
}
