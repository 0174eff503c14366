package refusals_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/border/refusal"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/pdfprint"
	"github.com/openbmis/openbmis/internal/postgres/refusaldb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/refusals"
	"github.com/openbmis/openbmis/ui/web"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

type station struct {
	*webtest.Site
	scans *stationdb.Store
}

func open(t testing.TB, language string, press refusals.Press) *station {
	t.Helper()
	made := &station{}
	made.Site = webtest.New(t, migrations.Station, func(s *webtest.Site) {
		made.scans = stationdb.New(s.DB, uuid.New, func() {})
		reasons, err := refusal.Default()
		require.NoError(t, err)
		appeal, err := refusal.DefaultAppeal()
		require.NoError(t, err)
		refusals.Register(s.Server, refusals.Options{
			Store: refusaldb.New(refusaldb.Config{
				DB: s.DB, Post: border.Post{Station: webtest.Post, Zone: time.UTC}, Status: func() border.Status { return border.Confirmed },
				Reasons: reasons.Version, Now: s.Clock.Now, NewID: uuid.New, Nudge: func() {},
			}),
			Press: press, Reasons: reasons, Appeal: appeal, State: "UTO", Place: "Port Almara", Language: language,
		})
		s.Handle(http.MethodGet, "/", auth.SessionOwn, func(c *web.Context) error { return c.SeeOther("/account") })
	})
	return made
}

func press() *pdfprint.Printer {
	return pdfprint.New(pdfprint.Config{Within: time.Minute, AtOnce: 1})
}

// refuse writes a refusal as the second line does.
func (s *station) refuse(t testing.TB, change func(*border.CrossingEvent)) border.CrossingEvent {
	t.Helper()
	now := s.Clock.Now()
	scan := bordertest.Scan("L898902C3")
	scan.At = now
	require.NoError(t, s.scans.OpenScan(t.Context(), scan, bordertest.Entry(audit.Consultation, "inspection", scan.ID)))
	e := bordertest.Event(scan, now)
	e.CrossingID, e.Station, e.Officer, e.LocalDate = uuid.New(), webtest.Post, "sara", traveldoc.DateOf(now)
	e.Refusal = &border.Refusal{
		Reasons: []string{"B", "H"}, Remarks: "Page 12 was replaced.", Language: "ar", Signature: refusal.RefusedToSign, Biometrics: refusal.BiometricsRequired,
	}
	e.Transport = "XX 123"
	if change != nil {
		change(&e)
	}
	e.Decision = border.Decision{Verdict: border.Refuse, Reason: e.Refusal.Reasons[0]}
	require.NoError(t, s.DB.InTx(t.Context(), func(tx pgx.Tx) (err error) {
		if e.Refusal.Number, err = refusaldb.Number(t.Context(), tx, webtest.Post, now); err != nil {
			return err
		}
		e, err = s.scans.Write(t.Context(), tx, scan.ID, e, bordertest.Entry(audit.Collection, "crossing", e.CrossingID))
		return err
	}))
	return e
}

func (s *station) count(t testing.TB, what string, args ...any) int {
	t.Helper()
	var n int
	require.NoError(t, s.DB.Pool.QueryRow(t.Context(), "select count(*) from "+what, args...).Scan(&n))
	return n
}

func keep(t testing.TB, name string, content []byte) {
	t.Helper()
	if dir := os.Getenv("BMIS_SCREENSHOTS"); dir != "" {
		require.NoError(t, os.MkdirAll(dir, 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), content, 0o644))
	}
}

func TestTheFormAsPDFInEveryLanguage(t *testing.T) {
	s := open(t, "fr", press())
	client := s.SignedIn(t, s.Person(t, auth.RoleSecondLine, "sara"))
	for n, language := range refusal.Languages() {
		e := s.refuse(t, func(e *border.CrossingEvent) { e.Refusal.Language = language })
		for copies := 1; copies <= 2; copies++ {
			answer := s.Get(t, client, "/refusals/"+e.CrossingID.String()+"/form.pdf")
			require.Equal(t, http.StatusOK, answer.Status, answer.Body)
			require.Equal(t, "application/pdf", answer.Header.Get("Content-Type"))
			require.Contains(t, answer.Header.Get("Content-Disposition"), fmt.Sprintf("XAA-APT-2026-%06d.pdf", n+1))
			require.Equal(t, "no-store", answer.Header.Get("Cache-Control"))
			require.Equal(t, copies, s.count(t, "refusal_print where crossing_id = $1", e.CrossingID))
			keep(t, "refusal-"+language+".pdf", []byte(answer.Body))
			holdsTheForm(t, language, browsertest.ReadPDF(answer.Body), e, copies)
		}
	}
	require.Equal(t, 8, s.count(t, "audit where verb = 'disclosure' and object_kind = 'refusal'"))
	require.Equal(t, 8, s.count(t, "outbox where kind = 'refusal.issued'"))
}

// holdsTheForm looks into the PDF: its words can be taken out, numbers stand in their order, Arabic letters are joined, and the fonts are
// the form's own.
func holdsTheForm(t *testing.T, language string, d browsertest.PDF, e border.CrossingEvent, copies int) {
	t.Helper()
	reasons, err := refusal.Default()
	require.NoError(t, err)
	for _, number := range []string{e.Refusal.Number, "L898902C3", "XX 123", "12 AUG 1974", "ERIKSSON", "ANNA MARIA", "Page 12 was replaced.", "Port Almara"} {
		require.True(t, d.Has(number), "%q is not in the PDF:\n%s", number, d.Text)
	}
	for _, font := range d.Fonts {
		require.Regexp(t, "^(NotoSans|NotoSansArabic|NotoSansSymbols2|DejaVuSans)", font)
	}
	words := map[string]string{"en": "Copy %d", "fr": "Exemplaire %d", "es": "Ejemplar %d", "ar": "النسخة"}
	for _, in := range []string{language, "fr"} {
		for _, letter := range e.Refusal.Reasons {
			r, ok := reasons.Reason(letter, e.LocalDate)
			require.True(t, ok)
			if in == "ar" {
				require.True(t, d.HasArabic(r.Title.In(in)), "%q is not in the PDF:\n%s", r.Title.In(in), d.Text)
				continue
			}
			require.True(t, d.Has(r.Title.In(in)), r.Title.In(in))
			require.True(t, d.Has(r.Text.In(in)), r.Text.In(in))
		}
		if in == "ar" {
			require.True(t, d.HasArabic(words[in]))
			require.Greater(t, 2*d.ArabicShapes, 3*d.ArabicLetters, "letters have their joined shapes")
			continue
		}
		require.True(t, d.Has(fmt.Sprintf(words[in], copies)))
	}
}

func TestTheFormByKeyboard(t *testing.T) {
	for _, c := range []struct{ traveller, officer, own, dir string }{{"ar", "fr", "fr", "rtl"}, {"fr", "ar", "en", "ltr"}, {"en", "en", "en", "ltr"}} {
		t.Run(c.traveller+" "+c.own, func(t *testing.T) {
			s := open(t, c.own, press())
			e := s.refuse(t, func(e *border.CrossingEvent) {
				e.Refusal.Language = c.traveller
				e.Status = border.Provisional
				e.Particulars = map[string]string{"visa_number": "FRA123456789", "visa_until": "2026-12-31"}
			})
			p := browsertest.Open(t, c.officer)
			s.SignIn(p, s.Person(t, auth.RoleSecondLine, "sara", c.officer))
			p.Goto(s.URL + "/refusals/" + e.CrossingID.String())
			p.WaitFocus("button[data-hotkey=F2]")
			p.Screenshot("refusal-page-" + c.traveller)
			p.CheckAccessible()
			p.CheckNoSidewaysScroll()
			require.Equal(t, c.dir, browsertest.Eval[string](p, "document.querySelector('.sheet').dir"))
			require.Equal(t, 2, browsertest.Eval[int](p, "document.querySelectorAll('.reasons .ticked').length"))
			require.Equal(t, 10, browsertest.Eval[int](p, "document.querySelectorAll('.reasons li').length"))
			require.Contains(t, p.Text(".sheet"), "XAA-APT-2026-000001")
			require.Contains(t, p.Text(".sheet"), "FRA123456789")
			require.NotEmpty(t, p.Text(".sheet .mark"), "it was decided without the centre")
			require.Zero(t, s.count(t, "refusal_print"), "looking is no copy")

			p.Do(printing)
			p.Screenshot("refusal-print-" + c.traveller)
			require.Zero(t, browsertest.Eval[int](p, "[...document.querySelectorAll('.top, .bottom, .tools')].filter(e => e.checkVisibility()).length"))
			p.Do(onScreen)
			p.Press("F2")
			p.Wait("document.querySelector('.paper[data-print-now]') && document.readyState === 'complete'")
			p.Wait("location.search === ''")
			require.Equal(t, 1, s.count(t, "refusal_print where copy = 1"))
			require.Equal(t, 1, s.count(t, "record where kind = 'refusal.issued' and body ->> 'medium' = 'paper'"))
		})
	}
}

func TestWithoutABrowserThePageSaysSo(t *testing.T) {
	s := open(t, "en", pdfprint.New(pdfprint.Config{Path: pdfprint.Off}))
	e := s.refuse(t, nil)
	client := s.SignedIn(t, s.Person(t, auth.RoleSecondLine, "sara"))
	page := s.Get(t, client, "/refusals/"+e.CrossingID.String())
	require.Contains(t, page.Body, "no program that makes a PDF")
	require.NotContains(t, page.Body, "form.pdf")
	require.Equal(t, http.StatusServiceUnavailable, s.Get(t, client, "/refusals/"+e.CrossingID.String()+"/form.pdf").Status)
	require.Zero(t, s.count(t, "refusal_print"), "a copy that was not made is not counted")
	require.Equal(t, http.StatusSeeOther, s.Post(t, client, "/refusals/"+e.CrossingID.String()+"/prints", nil).Status)
	require.Equal(t, 1, s.count(t, "refusal_print"))
	for _, path := range []string{"/refusals/x", "/refusals/" + uuid.NewString(), "/refusals/x/form.pdf"} {
		require.Equal(t, http.StatusNotFound, s.Get(t, client, path).Status, path)
	}
	require.NotContains(t, s.Logs.String(), "ERIKSSON")
}

// slowPress counts another copy while it prints.
type slowPress struct {
	meanwhile func()
	printed   int
}

func (*slowPress) Available() bool { return true }

func (p *slowPress) Print(_ context.Context, html string) ([]byte, error) {
	p.printed++
	if p.printed == 1 {
		p.meanwhile()
	}
	_, after, _ := strings.Cut(html, "Copy ")
	return []byte("copy " + after[:1]), nil
}

func TestNoTwoCopiesBearOneNumber(t *testing.T) {
	p := &slowPress{}
	s := open(t, "en", p)
	e := s.refuse(t, func(e *border.CrossingEvent) { e.Refusal.Language = "en" })
	client := s.SignedIn(t, s.Person(t, auth.RoleSecondLine, "sara"))
	p.meanwhile = func() { s.Post(t, client, "/refusals/"+e.CrossingID.String()+"/prints", nil) }
	answer := s.Get(t, client, "/refusals/"+e.CrossingID.String()+"/form.pdf")
	require.Equal(t, "copy 2", answer.Body)
	require.Equal(t, 2, s.count(t, "refusal_print"))
	require.Equal(t, 2, p.printed)
}

func TestTheFormEscapesAndKeepsItsWords(t *testing.T) {
	s := open(t, "es", press())
	e := s.refuse(t, func(e *border.CrossingEvent) {
		e.Refusal = &border.Refusal{
			Reasons: []string{"A", "J"}, Remarks: "<script>alert(1)</script> \u202eltr", Language: "es", Signature: refusal.Signed,
			Biometrics: refusal.BiometricsNotAllowed,
		}
		e.Identity.Surname = "O'<b>NEIL"
	})
	client := s.SignedIn(t, s.Person(t, auth.RoleSecondLine, "sara", "en"))
	page := s.Get(t, client, "/refusals/"+e.CrossingID.String()).Body
	require.NotContains(t, page, "<script>alert")
	require.NotContains(t, page, "<b>NEIL")
	require.Contains(t, page, "La persona interesada carece de un documento")
	require.Contains(t, page, "se niega a facilitar los datos biométricos")
	require.NotContains(t, page, "figura en un registro", "legal text of ticked reasons alone")
	require.NotContains(t, page, "se negó a firmar")
	sheet := page[strings.Index(page, "<article"):]
	require.NotContains(t, sheet, `lang="en"`, "one language when both are the same")
}

func TestTheListOfTheDay(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			s := open(t, "en", press())
			for n, reasons := range [][]string{{"A"}, {"B", "H"}, {"A"}} {
				s.refuse(t, func(e *border.CrossingEvent) {
					e.Refusal.Reasons = reasons
					e.Status = []border.Status{border.Confirmed, border.Provisional}[n%2]
				})
			}
			p := browsertest.Open(t, language)
			s.SignIn(p, s.Person(t, auth.RoleSupervisor, "sven", language))
			p.Goto(s.URL + "/refusals")
			p.WaitFocus("tbody th a")
			p.Screenshot("refusals-list-" + language)
			p.CheckAccessible()
			p.CheckNoSidewaysScroll()
			require.Equal(t, 3, rows(p))
			links := browsertest.Eval[[]string](p, "[...document.querySelectorAll('a.count')].map(a => a.getAttribute('href') + ' ' + a.querySelector('strong').innerText.trim())")
			require.Len(t, links, 2+3+1)
			for _, link := range links {
				href, n, _ := strings.Cut(link, " ")
				p.Goto(s.URL + href)
				require.Equal(t, n, fmt.Sprint(rows(p)), "the number is the rows behind it: %s", href)
			}
			p.Goto(s.URL + "/refusals")
			p.WaitFocus("tbody th a")
			p.Press("Enter")
			p.WaitFor(".sheet")
		})
	}
}

func rows(p *browsertest.Page) int {
	return browsertest.Eval[int](p, "document.querySelectorAll('tbody tr').length")
}

func TestWhoSeesRefusals(t *testing.T) {
	s := open(t, "en", press())
	e := s.refuse(t, nil)
	for n, role := range auth.Roles() {
		client := s.SignedIn(t, s.Person(t, role, fmt.Sprintf("p%d", n)))
		list, form := s.Get(t, client, "/refusals").Status, s.Get(t, client, "/refusals/"+e.CrossingID.String()).Status
		require.Equal(t, role == auth.RoleSupervisor, list == http.StatusOK, role)
		require.Equal(t, role == auth.RoleSupervisor || role == auth.RoleSecondLine, form == http.StatusOK, role)
	}
	client := s.SignedIn(t, s.Person(t, auth.RoleSupervisor, "sven"))
	wrong := s.Get(t, client, "/refusals?day=2026-13-01")
	require.Equal(t, http.StatusUnprocessableEntity, wrong.Status)
	require.Contains(t, wrong.Body, "such as 2026-11-21")
	require.Equal(t, http.StatusNotFound, s.Get(t, client, "/refusals?after=x,y").Status)
	require.Contains(t, s.Get(t, client, "/refusals?"+url.Values{"day": {"2020-01-01"}}.Encode()).Body, "No refusal.")
}
