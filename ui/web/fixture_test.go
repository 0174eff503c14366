package web_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/ui/assets"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/web"
)

// sessions is a keeper of sessions in memory: the token is the session's name.
type sessions struct {
	mu       sync.Mutex
	open     map[string]auth.Session
	acts     int
	fail     error
	watching []context.CancelCauseFunc
}

func (s *sessions) Inspect(_ context.Context, token string) (auth.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return auth.Session{}, s.fail
	}
	session, ok := s.open[token]
	if !ok {
		return auth.Session{}, auth.ErrNoSession
	}
	return session, nil
}

func (s *sessions) Authenticate(ctx context.Context, token string) (auth.Session, error) {
	s.mu.Lock()
	s.acts++
	s.mu.Unlock()
	return s.Inspect(ctx, token)
}

func (s *sessions) Watch(ctx context.Context, _ auth.Session) context.Context {
	ctx, end := context.WithCancelCause(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watching = append(s.watching, end)
	return ctx
}

func (s *sessions) endWatches(cause error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, end := range s.watching {
		end(cause)
	}
}

// bench is a server on its sessions, with its log.
type bench struct {
	*web.Server
	sessions *sessions
	log      *bytes.Buffer
	handler  http.Handler
}

// person is an open session of the role, whose token is the role's name.
func person(role auth.Role) auth.Session {
	return auth.Session{ID: uuid.UUID{1}, User: auth.User{ID: uuid.UUID{2}, Login: string(role), DisplayName: "Ann Example", Role: role}}
}

func newBench(t *testing.T, register func(*web.Server), with ...func(*web.Options)) *bench {
	t.Helper()
	locked := person(auth.RoleOfficer)
	locked.Locked = true
	fresh := person(auth.RoleOfficer)
	fresh.User.MustChangePassword = true
	b := &bench{log: &bytes.Buffer{}, sessions: &sessions{open: map[string]auth.Session{
		"officer": person(auth.RoleOfficer), "analyst": person(auth.RoleAnalyst), "locked": locked, "fresh": fresh,
	}}}
	files, err := assets.New()
	require.NoError(t, err)
	at := time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)
	options := web.Options{
		Sessions: b.sessions, Texts: text.Must(), Assets: files, Log: slog.New(slog.NewJSONHandler(b.log, nil)),
		Now: func() time.Time { return at }, Random: rand.Reader, NewID: uuid.New, Program: text.FrameStation, Post: "XAA-APT",
		Nav: []view.NavItem{{Href: "/", Label: text.FrameStation, Need: auth.CrossingRecord}},
	}
	for _, change := range with {
		change(&options)
	}
	b.Server, err = web.NewServer(options)
	require.NoError(t, err)
	register(b.Server)
	b.handler, err = b.Handler()
	require.NoError(t, err)
	return b
}

// standard registers one route of each kind.
func standard(s *web.Server) {
	words := func(c *web.Context) error {
		return c.Render(http.StatusOK, view.Message(view.ToneInfo, "done "+string(c.User().Role)))
	}
	s.Handle(http.MethodGet, "/", auth.CrossingRecord, words)
	s.Handle(http.MethodPost, "/record/:id", auth.CrossingRecord, words, web.MaxBody(2048))
	s.Handle(http.MethodGet, "/panic", auth.CrossingRecord, func(*web.Context) error {
		panic("ERIKSSON")
	})
	s.Handle(http.MethodGet, "/broken", auth.CrossingRecord, func(*web.Context) error { return errors.New("disk on fire") })
	s.HandlePublic(http.MethodPost, "/enrol", words, web.Machine())
	s.HandlePublic(http.MethodGet, "/healthz", words, web.Machine())
	s.HandlePublic(http.MethodPost, "/signin", words, web.FromBrowser())
}

type call struct {
	method, path, token string
	body                string
	headers             []string
}

func (b *bench) ask(t *testing.T, c call) *httptest.ResponseRecorder {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), c.method, c.path, strings.NewReader(c.body))
	if c.body != "" {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if c.token != "" {
		request.AddCookie(&http.Cookie{Name: "__Host-session", Value: c.token})
	}
	for i := 0; i+1 < len(c.headers); i += 2 {
		request.Header.Set(c.headers[i], c.headers[i+1])
	}
	answer := httptest.NewRecorder()
	b.handler.ServeHTTP(answer, request)
	return answer
}

// ours are the headers with which a browser sends a form of our own pages; part those of htmx for a part of a page.
func ours() []string { return []string{"Sec-Fetch-Site", "same-origin"} }
func part() []string {
	return []string{"Sec-Fetch-Site", "same-origin", "HX-Request", "true", "HX-Request-Type", "partial"}
}
