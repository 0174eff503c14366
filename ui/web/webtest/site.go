package webtest

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/accounts"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/ui/assets"
	"github.com/openbmis/openbmis/ui/signin"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/web"
)

// Post is the crossing point of a test site.
const Post = "XAA-APT"

// Site is a program's screens with everything real below: accounts and sessions in a database of its own, served over TLS.
type Site struct {
	*web.Server
	DB    *postgres.DB
	Door  *auth.Service
	Clock *Clock
	Logs  *Logs
	URL   string

	client *http.Client
}

// Person is somebody with an account on the site.
type Person struct {
	auth.User
	Password, PIN string
}

// Option changes the server's options before it is made.
type Option func(*web.Options)

// New makes a site with the screens of package signin; register adds the tested ones. With is for what those need of the
// server's options.
func New(t testing.TB, kind migrations.Kind, register func(*Site), with ...Option) *Site {
	t.Helper()
	s := &Site{DB: pgtest.New(t, kind), Clock: &Clock{at: time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)}, Logs: &Logs{}}
	s.open(t)
	s.Server = s.newServer(t, with)
	signin.Register(s.Server, signin.Options{Door: s.Door, NeedsPIN: true})
	if register != nil {
		register(s)
	}
	s.serve(t)
	return s
}

func (s *Site) open(t testing.TB) {
	t.Helper()
	hasher, err := auth.NewHasher(auth.Params{MemoryKiB: 64, Passes: 1, Lanes: 1}, 4, rand.Reader)
	require.NoError(t, err)
	policy := auth.DefaultPolicy()
	policy.WatchEvery = 20 * time.Millisecond
	s.Door, err = auth.NewService(auth.Config{
		Store: accounts.New(s.DB), Hasher: hasher, Policy: policy, Key: bytes.Repeat([]byte{7}, 32), Post: Post,
		Now: s.Clock.Now, Random: rand.Reader, NewID: uuid.New, Logger: s.Logs.Logger(),
	})
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	watching := make(chan error, 1)
	go func() { watching <- s.Door.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-watching)
	})
}

func (s *Site) newServer(t testing.TB, with []Option) *web.Server {
	t.Helper()
	texts, err := text.Load()
	require.NoError(t, err)
	files, err := assets.New()
	require.NoError(t, err)
	options := web.Options{
		Sessions: s.Door, Texts: texts, Assets: files, Log: s.Logs.Logger(),
		Now: s.Clock.Now, Random: rand.Reader, NewID: uuid.New, Program: text.FrameStation, Post: Post, Heartbeat: time.Second,
	}
	for _, change := range with {
		change(&options)
	}
	server, err := web.NewServer(options)
	require.NoError(t, err)
	return server
}

func (s *Site) serve(t testing.TB) {
	t.Helper()
	handler, err := s.Handler()
	require.NoError(t, err)
	listening := httptest.NewUnstartedServer(handler)
	listening.EnableHTTP2 = true
	listening.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) // the browser's first look at our certificate
	listening.StartTLS()
	s.URL, s.client = listening.URL, listening.Client()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		require.NoError(t, s.Close(ctx))
		listening.Close()
	})
}

// Person makes an account of the role, with a password and a PIN that need not be changed. Names tell persons of one role
// apart; the language, where one is given, is the person's own.
func (s *Site) Person(t testing.TB, role auth.Role, name string, language ...string) Person {
	t.Helper()
	p := Person{Password: "granite lantern orchid seventeen", PIN: "271828"}
	by := audit.Actor{ID: "test", Role: "administrator", Post: Post}
	user, _, err := s.Door.CreateUser(t.Context(), by, auth.NewUser{
		Login: name, DisplayName: strings.ToUpper(name[:1]) + name[1:] + " Testperson", Role: role, Password: p.Password, PIN: p.PIN,
		Language: strings.Join(language, ""),
	})
	require.NoError(t, err)
	p.User = user
	return p
}

// Client is an HTTP client without a session that keeps cookies, trusts the site, and follows no redirects.
func (s *Site) Client(t testing.TB) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	client := *s.client
	client.Jar = jar
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client
}

// SignedIn is a client with a session of the person.
func (s *Site) SignedIn(t testing.TB, p Person) *http.Client {
	t.Helper()
	client := s.Client(t)
	response := s.Post(t, client, "/signin", url.Values{"login": {p.Login}, "password": {p.Password}})
	require.Equal(t, http.StatusSeeOther, response.Status, response.Body)
	return client
}

// Response is an answer, read whole.
type Response struct {
	Status int
	Header http.Header
	Body   string
}

// Get asks for the path, and holds a page to CheckMarkup; headers are pairs of name and value.
func (s *Site) Get(t testing.TB, client *http.Client, path string, headers ...string) Response {
	t.Helper()
	return s.do(t, client, http.MethodGet, path, nil, headers)
}

// Post sends the form as a page of the site does, with its origin.
func (s *Site) Post(t testing.TB, client *http.Client, path string, form url.Values, headers ...string) Response {
	t.Helper()
	return s.do(t, client, http.MethodPost, path, form, append([]string{"Origin", s.URL, "Sec-Fetch-Site", "same-origin"}, headers...))
}

func (s *Site) do(t testing.TB, client *http.Client, method, path string, form url.Values, headers []string) Response {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(form.Encode()))
	require.NoError(t, err)
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := client.Do(request)
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	if strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") {
		CheckMarkup(t, string(body), response.Header.Get("Content-Security-Policy"))
	}
	return Response{Status: response.StatusCode, Header: response.Header, Body: string(body)}
}

// SignIn signs the person in on the browser's page, by keyboard, and waits for what follows.
func (s *Site) SignIn(p *browsertest.Page, who Person) {
	p.Goto(s.URL + "/signin")
	p.WaitFocus("[name=login]")
	p.Type(who.Login)
	p.Press("Tab")
	p.Type(who.Password)
	p.Press("Enter")
	p.Wait("!location.pathname.startsWith('/signin') && document.readyState === 'complete'")
}

// Clock is the site's clock; it stands still until told.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// Now is the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Pass moves the clock on.
func (c *Clock) Pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// Logs keeps what the site logs.
type Logs struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write adds to the log.
func (l *Logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

// String is all that was logged.
func (l *Logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// Logger writes to the log as JSON.
func (l *Logs) Logger() *slog.Logger {
	return slog.New(slog.NewJSONHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}
