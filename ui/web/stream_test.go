package web_test

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/ui/web"
)

// streaming is a bench with an event stream at /events that sends what it is told and tells when it has ended.
func streaming(t *testing.T, with ...func(*web.Options)) (b *bench, events chan web.Event, ended chan error, at *httptest.Server) {
	t.Helper()
	events, ended = make(chan web.Event), make(chan error, 1)
	b = newBench(t, func(s *web.Server) {
		s.Handle(http.MethodGet, "/events", auth.CrossingRecord, func(c *web.Context) error {
			err := c.Stream(func(ctx context.Context, send func(web.Event) error) error {
				if err := send(web.Event{Name: "replay", Data: c.LastEventID()}); err != nil {
					return err
				}
				for {
					select {
					case e := <-events:
						if err := send(e); err != nil {
							return err
						}
					case <-ctx.Done():
						return ctx.Err()
					}
				}
			})
			ended <- err
			return err
		}, web.Background())
	}, append([]func(*web.Options){func(o *web.Options) { o.Heartbeat = time.Millisecond }}, with...)...)
	at = httptest.NewServer(b.handler)
	t.Cleanup(at.Close)
	return b, events, ended, at
}

func listen(t *testing.T, at *httptest.Server, lastEventID string) *bufio.Scanner {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, at.URL+"/events", nil)
	require.NoError(t, err)
	request.AddCookie(&http.Cookie{Name: "__Host-session", Value: "officer"})
	request.Header.Set("Last-Event-ID", lastEventID)
	response, err := at.Client().Do(request)
	require.NoError(t, err)
	t.Cleanup(func() { _ = response.Body.Close() })
	require.Equal(t, "text/event-stream; charset=utf-8", response.Header.Get("Content-Type"))
	return bufio.NewScanner(response.Body)
}

// until reads lines up to the one wanted; the test fails when the stream ends before it.
func until(t *testing.T, lines *bufio.Scanner, wanted string) {
	t.Helper()
	for lines.Scan() {
		if lines.Text() == wanted {
			return
		}
	}
	require.FailNow(t, "the stream ended", "before %q", wanted)
}

func TestStream(t *testing.T) {
	b, events, _, at := streaming(t)
	lines := listen(t, at, "41")
	until(t, lines, "data: 41")
	events <- web.Event{ID: "42", Name: "found", Data: "two\r\nlines"}
	until(t, lines, "id: 42")
	require.True(t, lines.Scan())
	require.Equal(t, "event: found", lines.Text())
	until(t, lines, "data: two")
	require.True(t, lines.Scan())
	require.Equal(t, "data: lines", lines.Text())
	until(t, lines, ": beat")
	require.Zero(t, b.sessions.acts, "a stream does not keep the session awake")
}

// A stream that is silent for longer than a write may take goes on, over HTTP/2 too.
func TestSilentStreamGoesOnOverHTTP2(t *testing.T) {
	b, events, ended, _ := streaming(t, func(o *web.Options) { o.Heartbeat = time.Hour })
	web.SetStreamWriteTimeout(b.Server, 20*time.Millisecond) // a loaded machine writes this fast too
	at := httptest.NewUnstartedServer(b.handler)
	at.EnableHTTP2 = true
	at.StartTLS()
	t.Cleanup(at.Close)
	lines := listen(t, at, "")
	until(t, lines, "event: replay")
	silence := time.NewTimer(100 * time.Millisecond) // what is tested is that nothing happens in it
	<-silence.C
	select {
	case events <- web.Event{Name: "late", Data: "but there"}:
		until(t, lines, "data: but there")
	case <-ended:
		require.FailNow(t, "the stream ended in the silence")
	}
}

func TestStreamEnds(t *testing.T) {
	for name, c := range map[string]struct {
		end  func(*bench)
		last string
	}{
		"lock":     {func(b *bench) { b.sessions.endWatches(auth.ErrSessionLocked) }, "data: locked"},
		"sign-out": {func(b *bench) { b.sessions.endWatches(auth.ErrSessionOver) }, "data: over"},
		"role":     {func(b *bench) { b.sessions.endWatches(auth.ErrRoleChanged) }, "data: over"},
		"shutdown": {func(b *bench) { _ = b.Close(context.Background()) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			b, _, ended, at := streaming(t)
			lines := listen(t, at, "")
			until(t, lines, "event: replay")
			c.end(b)
			if c.last != "" {
				until(t, lines, c.last)
			}
			require.NoError(t, <-ended)
			for lines.Scan() {
				require.NotContains(t, lines.Text(), "event:")
			}
		})
	}
}

func TestStreamRefusesEventsThatWouldForgeOthers(t *testing.T) {
	_, events, ended, at := streaming(t)
	lines := listen(t, at, "")
	until(t, lines, "event: replay")
	events <- web.Event{Name: "a\ndata: forged"}
	require.ErrorContains(t, <-ended, "expected one line")
}

func TestStreamEndsWhenTheBrowserGoes(t *testing.T) {
	_, _, ended, at := streaming(t)
	ctx, leave := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at.URL+"/events", nil)
	require.NoError(t, err)
	request.AddCookie(&http.Cookie{Name: "__Host-session", Value: "officer"})
	response, err := at.Client().Do(request)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(response.Header.Get("Content-Type"), "text/event-stream"))
	leave()
	require.NoError(t, <-ended)
	_ = response.Body.Close()
}
