package files_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"mime/multipart"
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
	"github.com/openbmis/openbmis/internal/postgres/fingertaskdb"
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
			Prints: fingertaskdb.New(fingertaskdb.Config{DB: s.DB, Nudge: func() {}}),
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
			bottom := browsertest.Eval[float64](p, "document.querySelector('#verdict button.main').getBoundingClientRect().bottom")
			require.LessOrEqual(t, bottom, 768.0, "two files are compared and decided upon without scrolling")
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

// The day of an exit is a day of presence, but who has left is not inside; times on one day count.
func TestWhereaboutsFollowTheLastMovement(t *testing.T) {
	s := open(t)
	client := s.SignedIn(t, s.Person(t, auth.RoleSupervisor, "samira"))
	in := s.cross(t, "ERIKSSON", "ANNA", "1984-02-03", "X1", border.Entry, 3)
	page := func() string {
		answer := s.Get(t, client, "/files/"+in.TravellerID.String()+"?purpose=complaint")
		require.Equal(t, http.StatusOK, answer.Status)
		require.NotContains(t, answer.Body, "1984-02-03")
		require.Contains(t, answer.Body, "03 FEB 1984", "a birth date is written as everywhere")
		_, rest, _ := strings.Cut(answer.Body, `id="whereabouts">`)
		words, _, _ := strings.Cut(rest, "<")
		return words
	}
	require.Contains(t, page(), "inside since")
	s.cross(t, "ERIKSSON", "ANNA", "1984-02-03", "X1", border.Exit, 0)
	require.Contains(t, page(), "left on")
	require.Contains(t, page(), webtest.Post)
}

// multipartForm is a form with a document, as a browser sends it.
func multipartForm(t *testing.T, values map[string]string, name, content string) (body *bytes.Buffer, kind string) {
	t.Helper()
	body = &bytes.Buffer{}
	w := multipart.NewWriter(body)
	for k, v := range values {
		require.NoError(t, w.WriteField(k, v))
	}
	if name != "" {
		part, err := w.CreateFormFile("evidence_file", name)
		require.NoError(t, err)
		_, err = part.Write([]byte(content))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return body, w.FormDataContentType()
}

func (p *post) upload(t *testing.T, client *http.Client, path string, values map[string]string, name, content string) (status int, body string) {
	t.Helper()
	form, kind := multipartForm(t, values, name, content)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.URL+path, form)
	require.NoError(t, err)
	for header, value := range map[string]string{"Content-Type": kind, "Origin": p.URL, "Sec-Fetch-Site": "same-origin"} {
		request.Header.Set(header, value)
	}
	response, err := client.Do(request)
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(text)
}

func TestVoidSwapAuthoriseWithEvidence(t *testing.T) {
	s := open(t)
	out := s.cross(t, "ERIKSSON", "ANNA", "1974-08-12", "X1", border.Exit, 9)
	in := s.cross(t, "ERIKSSON", "ANNA", "1974-08-12", "X1", border.Entry, 3)
	client := s.SignedIn(t, s.Person(t, auth.RoleSupervisor, "samira"))
	path := "/files/" + out.TravellerID.String()

	swap := map[string]string{"step": "save", "movement": out.CrossingID.String(), "movement_two": in.CrossingID.String(), "evidence": "the lanes were switched"}
	status, body := s.upload(t, client, path+"/repair?act=swap", swap, "lanes.txt", "a text is no evidence that is kept")
	require.Equal(t, http.StatusUnprocessableEntity, status)
	require.Contains(t, body, `id="field-evidence_file-fault"`)
	require.Contains(t, body, `id="preview-after"`, "the preview stays: only the document has to be chosen again")
	status, body = s.upload(t, client, path+"/repair?act=swap", swap, "lanes.pdf", "%PDF-1.7 the register of the lanes")
	require.Equal(t, http.StatusSeeOther, status, body)
	status, _ = s.upload(t, client, path+"/repair?act=swap", swap, "", "")
	require.Equal(t, http.StatusUnprocessableEntity, status, "both are voided: they are not to be chosen any more")
	for _, wrong := range []string{in.CrossingID.String(), "", "7"} {
		swap["movement"], swap["movement_two"] = wrong, wrong
		status, _ = s.upload(t, client, path+"/repair?act=swap", swap, "", "")
		require.Equal(t, http.StatusUnprocessableEntity, status)
	}

	page := s.Get(t, client, path+"?purpose=complaint")
	require.Equal(t, http.StatusOK, page.Status)
	_, rest, found := strings.Cut(page.Body, `href="`+path+"/evidence/")
	require.True(t, found, "the evidence is on the file")
	address, _, _ := strings.Cut(rest, `"`)
	document := s.Get(t, client, path+"/evidence/"+strings.ReplaceAll(address, "&amp;", "&"))
	require.Equal(t, "%PDF-1.7 the register of the lanes", document.Body)
	require.Equal(t, "application/pdf", document.Header.Get("Content-Type"))
	require.Contains(t, document.Header.Get("Content-Disposition"), "attachment")
	other := s.cross(t, "BERG", "BO", "1980-01-01", "X9", border.Entry, 1)
	foreign := "/files/" + other.TravellerID.String() + "/evidence/" + strings.ReplaceAll(address, "&amp;", "&")
	require.Equal(t, http.StatusNotFound, s.Get(t, client, foreign).Status, "of another person's file")

	var supplied string
	require.NoError(t, s.DB.Pool.QueryRow(t.Context(), `SELECT id::text FROM movement WHERE origin = 'late_electronic' AND direction = 'exit'`).Scan(&supplied))
	void := map[string]string{"step": "save", "movement": supplied, "ground": "never_crossed", "evidence": "the ticket was not used"}
	status, body = s.upload(t, client, path+"/repair?act=void", void, "", "")
	require.Equal(t, http.StatusSeeOther, status, body)

	change := map[string]string{
		"step": "preview", "kind": "extended", "date": "2026-11-21", "until": "2027-03-01", "authority": "Migration Office", "place": "Lanet",
		"sticker": "S 4711", "ground": "force_majeure", "evidence": "letter of the hospital",
	}
	status, body = s.upload(t, client, path+"/authorisation", change, "", "")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, body, "01 MAR 2027", "the preview tells the new last day")
	change["step"] = "change"
	status, body = s.upload(t, client, path+"/authorisation", change, "", "")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, body, "letter of the hospital", "what was typed is kept")
	change["step"] = "save"
	status, body = s.upload(t, client, path+"/authorisation", change, "", "")
	require.Equal(t, http.StatusSeeOther, status, body)
	change["place"] = "no\x00where"
	status, _ = s.upload(t, client, path+"/authorisation", change, "", "")
	require.Equal(t, http.StatusUnprocessableEntity, status)
	require.Equal(t, 1, s.count(t, `SELECT count(*) FROM authorisation`))
	require.Equal(t, 7, s.count(t, `SELECT count(*) FROM record`), "two voided and two supplied, their evidence, one voided, one change")
}

func TestChangeOfDocument(t *testing.T) {
	s := open(t)
	old := s.cross(t, "ERIKSSON", "ANNA", "1974-08-12", "X1", border.Entry, 9).TravellerID
	renewed := s.cross(t, "BERG", "ANNA", "1974-08-12", "Y2", border.Exit, 3).TravellerID
	client := s.SignedIn(t, s.Person(t, auth.RoleSupervisor, "samira"))
	path := "/files/" + old.String() + "/link?purpose=file_repair"
	for _, number := range []string{"", "--", "X1", "Z9"} {
		answer := s.Post(t, client, path, url.Values{"number": {number}})
		require.GreaterOrEqual(t, answer.Status, 400, number)
		require.Contains(t, answer.Body, `id="field-number-fault"`)
	}
	answer := s.Post(t, client, path, url.Values{"number": {"y2"}, "state": {"UTO"}})
	require.Equal(t, http.StatusOK, answer.Status)
	require.Contains(t, answer.Body, "ground=change_of_document")
	require.NotContains(t, answer.Body, "number=y2", "no document number in an address")

	pair := "/duplicates/" + old.String() + "/" + renewed.String()
	require.Equal(t, http.StatusOK, s.Get(t, client, pair+"?ground=change_of_document").Status)
	form := url.Values{"verdict": {"same"}, "ground": {"change_of_document"}, "evidence": {" "}}
	require.Equal(t, http.StatusUnprocessableEntity, s.Post(t, client, pair, form).Status, "no word without evidence")
	form.Set("evidence", "the old passport, cancelled, in hand")
	require.Equal(t, http.StatusSeeOther, s.Post(t, client, pair, form).Status)
	require.Equal(t, http.StatusConflict, s.Post(t, client, pair, form).Status, "somebody has said something since")
	page := s.Get(t, client, "/files/"+old.String()+"?purpose=file_repair")
	require.Contains(t, page.Body, "the old passport, cancelled, in hand")
	require.Contains(t, page.Body, ">Y2<")
	require.Equal(t, http.StatusNotFound, s.Get(t, client, "/duplicates/"+old.String()+"/"+old.String()).Status)
	require.Equal(t, http.StatusNotFound, s.Get(t, client, "/duplicates/"+old.String()+"/"+uuid.NewString()).Status)
}

// A long list is turned over by keyset, and its number is that of its rows.
func TestDuplicatesAreTurnedOver(t *testing.T) {
	s := open(t)
	for n := range 13 { // 13 files of one name: 78 pairs
		s.cross(t, "ERIKSSON", "ANNA", "1974-08-12", fmt.Sprintf("X%d", n), border.Entry, n)
	}
	client := s.SignedIn(t, s.Person(t, auth.RoleSupervisor, "samira"))
	first := s.Get(t, client, "/duplicates")
	require.Contains(t, first.Body, "78 pairs")
	_, rest, found := strings.Cut(first.Body, `href="/duplicates?after=`)
	require.True(t, found)
	after, _, _ := strings.Cut(rest, `"`)
	second := s.Get(t, client, "/duplicates?after="+after)
	require.Equal(t, 78, strings.Count(first.Body, "data-task=")+strings.Count(second.Body, "data-task="))
	require.NotContains(t, second.Body, `href="/duplicates?after=`, "the last page")
}
