package files_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/postgres/filedb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/files"
	"github.com/openbmis/openbmis/ui/web"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

// post is a crossing point's files on screen, with everything real below.
type post struct {
	*webtest.Site
	store *stationdb.Store
}

func open(t testing.TB) *post {
	t.Helper()
	p := &post{}
	var keeper *filedb.Files
	count := func(ctx context.Context) (int, error) { return keeper.CountDuplicates(ctx) }
	p.Site = webtest.New(t, migrations.Station, func(s *webtest.Site) {
		evidence, err := filedb.NewAttachments(s.DB, bytes.Repeat([]byte{9}, 32), rand.Reader)
		require.NoError(t, err)
		keeper = filedb.New(filedb.Options{
			DB: s.DB, Attachments: evidence, Key: bytes.Repeat([]byte{7}, 32), Now: s.Clock.Now, NewID: uuid.New, Nudge: func() {},
		})
		files.Register(s.Server, files.Options{
			Files: keeper, Evidence: evidence, Post: border.Post{Station: webtest.Post, Zone: time.UTC},
			Regimes: func() stay.Regimes { return stay.Under(stay.DefaultRule()) }, Centre: func() bool { return true }, NewID: uuid.New,
		})
		s.Handle(http.MethodGet, "/", auth.SessionOwn, func(c *web.Context) error { return c.SeeOther("/files") })
	}, func(o *web.Options) { o.Nav = files.Nav(count) })
	p.store = stationdb.New(p.DB, uuid.New, func() {})
	return p
}

func day(t testing.TB, s string) traveldoc.Date {
	t.Helper()
	d, err := traveldoc.ParseDate(s)
	require.NoError(t, err)
	return d
}

// cross admits somebody, days before today.
func (p *post) cross(t testing.TB, surname, given, born, number string, direction border.Direction, days int) border.CrossingEvent {
	t.Helper()
	at := p.Clock.Now().AddDate(0, 0, -days)
	scan := bordertest.Scan(number)
	scan.Identity = traveldoc.Identity{Surname: surname, GivenNames: given, BirthDate: day(t, born), Sex: "F", Nationality: "UTO"}
	scan.Direction, scan.At, scan.Station = direction, at, webtest.Post
	require.NoError(t, p.store.OpenScan(t.Context(), scan, bordertest.Entry(audit.Consultation, "inspection", scan.ID)))
	event, err := p.store.Record(t.Context(), scan.ID, bordertest.Event(scan, at), bordertest.Entry(audit.Collection, "crossing", scan.ID))
	require.NoError(t, err)
	return event
}

func (p *post) count(t testing.TB, sql string) (n int) {
	t.Helper()
	require.NoError(t, p.DB.Pool.QueryRow(t.Context(), sql).Scan(&n))
	return n
}

// choose picks the n-th choice of a select that has the focus, by keyboard.
func choose(p *browsertest.Page, selector string, n int) {
	p.TabTo(selector)
	for range n {
		p.Press("ArrowDown")
	}
}

func TestWhoMayDoWhat(t *testing.T) {
	p := open(t)
	webtest.Matrix(t, p.Server, "testdata/matrix.golden")
}

// A supervisor decides by keyboard alone that two files are one person, and takes it back.
func TestADuplicateIsAdjudicatedAndUndoneByKeyboard(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			s := open(t)
			a := s.cross(t, "ERIKSSON", "ANNA MARIA", "1974-08-12", "X1000001", border.Entry, 30).TravellerID
			b := s.cross(t, "ERIKSSON", "ANNA MARIA", "1974-08-12", "Y2000002", border.Exit, 2).TravellerID
			p := browsertest.Open(t, language)
			p.Size(1366, 768)
			s.SignIn(p, s.Person(t, auth.RoleSupervisor, "samira", language))
			require.Equal(t, "1", strings.TrimSpace(p.Text("header .count")), "the number is that of the rows")

			p.TabTo(`header a[href="/duplicates"]`)
			p.Press("Enter")
			p.WaitFor("[data-task]")
			require.Equal(t, 1, browsertest.Eval[int](p, "document.querySelectorAll('[data-task]').length"))
			p.Screenshot("duplicates-" + language)
			p.CheckAccessible()
			p.CheckNoSidewaysScroll()

			p.TabTo("[data-task] a")
			p.Press("Enter")
			p.WaitFor("#verdict")
			p.Screenshot("compare-" + language)
			p.CheckAccessible()
			p.CheckNoSidewaysScroll()
			require.Equal(t, 8, browsertest.Eval[int](p, "document.querySelectorAll('tr.match').length"), "fields that match are marked")
			p.TabTo("[name=verdict]")
			p.Press("Space")
			require.Equal(t, "same", browsertest.Eval[string](p, "document.querySelector('[name=verdict]:checked').value"))
			p.TabTo("#field-evidence")
			p.Type("same face on both documents")
			p.TabTo("#verdict button.main")
			p.Press("Enter")
			p.Wait("location.search.includes('done=link')")
			p.WaitFor(".message.success")
			require.Equal(t, 0, browsertest.Eval[int](p, "document.querySelectorAll('[data-task]').length"))
			require.Equal(t, 1, s.count(t, `SELECT count(DISTINCT group_id) FROM traveller`))

			p.Goto(s.URL + "/duplicates/" + a.String() + "/" + b.String())
			p.WaitFor("#verdict button.refuse")
			p.Screenshot("compare-one-" + language)
			p.CheckAccessible()
			p.TabTo("#field-evidence")
			p.Type("twins, says the mother")
			p.TabTo("#verdict button.refuse")
			p.Press("Enter")
			p.Wait("location.search.includes('done=link')")
			p.WaitFor("[data-task]")
			require.Equal(t, 2, s.count(t, `SELECT count(DISTINCT group_id) FROM traveller`))
			require.Equal(t, 2, s.count(t, `SELECT count(*) FROM record WHERE kind = 'file.linked'`))
		})
	}
}

// A supervisor finds a file, supplies a missing exit from a stamp, sees what it changes before he saves it, and the days are recounted.
func TestAMissingExitIsSuppliedByKeyboardAndTheDaysAreRecounted(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			s := open(t)
			s.cross(t, "ERIKSSON", "ANNA MARIA", "1974-08-12", "X1000001", border.Entry, 40)
			s.cross(t, "ERIKSSON", "ANNA MARIA", "1974-08-12", "X1000001", border.Entry, 3)
			p := browsertest.Open(t, language)
			p.Size(1366, 768)
			s.SignIn(p, s.Person(t, auth.RoleSupervisor, "samira", language))
			p.WaitFocus("#field-number")
			p.Screenshot("files-search-" + language)
			p.CheckAccessible()
			p.Type("x1000001")
			choose(p, "#field-purpose", 2)
			p.Press("Tab", "Enter")
			p.WaitFocus("#found-title")
			p.Screenshot("files-found-" + language)
			p.CheckAccessible()
			p.CheckNoSidewaysScroll()
			require.NotContains(t, browsertest.Eval[string](p, "location.href"), "1000001", "no search term in an address")

			p.TabTo("[data-file] a")
			p.Press("Enter")
			p.WaitFor("#answer")
			p.Screenshot("files-person-" + language)
			p.CheckAccessible()
			p.CheckNoSidewaysScroll()
			require.NotContains(t, p.Text("body"), "⟦")
			require.NotContains(t, browsertest.Eval[string](p, "document.title"), "ERIKSSON")
			before := browsertest.Eval[string](p, "document.querySelector('[data-used]').dataset.used")

			p.TabTo(`a[href$="/repair"]`)
			p.Press("Enter")
			p.WaitFor("#repair")
			p.Screenshot("files-repair-" + language)
			p.CheckAccessible()
			p.CheckNoSidewaysScroll()
			choose(p, "#field-direction", 2)
			p.TabTo("#field-date")
			p.Type("2026-10-20")
			choose(p, "#field-origin", 3)
			choose(p, "#field-ground", 2)
			p.TabTo("#field-evidence")
			p.Type("exit stamp on page 9")
			p.TabTo("#repair button.main")
			p.Press("Enter")
			p.WaitFor("#preview-after")
			p.WaitFocus("#preview-title")
			p.Screenshot("files-preview-" + language)
			p.CheckAccessible()
			p.CheckNoSidewaysScroll()
			promised := browsertest.Eval[string](p, "document.querySelector('#preview-after [data-used]').dataset.used")
			require.Equal(t, before, browsertest.Eval[string](p, "document.querySelector('#preview-before [data-used]').dataset.used"))
			require.NotEqual(t, before, promised)
			require.Zero(t, s.count(t, `SELECT count(*) FROM record`), "nothing is written before it was seen")

			p.TabTo("#save button.main")
			p.Press("Enter")
			p.Wait("location.search.includes('done=repair')")
			p.WaitFor("#answer")
			require.Equal(t, promised, browsertest.Eval[string](p, "document.querySelector('[data-used]').dataset.used"))
			require.Equal(t, "13", promised, "9 days until the stamp and 4 since the second entry")
			p.Screenshot("files-repaired-" + language)
			p.CheckAccessible()
			require.Equal(t, 1, s.count(t, `SELECT count(*) FROM movement WHERE origin = 'stamp_import' AND source = 'local'`))
		})
	}
}

func TestPurposeAndWrongInputAreAskedForInWords(t *testing.T) {
	s := open(t)
	event := s.cross(t, "ERIKSSON", "ANNA", "1974-08-12", "X1", border.Entry, 3)
	client := s.SignedIn(t, s.Person(t, auth.RoleSupervisor, "samira"))
	file := "/files/" + event.TravellerID.String()
	answer := s.Get(t, client, file)
	require.Equal(t, http.StatusUnprocessableEntity, answer.Status, answer.Body)
	require.NotContains(t, answer.Body, "ERIKSSON", "without a purpose nothing is shown")
	require.Equal(t, http.StatusOK, s.Get(t, client, file+"?purpose=complaint").Status)
	require.Equal(t, http.StatusNotFound, s.Get(t, client, "/files/"+uuid.NewString()+"?purpose=complaint").Status)
	require.Equal(t, http.StatusNotFound, s.Get(t, client, "/files/7?purpose=complaint").Status)

	form := url.Values{"step": {"save"}, "direction": {"exit"}, "date": {"2026-13-01"}, "station": {"X"}, "origin": {"paper"}, "ground": {"missing_exit"}, "evidence": {"ticket"}}
	answer = s.Post(t, client, file+"/repair", form)
	require.Equal(t, http.StatusUnprocessableEntity, answer.Status)
	require.Contains(t, answer.Body, `id="field-date-fault"`)
	for field, wrong := range map[string]string{
		"direction": "", "date": "2027-01-01", "station": " ", "origin": "live", "ground": "swapping", "evidence": "x", "clock": "25:00", "until": "soon", "basis": "tourism",
	} {
		form.Set("date", "2026-11-20")
		with := url.Values{}
		for k, v := range form {
			with[k] = v
		}
		with[field] = []string{wrong}
		answer = s.Post(t, client, file+"/repair", with)
		require.Equal(t, http.StatusUnprocessableEntity, answer.Status, field)
		require.Contains(t, answer.Body, `id="field-`+field+`-fault"`, field)
	}
	require.Zero(t, s.count(t, `SELECT count(*) FROM record`))
	require.NotContains(t, s.Logs.String(), "ERIKSSON")
}
