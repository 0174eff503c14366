package carriers_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/bus/gate"
	"github.com/openbmis/openbmis/internal/bus/gate/gatetest"
	"github.com/openbmis/openbmis/internal/ca"
	"github.com/openbmis/openbmis/internal/postgres/carrierdb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/ui/carriers"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/carriersview"
	"github.com/openbmis/openbmis/ui/web"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

// site is the pages over a real store and a real carriers' NATS.
type site struct {
	*webtest.Site
	gate    *gatetest.Gate
	asides  []carriersview.Aside
	retried []uint64
}

func (s *site) Open() bool                     { return true }
func (s *site) Connections(carrier string) int { return s.gate.Connections(carrier) }

func (s *site) Waiting(context.Context) (int, error) { return len(s.asides), nil }

// Asides gives pages of two.
func (s *site) Asides(_ context.Context, after string) (page carriersview.Asides, err error) {
	page.List, page.Total = s.asides, len(s.asides)
	for len(page.List) > 0 && after != "" {
		if at := page.List[0].ID; at == after {
			after = ""
		}
		page.List = page.List[1:]
	}
	if len(page.List) > 2 {
		page.List, page.Next = page.List[:2], page.List[1].ID
	}
	return page, nil
}

func (s *site) Retry(_ context.Context, _ audit.Actor, sequence uint64) error {
	if len(s.asides) == 0 {
		return problem.New(problem.NotFound, "parked_gone")
	}
	s.asides, s.retried = nil, append(s.retried, sequence)
	return nil
}

func open(t *testing.T) *site {
	t.Helper()
	s := &site{gate: gatetest.New(t)}
	s.Site = webtest.New(t, migrations.Central, func(w *webtest.Site) {
		store := carrierdb.New(w.DB, s.gate.Keys, s.gate.CA, w.Clock.Now)
		store.OnChange(func(ctx context.Context, code string) error {
			one, err := store.Carrier(ctx, code)
			return errors.Join(err, s.gate.Update(one.Account(w.Clock.Now())))
		})
		carriers.Register(w.Server, carriers.Options{Store: store, Door: s, Root: s.gate.CA.RootPEM})
		w.Handle(http.MethodGet, "/", auth.SessionOwn, func(c *web.Context) error { return c.SeeOther("/carriers") })
	}, func(o *web.Options) { o.Nav = []view.NavItem{carriers.Nav()} })
	return s
}

func TestWhoMayDoWhat(t *testing.T) { webtest.Matrix(t, open(t).Server, "testdata/matrix.txt") }

// A credential that the page gave lets the carrier in; taken back on the page, it is cut at once and stays out.
func TestACredentialOfThePageOpensTheDoorUntilItIsTakenBack(t *testing.T) {
	s := open(t)
	client := s.SignedIn(t, s.Person(t, auth.RoleAdministrator, "ada"))
	require.Equal(t, http.StatusSeeOther, s.Post(t, client, "/carriers", url.Values{"code": {"xa"}, "name": {"Almara Air"}}).Status)
	given := s.Post(t, client, "/carriers/XA/credentials", url.Values{"label": {"data centre"}, "overlap": {"0"}})
	require.Equal(t, http.StatusOK, given.Status)
	require.Equal(t, `attachment; filename="XA.creds"`, given.Header.Get("Content-Disposition"))
	file := filepath.Join(t.TempDir(), "xa.creds")
	require.NoError(t, os.WriteFile(file, []byte(given.Body), 0o600))
	conn, err := gate.Dial(s.gate.Client(t, "XA", file))
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	shown := s.Get(t, client, "/carriers/XA").Body
	seed := regexp.MustCompile(`\bSU[A-Z2-7]{40,}`).FindString(given.Body)
	require.NotEmpty(t, seed)
	require.NotContains(t, shown, seed, "the secret is on no page")
	key := keyIn(t, shown)
	require.Equal(t, http.StatusUnprocessableEntity, s.Post(t, client, "/carriers/XA/revoke", url.Values{"credential": {key}}).Status, "not without a reason")
	require.True(t, conn.IsConnected())
	require.Equal(t, http.StatusSeeOther, s.Post(t, client, "/carriers/XA/revoke", url.Values{"credential": {key}, "reason": {"laptop lost"}}).Status)
	require.Eventually(t, func() bool { return !conn.IsConnected() }, time.Minute, time.Millisecond)
	_, err = gate.Dial(s.gate.Client(t, "XA", file))
	require.Error(t, err)
	require.Contains(t, s.Get(t, client, "/carriers/XA").Body, "laptop lost")
}

func keyIn(t *testing.T, page string) string {
	t.Helper()
	_, rest, found := strings.Cut(page, `name="credential" value="`)
	require.True(t, found)
	key, _, _ := strings.Cut(rest, `"`)
	return key
}

func TestCertificatesLimitsAndShuttingOut(t *testing.T) {
	s := open(t)
	client := s.SignedIn(t, s.Person(t, auth.RoleAdministrator, "ada"))
	s.Post(t, client, "/carriers", url.Values{"code": {"XA"}, "name": {"Almara Air"}})
	again := s.Post(t, client, "/carriers", url.Values{"code": {"XA"}, "name": {"Again"}})
	require.Equal(t, http.StatusConflict, again.Status)
	require.Contains(t, again.Body, "There is a carrier of this designator already.")
	_, request, err := ca.NewCarrierRequest(rand.Reader, "XA")
	require.NoError(t, err)
	signed := s.Post(t, client, "/carriers/XA/certificates", url.Values{"request": {string(request)}})
	require.Equal(t, http.StatusOK, signed.Status, signed.Body)
	chain, err := ca.DecodeChain([]byte(signed.Body))
	require.NoError(t, err)
	named, err := ca.CarrierOf(chain[0])
	require.NoError(t, err)
	require.Equal(t, "XA", named)
	require.Contains(t, s.Post(t, client, "/carriers/XA/certificates", url.Values{"request": {"nothing"}}).Body, "cannot be read")
	wrong := s.Post(t, client, "/carriers/XA/limits", url.Values{"connections": {"many"}, "payload": {"2048"}, "rate": {"5"}})
	require.Contains(t, wrong.Body, "A number from 1 to 1,000 is expected.")
	require.Equal(t, http.StatusSeeOther, s.Post(t, client, "/carriers/XA/limits", url.Values{"connections": {"3"}, "payload": {"2048"}, "rate": {"5"}}).Status)
	require.Equal(t, http.StatusSeeOther, s.Post(t, client, "/carriers/XA/shut", url.Values{"reason": {"unpaid"}}).Status)
	require.Contains(t, s.Get(t, client, "/carriers/XA").Body, "unpaid")
	require.Equal(t, http.StatusSeeOther, s.Post(t, client, "/carriers/XA/open", nil).Status)
	require.Equal(t, http.StatusNotFound, s.Get(t, client, "/carriers/XZ").Status)
	require.Contains(t, s.Get(t, client, "/carriers/root.crt").Body, "BEGIN CERTIFICATE")
}

// What was laid aside is followed to its last page, from which there is a way back to the first.
func TestPagesOfWhatWasLaidAside(t *testing.T) {
	s := open(t)
	for n := range 5 {
		s.asides = append(s.asides, carriersview.Aside{Sequence: uint64(n), ID: fmt.Sprintf("aside-%d", n), Carrier: "XA", Reason: "internal"})
	}
	seen, last := s.Follow(t, s.SignedIn(t, s.Person(t, auth.RoleAdministrator, "ada")), "/carriers/aside", "after", regexp.MustCompile(`>aside-\d<`))
	require.Len(t, seen, 5)
	require.Contains(t, last, "Laid aside: 5")
	require.Contains(t, last, `href="/carriers/aside"`)
}

// The pages in a browser, in both directions of writing.
func TestPagesInABrowser(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			s := open(t)
			s.asides = []carriersview.Aside{{Sequence: 7, ID: "0198c0de-0000-8000-8000-000000000001", Carrier: "XA", Reason: "internal", ReceivedAt: s.Clock.Now()}}
			who := s.Person(t, auth.RoleAdministrator, "ada", language)
			client := s.SignedIn(t, who)
			for code, name := range map[string]string{"XA": "Almara Air", "XB": "Borealis", "9W": "West Wind"} {
				s.Post(t, client, "/carriers", url.Values{"code": {code}, "name": {name}})
			}
			s.Post(t, client, "/carriers/XA/credentials", url.Values{"label": {"data centre"}})
			s.Post(t, client, "/carriers/XA/credentials", url.Values{"label": {"new"}, "rotate": {"yes"}, "overlap": {"24"}})
			s.Post(t, client, "/carriers/XB/shut", url.Values{"reason": {"unpaid"}})
			p := browsertest.Open(t, language)
			p.Size(1366, 768)
			s.SignIn(p, who)
			p.Goto(s.URL + "/carriers")
			p.WaitFor(`a[href="/carriers/XA"]`)
			p.CheckAccessible()
			p.CheckNoSidewaysScroll()
			p.Screenshot("carriers-list-" + language)
			p.TabTo(`a[href="/carriers/XA"]`)
			p.Press("Enter")
			p.WaitFor("#credentials")
			p.CheckAccessible()
			p.CheckNoSidewaysScroll()
			p.Screenshot("carriers-one-" + language)
			p.Goto(s.URL + "/carriers/aside")
			p.CheckAccessible()
			p.Screenshot("carriers-aside-" + language)
			p.TabTo(`form[action="/carriers/aside/7"] button`)
			p.Press("Enter")
			p.WaitFor(".empty")
			require.Equal(t, []uint64{7}, s.retried)
		})
	}
}
