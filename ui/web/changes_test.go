package web_test

import (
	"bufio"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/web"
)

// changing is a page's stream of a queue whose state is told by a number.
func changing(t *testing.T, of web.Changes) (state *atomic.Int64, lines *bufio.Scanner, ended chan error) {
	t.Helper()
	state, ended = &atomic.Int64{}, make(chan error, 1)
	of.Event = "queue"
	of.Mark = func(context.Context) (string, error) {
		if n := state.Load(); n >= 0 {
			return string(rune('a' + n)), nil
		}
		return "", errors.New("the database is away")
	}
	b := newBench(t, func(s *web.Server) {
		s.Handle(http.MethodGet, "/events", auth.CrossingRecord, func(c *web.Context) error {
			err := c.StreamChanges(of)
			ended <- err
			return err
		}, web.Background())
	}, func(o *web.Options) { o.Heartbeat = time.Millisecond })
	at := httptest.NewServer(b.handler)
	t.Cleanup(at.Close)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, at.URL+"/events?since=a", nil)
	require.NoError(t, err)
	request.AddCookie(&http.Cookie{Name: "__Host-session", Value: "officer"})
	response, err := at.Client().Do(request)
	require.NoError(t, err)
	t.Cleanup(func() { _ = response.Body.Close() })
	return state, bufio.NewScanner(response.Body), ended
}

// untilChanged reads up to the event.
func untilChanged(t *testing.T, lines *bufio.Scanner) {
	t.Helper()
	until(t, lines, "event: queue")
	require.True(t, lines.Scan())
	require.Equal(t, "data: changed", lines.Text())
}

func TestStreamOfChanges(t *testing.T) {
	nudges, unwatched := make(chan struct{}), make(chan struct{})
	watch := func() (<-chan struct{}, func()) { return nudges, func() { close(unwatched) } }
	state, lines, ended := changing(t, web.Changes{Watch: watch, Every: time.Hour})
	nudges <- struct{}{} // the state is that of the page: nothing is said
	require.True(t, lines.Scan())
	state.Store(1)
	nudges <- struct{}{}
	untilChanged(t, lines)
	nudges <- struct{}{} // told once
	state.Store(2)
	nudges <- struct{}{}
	untilChanged(t, lines)
	close(nudges)
	require.NoError(t, <-ended)
	<-unwatched
	for lines.Scan() {
		require.NotContains(t, lines.Text(), "event:")
	}
}

func TestStreamOfChangesLooksByItself(t *testing.T) {
	state, lines, ended := changing(t, web.Changes{Every: time.Millisecond})
	state.Store(1)
	untilChanged(t, lines)
	state.Store(-1)
	require.ErrorContains(t, <-ended, "the database is away")
}

func TestWhatCanBeCorrected(t *testing.T) {
	gone := problem.New(problem.NotFound, "test.gone")
	wrong := problem.New(problem.Invalid, "test.wrong").At("reason")
	known, ok := web.Correctable(wrong, gone)
	require.True(t, ok)
	require.Equal(t, "reason", known.Field)
	_, ok = web.Correctable(problem.New(problem.Unavailable, "test.away").At("reader"), gone)
	require.True(t, ok, "away, and the form says what of it")
	for name, cause := range map[string]error{
		"a fault": errors.New("fault"), "inside": problem.New(problem.Internal, "test.fault"), "away": problem.New(problem.Unavailable, "test.away"),
		"gone": gone, "no session": auth.ErrNoSession,
	} {
		_, ok := web.Correctable(cause, gone)
		require.False(t, ok, name)
	}
}

func TestTypedKeepsNoSecret(t *testing.T) {
	var typed url.Values
	b := newBench(t, func(s *web.Server) {
		s.Handle(http.MethodPost, "/form", auth.CrossingRecord, func(c *web.Context) error {
			typed = c.Typed()
			return c.SeeOther("/")
		})
	})
	request := httptest.NewRequest(http.MethodPost, "/form", strings.NewReader("reason=because&secret=1234"))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	request.AddCookie(&http.Cookie{Name: "__Host-session", Value: "officer"})
	answer := httptest.NewRecorder()
	b.handler.ServeHTTP(answer, request)
	require.Equal(t, http.StatusSeeOther, answer.Code, answer.Body.String())
	require.Equal(t, url.Values{"reason": {"because"}}, typed)
}
