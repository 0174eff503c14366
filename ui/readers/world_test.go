package readers_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/arrival"
	"github.com/openbmis/openbmis/border/crosscheck"
	"github.com/openbmis/openbmis/border/documentcheck"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/postgres/evidencedb"
	"github.com/openbmis/openbmis/internal/postgres/readerdb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/traveldoc/specimen"
	"github.com/openbmis/openbmis/traveldoc/trust"
	"github.com/openbmis/openbmis/ui/counter"
	"github.com/openbmis/openbmis/ui/readers"
	"github.com/openbmis/openbmis/ui/view/counterview"
	"github.com/openbmis/openbmis/ui/web"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

// station is a counter with a door for document readers over a real database, and the trust material of the synthetic country.
type station struct {
	*webtest.Site
	desk    *border.Desk
	country *specimen.Country
	service *arrival.Service
}

func open(t *testing.T) *station {
	t.Helper()
	s := &station{}
	s.Site = webtest.New(t, migrations.Station, func(site *webtest.Site) { s.build(t, site) })
	return s
}

func (s *station) build(t *testing.T, site *webtest.Site) {
	t.Helper()
	s.Site = site
	today := traveldoc.DateOf(site.Clock.Now())
	var err error
	s.country, err = specimen.New(specimen.Seed(specimen.DemoSeed), today)
	require.NoError(t, err)
	keys, err := vault.OpenFiles(t.TempDir(), rand.Reader, site.Clock.Now)
	require.NoError(t, err)
	evidence := evidencedb.New(evidencedb.Options{DB: site.DB, Wrapping: keys, Random: rand.Reader, Now: site.Clock.Now, NewID: uuid.New})
	post := border.Post{Station: webtest.Post, Zone: time.UTC, Mode: border.Air}
	s.desk = border.NewDesk(border.DeskConfig{
		Post: post, Store: stationdb.New(site.DB, uuid.New, func() {}).Keeping(evidence), Plan: s.plan(t), State: "XAA", Training: true,
		Undo: time.Minute, Now: site.Clock.Now, NewID: uuid.New,
	})
	lanes := []counterview.Lane{{Name: "1", Direction: border.Entry}, {Name: "2", Direction: border.Exit}}
	h := counter.New(s.desk, lanes, site.Door)
	store, err := readerdb.New(site.DB, bytes.Repeat([]byte{9}, 32), rand.Reader)
	require.NoError(t, err)
	s.service = arrival.New(arrival.Config{
		Store: store, Seats: readerdb.NewSeats(site.DB, webtest.Post, 10*time.Minute), Counter: h, Post: webtest.Post,
		Lanes: []string{"1", "2"}, Zones: arrival.NewScanner(site.Clock.Now, time.UTC), Now: site.Clock.Now, Random: rand.Reader, NewID: uuid.New,
	})
	h.With(counter.Parts{Arrivals: s.service}).Register(site.Server)
	readers.New(s.service).Register(site.Server)
	site.Handle(http.MethodGet, "/", auth.SessionOwn, func(c *web.Context) error {
		return c.SeeOther(map[bool]string{true: "/counter", false: "/readers"}[c.May(auth.CrossingRecord)])
	})
}

func (s *station) plan(t *testing.T) []border.Planned {
	t.Helper()
	var items []trust.Item
	now := s.Clock.Now()
	for name, data := range s.country.Anchors() {
		items = append(items, trust.Import(name, data, trust.Options{Now: now, Origin: trust.Bilateral}).Items...)
	}
	store, refused := trust.NewStore(items, 7, now)
	require.Empty(t, refused)
	held := func() emrtd.Trust { return store }
	rules, err := crosscheck.LoadRules("")
	require.NoError(t, err)
	var plan []border.Planned
	for _, c := range []border.Check{
		documentcheck.Check{Training: true}, crosscheck.DocumentRules{Rules: rules}, crosscheck.Page{Rules: rules},
		crosscheck.Chip{Rules: rules, Trust: held}, crosscheck.Images{Rules: rules},
		crosscheck.Seals{Rules: rules, Trust: held, Signers: func(string) []*pki.Certificate { return nil }},
	} {
		plan = append(plan, border.Planned{Check: c, Deadline: 20 * time.Second})
	}
	return plan
}

// reading is what the simulated reader gives of a case.
func (s *station) reading(t *testing.T, name string) *reader.Reading {
	t.Helper()
	c, err := specimen.CaseNamed(name)
	require.NoError(t, err)
	built, err := c.Build(s.country, specimen.Options{DPI: 150})
	require.NoError(t, err)
	built.Reading.ID = name
	return built.Reading
}

// device is a reader of lane 1, with its token.
func (s *station) device(t *testing.T, name string) (arrival.Device, string) {
	t.Helper()
	by := s.Person(t, auth.RoleSupervisor, "super-"+strings.ToLower(strings.ReplaceAll(name, " ", "")))
	d, token, err := s.service.Issue(t.Context(), auth.Session{User: by.User}.Actor(webtest.Post), name, "1")
	require.NoError(t, err)
	return d, token.Secret()
}

// answer is what the endpoint says.
type answer struct {
	Status                       int
	ID, State, Why, Lane         string
	Error, Where, Message, Other string
}

// post sends a body as an agent does.
func (s *station) post(t *testing.T, token string, body []byte) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/api/readings", bytes.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := s.Client(t).Do(request)
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	a := answer{Status: response.StatusCode}
	if json.Unmarshal(text, &a) != nil {
		a.Other = string(text)
	}
	a.Status = response.StatusCode
	return a
}

func (s *station) send(t *testing.T, token string, r *reader.Reading) answer {
	t.Helper()
	body, err := json.Marshal(r)
	require.NoError(t, err)
	return s.post(t, token, body)
}

// atLane signs an officer in and takes lane 1.
func (s *station) atLane(t *testing.T, language string) *browsertest.Page {
	t.Helper()
	p := browsertest.Open(t, language)
	who := s.Person(t, auth.RoleOfficer, "amira", language)
	s.SignIn(p, who)
	p.WaitFocus("button[name=lane]")
	p.Press("Enter")
	p.Wait("location.pathname === '/counter'")
	p.WaitFor("#desk")
	p.Wait("document.readyState === 'complete' && !!globalThis.wedge && !!document.querySelector('#lane-stream')")
	return p
}

func (s *station) count(t *testing.T, sql string, args ...any) int {
	t.Helper()
	var n int
	require.NoError(t, s.DB.Pool.QueryRow(t.Context(), sql, args...).Scan(&n))
	return n
}
