package training_test

import (
	"bytes"
	"crypto/rand"
	"image/jpeg"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/crosscheck"
	"github.com/openbmis/openbmis/border/documentcheck"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/postgres/evidencedb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/specimen"
	"github.com/openbmis/openbmis/traveldoc/trust"
	"github.com/openbmis/openbmis/ui/counter"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/training"
	"github.com/openbmis/openbmis/ui/view/counterview"
	"github.com/openbmis/openbmis/ui/web"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

type station struct {
	*webtest.Site
	desk *border.Desk
}

// open is a station whose lane SIM-1 takes specimens, with the checks of documents over the country's own certificates.
func open(t testing.TB) *station {
	t.Helper()
	made := &station{}
	made.Site = webtest.New(t, migrations.Station, func(s *webtest.Site) {
		post := border.Post{Station: webtest.Post, Zone: time.UTC, Mode: border.Air}
		keys, err := vault.OpenFiles(t.TempDir(), rand.Reader, s.Clock.Now)
		require.NoError(t, err)
		evidence := evidencedb.New(evidencedb.Options{DB: s.DB, Wrapping: keys, Random: rand.Reader, Now: s.Clock.Now, NewID: uuid.New})
		made.desk = border.NewDesk(border.DeskConfig{
			Post: post, Store: stationdb.New(s.DB, uuid.New, func() {}).Keeping(evidence), Plan: plan(t, s.Clock.Now()), State: "UTO",
			Training: true, Undo: time.Minute, Now: s.Clock.Now, NewID: uuid.New,
		})
		lanes := []counterview.Lane{{Name: "1", Direction: border.Entry}, {Name: "SIM-1", Direction: border.Entry}}
		counter.New(made.desk, lanes, s.Door).Register(s.Server)
		training.New(training.Options{Desk: made.desk, Lanes: lanes, DPI: 72, Random: bytes.NewReader(make([]byte, 1000))}).Register(s.Server)
		s.Handle(http.MethodGet, "/", auth.SessionOwn, func(c *web.Context) error { return c.SeeOther("/counter") })
	})
	return made
}

func plan(t testing.TB, now time.Time) []border.Planned {
	t.Helper()
	country, err := specimen.New(specimen.Seed(specimen.DemoSeed), traveldoc.DateOf(now))
	require.NoError(t, err)
	var items []trust.Item
	for name, file := range country.Anchors() {
		items = append(items, trust.Import(name, file, trust.Options{Now: now, Origin: trust.Bilateral}).Items...)
	}
	store, refused := trust.NewStore(items, 1, now)
	require.Empty(t, refused)
	signer, err := pki.ParseCertificate(country.Anchors()["seal-signer.cer"])
	require.NoError(t, err)
	rules, err := crosscheck.DefaultRules()
	require.NoError(t, err)
	held := func() emrtd.Trust { return store }
	checks := []border.Check{
		documentcheck.Check{Training: true}, crosscheck.Page{Rules: rules}, crosscheck.Chip{Rules: rules, Trust: held},
		crosscheck.Seals{Rules: rules, Trust: held, Signers: func(string) []*pki.Certificate { return []*pki.Certificate{signer} }},
		crosscheck.Images{Rules: rules},
	}
	plan := make([]border.Planned, len(checks))
	for n, check := range checks {
		plan[n] = border.Planned{Check: check, Deadline: 20 * time.Second}
	}
	return plan
}

func (s *station) lane(p *browsertest.Page, name string) {
	p.Goto(s.URL + "/counter/lane")
	p.WaitFocus("button[name=lane]")
	p.TabTo("button[value='" + name + "']")
	p.Press("Enter")
	p.Wait("location.pathname === '/counter' && document.readyState === 'complete'")
}

func (s *station) training(p *browsertest.Page) {
	p.Goto(s.URL + "/training")
	p.Wait("location.pathname === '/training' && document.readyState === 'complete'")
	p.CheckAccessible()
	p.CheckNoSidewaysScroll()
}

// put presses a case's key and waits until its checks have answered at the counter.
func (s *station) put(t *testing.T, p *browsertest.Page, key string) *border.Inspection {
	t.Helper()
	p.Press(key)
	p.Wait("location.pathname === '/counter' && document.readyState === 'complete'")
	p.WaitFor("#traveller-name")
	var id uuid.UUID
	require.NoError(t, s.DB.Pool.QueryRow(t.Context(), "select id from scan where status = 'open'").Scan(&id))
	i, err := s.desk.Inspection(t.Context(), "SIM-1", id)
	require.NoError(t, err)
	<-i.Done()
	return i
}

// An officer calls up a genuine passport by keyboard, admits at the counter, and is told what there was to see; then a forged one,
// which is told as waiting and named wrong only afterwards.
func TestACaseIsPutOnTheReaderDecidedAndExplained(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			s := open(t)
			p := browsertest.Open(t, language)
			p.Size(1366, 768)
			s.SignIn(p, s.Person(t, auth.RoleOfficer, "amira", language))
			p.WaitFocus("button[name=lane]")
			s.lane(p, "SIM-1")
			s.training(p)
			p.Screenshot("training-list-" + language)

			i := s.put(t, p, "1")
			require.NotNil(t, i.Subject.Reading)
			require.True(t, i.Subject.Reading.Device.Simulated)
			require.Len(t, i.Subject.Reading.Chip.Files, 10)
			p.Screenshot("training-counter-" + language)
			s.training(p)
			p.WaitFor("#waiting")
			p.Screenshot("training-waiting-" + language)
			p.Press("Escape")
			p.Wait("location.pathname === '/counter' && document.readyState === 'complete'")
			p.WaitFor("#band.no-hit")
			p.Press("F2")
			p.WaitGone("#traveller-name")
			s.training(p)
			p.WaitFor("#decided")
			p.WaitFor("#lesson")
			p.WaitGone("#expected")
			p.Screenshot("training-genuine-" + language)

			forged := s.put(t, p, "2")
			actor := audit.Actor{ID: "test", Name: "amira", Role: string(auth.RoleOfficer), Post: webtest.Post, Lane: "SIM-1"}
			require.NoError(t, s.desk.Dismiss(t.Context(), actor, forged.Scan.ID, border.DismissReasons()[0]))
			s.training(p)
			rows := browsertest.Eval[int](p, "document.querySelectorAll('#expected tbody tr').length")
			require.Equal(t, 2, rows, "the number differs from the page and from the chip")
			require.Equal(t, 4, browsertest.Eval[int](p, "document.querySelectorAll('#expected .status.hit').length"), "and the station found both")
			p.Screenshot("training-forged-" + language)
		})
	}
}

func TestNoSpecimenWhereTravellersAreAdmitted(t *testing.T) {
	s := open(t)
	client := s.SignedIn(t, s.Person(t, auth.RoleOfficer, "amira"))
	without := s.Get(t, client, "/training")
	require.Equal(t, http.StatusOK, without.Status)
	require.Contains(t, without.Body, "Training is off")
	s.Post(t, client, "/counter/lane", url.Values{"lane": {"1"}})
	require.Equal(t, http.StatusForbidden, s.Post(t, client, "/training/cases", url.Values{"case": {"genuine"}}).Status)
	var scans int
	require.NoError(t, s.DB.Pool.QueryRow(t.Context(), "select count(*) from scan").Scan(&scans))
	require.Zero(t, scans)
}

// A case that was drawn is not named before the decision; the traveller's face is, and nobody else gets it.
func TestADrawnCaseIsNotNamedAndItsTravellerIsShown(t *testing.T) {
	s := open(t)
	client := s.SignedIn(t, s.Person(t, auth.RoleOfficer, "amira"))
	s.Post(t, client, "/counter/lane", url.Values{"lane": {"SIM-1"}})
	require.Equal(t, http.StatusUnprocessableEntity, s.Post(t, client, "/training/cases", url.Values{"case": {"nothing"}}).Status)
	require.Equal(t, http.StatusSeeOther, s.Post(t, client, "/training/cases", url.Values{"case": {"random"}}).Status)
	shown := s.Get(t, client, "/training")
	require.Contains(t, shown.Body, "A case drawn at random")
	require.Contains(t, shown.Body, "specimen of Utopia")
	picture := regexp.MustCompile("/training/travellers/[0-9a-f-]+").FindString(shown.Body)
	require.NotEmpty(t, picture)
	face := s.Get(t, client, picture)
	require.Equal(t, http.StatusOK, face.Status)
	_, err := jpeg.Decode(strings.NewReader(face.Body))
	require.NoError(t, err)
	other := s.SignedIn(t, s.Person(t, auth.RoleOfficer, "bruno"))
	require.Equal(t, http.StatusNotFound, s.Get(t, other, picture).Status)
	require.Equal(t, http.StatusNotFound, s.Get(t, client, "/training/travellers/"+uuid.NewString()).Status)
}

// Every case has its words in every language.
func TestEveryCaseHasItsWords(t *testing.T) {
	texts, err := text.Load()
	require.NoError(t, err)
	for _, language := range text.Languages() {
		printer := texts.Printer(language)
		for _, k := range specimen.Cases() {
			for _, section := range []string{"training_case.", "training_lesson."} {
				require.True(t, printer.Has(text.Key(section+k.Name)), "%s: %s%s", language, section, k.Name)
			}
		}
	}
}

func TestWhoMayWhat(t *testing.T) {
	webtest.Matrix(t, open(t).Server, "testdata/matrix.golden")
}
