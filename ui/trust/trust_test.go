package trust_test

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/postgres/trustdb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc/pki/pkitest"
	"github.com/openbmis/openbmis/traveldoc/trust"
	ui "github.com/openbmis/openbmis/ui/trust"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/web"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

type site struct {
	*webtest.Site
	centre *trustdb.Centre
}

func open(t *testing.T) *site {
	t.Helper()
	s := &site{}
	s.Site = webtest.New(t, migrations.Central, func(w *webtest.Site) {
		s.centre = trustdb.NewCentre(trustdb.CentreConfig{DB: w.DB, Now: w.Clock.Now, NewID: uuid.New})
		ui.Register(w.Server, s.centre)
		w.Handle(http.MethodGet, "/", auth.SessionOwn, func(c *web.Context) error { return c.SeeOther("/trust") })
	}, func(o *web.Options) { o.Nav = []view.NavItem{ui.Nav()} })
	return s
}

func seeded(n byte) *rand.ChaCha8 { return rand.NewChaCha8([32]byte{n}) }

// csca is a made-up State's authority.
func csca(code string, n byte) *pkitest.Party {
	return pkitest.CSCA(seeded(n), pkitest.NameOf(code, "CSCA "+code), pkitest.NewKey(seeded(n), "secp256r1"))
}

func crl(by *pkitest.Party, this, next time.Time) []byte {
	return by.CRL(seeded(9), pkitest.CRL{ThisUpdate: this, NextUpdate: next})
}

// upload sends the form as a browser does.
func (s *site) upload(t *testing.T, client *http.Client, name string, data []byte, fields ...string) webtest.Response {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i := 0; i+1 < len(fields); i += 2 {
		require.NoError(t, form.WriteField(fields[i], fields[i+1]))
	}
	file, err := form.CreateFormFile("file", name)
	require.NoError(t, err)
	_, err = file.Write(data)
	require.NoError(t, err)
	require.NoError(t, form.Close())
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/trust/proposals", &body)
	require.NoError(t, err)
	request.Header.Set("Content-Type", form.FormDataContentType())
	request.Header.Set("Origin", s.URL)
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	response, err := client.Do(request)
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return webtest.Response{Status: response.StatusCode, Header: response.Header, Body: string(text)}
}

// The whole way over HTTP, and that nobody goes it alone, on the page or beside it.
func TestFourEyesByRequest(t *testing.T) {
	s := open(t)
	one, two := s.SignedIn(t, s.Person(t, auth.RoleAdministrator, "ada")), s.SignedIn(t, s.Person(t, auth.RoleAdministrator, "ben"))
	analyst := s.SignedIn(t, s.Person(t, auth.RoleAnalyst, "ann"))

	require.Contains(t, s.Get(t, analyst, "/trust").Body, "Nothing has been published yet")
	require.NotContains(t, s.Get(t, analyst, "/trust").Body, `action="/trust/proposals"`)
	require.Equal(t, http.StatusForbidden, s.upload(t, analyst, "csca.cer", csca("AA", 1).DER, "origin", "bilateral").Status)
	wrong := s.upload(t, one, "csca.cer", []byte("nothing"), "origin", "bilateral", "remark", "from the embassy")
	require.Equal(t, http.StatusUnprocessableEntity, wrong.Status)
	require.Contains(t, wrong.Body, "Nothing of the file can be used")
	require.Contains(t, wrong.Body, "from the embassy", "what was typed stays")

	der := csca("AA", 1).DER
	sent := s.upload(t, one, "csca.cer", der, "origin", "bilateral")
	require.Equal(t, http.StatusSeeOther, sent.Status, sent.Body)
	at := sent.Header.Get("Location")
	require.Regexp(t, `^/trust/proposals/[0-9a-f-]{36}$`, at)
	own := s.Get(t, one, at)
	require.Contains(t, own.Body, "You proposed this")
	require.NotContains(t, own.Body, at+"/approval")
	require.Equal(t, http.StatusForbidden, s.Post(t, one, at+"/approval", url.Values{}).Status)
	require.Equal(t, http.StatusForbidden, s.Post(t, analyst, at+"/approval", url.Values{}).Status)
	require.Equal(t, http.StatusConflict, s.Post(t, two, at+"/approval", url.Values{}).Status, "not before it was seen")
	require.Contains(t, s.Get(t, two, at).Body, at+"/approval")
	require.Contains(t, s.Get(t, analyst, "/trust").Body, "Nothing has been published yet")
	done := s.Post(t, two, at+"/approval", url.Values{})
	require.Equal(t, http.StatusOK, done.Status)
	require.Contains(t, done.Body, "Published as version")
	found := s.Get(t, analyst, "/trust/items?country=AA")
	require.Contains(t, found.Body, "CSCA AA")
	item := regexp.MustCompile(`/trust/items/[0-9a-f]{64}`).FindString(found.Body)
	require.Equal(t, string(der), s.Get(t, analyst, item+"/file").Body)
	require.Contains(t, s.Get(t, analyst, "/trust/proposals").Body, "csca.cer")
	require.Equal(t, http.StatusNotFound, s.Get(t, analyst, "/trust/items/nothing").Status)
	require.Equal(t, http.StatusForbidden, s.Post(t, analyst, item+"/withdrawal", url.Values{"why": {"x"}}).Status)
	require.Equal(t, http.StatusUnprocessableEntity, s.Post(t, one, item+"/withdrawal", url.Values{}).Status)
	require.Equal(t, http.StatusSeeOther, s.Post(t, one, item+"/withdrawal", url.Values{"why": {"key compromised"}}).Status)
}

// choose puts a file into the form, as choosing or dropping it does.
func choose(t *testing.T, p *browsertest.Page, selector, name string, data []byte) {
	t.Helper()
	file := t.TempDir() + "/" + name
	require.NoError(t, os.WriteFile(file, data, 0o600))
	p.Do(chromedp.SetUploadFiles(selector, []string{file}))
}

// Two people, by keyboard: the first proposes, the second sees it whole and approves.
func TestProposeAndApprove(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			s := open(t)
			now := s.Clock.Now()
			state := csca("AA", 1)
			first, second := s.Person(t, auth.RoleAdministrator, "ada", language), s.Person(t, auth.RoleAdministrator, "ben", language)
			p := browsertest.Open(t, language)
			s.SignIn(p, first)
			p.Wait("location.pathname === '/trust' && document.readyState === 'complete'")
			p.Screenshot("trust-empty-" + language)
			p.CheckAccessible()
			p.Press("F8")
			p.WaitFor("#propose[open]")
			choose(t, p, "#field-file", "aa-csca.cer", state.DER)
			p.Screenshot("trust-form-" + language)
			p.CheckAccessible()
			p.TabTo("#propose button.main")
			p.Press("Enter")
			p.Wait("location.pathname.startsWith('/trust/proposals/') && document.readyState === 'complete'")
			require.False(t, browsertest.Eval[bool](p, "!!document.querySelector('#approve')"), "not by the proposer")
			p.Screenshot("trust-own-" + language)
			p.CheckAccessible()
			at := p.Path()

			other := browsertest.Open(t, language)
			s.SignIn(other, second)
			other.Goto(s.URL + at)
			other.WaitFor("#approve")
			other.Screenshot("trust-review-" + language)
			other.CheckAccessible()
			other.CheckNoSidewaysScroll()
			other.TabTo("#approve")
			other.Press("Enter")
			other.WaitFor(".message.success")
			s.publish(t, "aa.crl", crl(state, now.AddDate(0, -4, 0), now.AddDate(0, -1, 0)))
			s.publish(t, "utopia.cer", csca("UT", 5).DER)
			other.Goto(s.URL + "/trust")
			other.WaitFor("#version")
			other.WaitFor("#crls ~ .table-wrap .not-checked") // the list has expired: amber
			other.Screenshot("trust-overview-" + language)
			other.CheckAccessible()
			other.CheckNoSidewaysScroll()
			other.Goto(s.URL + "/trust/items?country=AA")
			other.Do(chromedp.Click("td a"))
			other.WaitFor("#fingerprint")
			other.Screenshot("trust-item-" + language)
			other.CheckAccessible()
			other.Goto(s.URL + "/trust/proposals")
			other.Screenshot("trust-history-" + language)
			other.CheckAccessible()
		})
	}
}

// publish lets two administrators do it without the screens.
func (s *site) publish(t *testing.T, name string, data []byte) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	users, err := s.Door.Users(ctx)
	require.NoError(t, err)
	users = slices.DeleteFunc(users, func(u auth.User) bool { return u.Role != auth.RoleAdministrator })
	require.GreaterOrEqual(t, len(users), 2)
	one, two := auth.Session{User: users[0]}.Actor("central"), auth.Session{User: users[1]}.Actor("central")
	p, err := s.centre.Propose(ctx, one, trustdb.Submission{File: name, Data: data, Origin: trust.Bilateral})
	require.NoError(t, err)
	_, err = s.centre.Review(ctx, two, p.ID, 0)
	require.NoError(t, err)
	_, err = s.centre.Approve(ctx, two, p.ID)
	require.NoError(t, err)
}
