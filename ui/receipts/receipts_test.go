package receipts_test

import (
	"bytes"
	"crypto/rand"
	"image"
	"image/color"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/border/receipt"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/postgres/receiptdb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/seal/qr"
	"github.com/openbmis/openbmis/ui/receipts"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/web"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

type station struct {
	*webtest.Site
	facts *stationdb.Store
	store *receiptdb.Store
}

func open(t testing.TB) station {
	t.Helper()
	var store *receiptdb.Store
	site := webtest.New(t, migrations.Station, func(s *webtest.Site) {
		store = receiptdb.New(s.DB, webtest.Post, func() {})
		office := &receipt.Office{Store: store, State: "UTO", Zone: time.UTC, Now: s.Clock.Now, NewID: uuid.New}
		signer, err := receipt.NewSigner(rand.Reader, webtest.Post, s.Clock.Now().Add(-time.Hour))
		require.NoError(t, err)
		require.NoError(t, store.KeepOwn(t.Context(), signer.PublicKey))
		office.SignWith(signer)
		receipts.Register(s.Server, office, view.Post{ID: webtest.Post, Name: "Almara airport"})
		s.Handle(http.MethodGet, "/", auth.SessionOwn, func(c *web.Context) error { return c.SeeOther("/verify") })
		s.Handle(http.MethodGet, "/counter", auth.CrossingRecord, func(c *web.Context) error { return c.NoContent(http.StatusNoContent) })
	})
	return station{site, stationdb.New(site.DB, uuid.New, func() {}), store}
}

func date(t testing.TB, s string) traveldoc.Date {
	t.Helper()
	d, err := traveldoc.ParseDate(s)
	require.NoError(t, err)
	return d
}

// cross admits a traveller of the nationality for 90 days.
func (s station) cross(t testing.TB, nationality string, status border.Status) border.CrossingEvent {
	t.Helper()
	scan := bordertest.Scan("12AB34567")
	scan.Identity = traveldoc.Identity{Surname: "MARTIN", GivenNames: "SOPHIE LOUISE", BirthDate: date(t, "1984-02-03"), Sex: "F", Nationality: nationality}
	scan.Document.IssuingState, scan.Station, scan.At = nationality, webtest.Post, s.Clock.Now()
	require.NoError(t, s.facts.OpenScan(t.Context(), scan, bordertest.Entry(audit.Consultation, "inspection", scan.ID)))
	e := bordertest.Event(scan, s.Clock.Now())
	e.Status, e.Zone, e.Findings = status, "Europe/Lisbon", e.Findings[:1]
	e.Grant = &border.Grant{MaxDays: 90, Until: date(t, "2027-02-18"), Rule: "90/180"}
	e.Decision.OnArrival = &border.ArrivalVisa{
		Number: "A7KXR4MTQ", ArrivalTerms: border.ArrivalTerms{Rule: "arrival", Days: 90, FeeMinor: 5000, Currency: "EUR"}, Receipt: "R-17",
	}
	e, err := s.facts.Record(t.Context(), scan.ID, e, bordertest.Entry(audit.Collection, "crossing", e.CrossingID))
	require.NoError(t, err)
	return e
}

func (s station) count(t testing.TB, query string) int {
	t.Helper()
	var n int
	require.NoError(t, s.DB.Pool.QueryRow(t.Context(), query).Scan(&n))
	return n
}

// An officer prints a receipt by keyboard alone, in the traveller's language whatever his own is.
func TestAReceiptIsPrintedByKeyboard(t *testing.T) {
	for language, c := range map[string]struct{ nationality, offered, title, dir string }{
		"en": {"EGY", "ar", "إيصال عبور الحدود", "rtl"}, "ar": {"FRA", "fr", "Récépissé de passage de la frontière", "ltr"},
		"fr": {"MEX", "es", "Recibo de cruce de frontera", "ltr"}, "es": {"DEU", "en", "Receipt of border crossing", "ltr"},
	} {
		t.Run(language, func(t *testing.T) {
			s := open(t)
			e := s.cross(t, c.nationality, border.Provisional)
			p := browsertest.Open(t, language)
			p.Size(1366, 768)
			s.SignIn(p, s.Person(t, auth.RoleOfficer, "olga", language))
			p.Goto(s.URL + "/receipts/" + e.CrossingID.String())
			p.WaitFocus("button[data-hotkey=F9]")
			require.Equal(t, c.offered, p.Value("#field-language"))
			p.Screenshot("receipt-ask-" + language)
			p.CheckAccessible()
			p.CheckNoSidewaysScroll()

			p.Press("F9")
			p.WaitFor("article.receipt svg.code")
			require.Equal(t, c.title, p.Text("article.receipt h2"))
			require.Equal(t, c.dir, browsertest.Eval[string](p, "document.querySelector('article.receipt').dir"))
			p.Wait("!document.querySelector('[data-print-now]') && !location.search.includes('print=1')")
			p.Screenshot("receipt-copy-" + language)
			p.CheckAccessible()
			p.CheckNoSidewaysScroll()
			paper := p.Text("article.receipt")
			for _, stated := range []string{"MARTIN, SOPHIE LOUISE", "12AB34567", "2026-11-21 08:00 +00:00", "18 FEB 2027", "90", webtest.Post + "-000001", "Almara airport", "A7KXR4MTQ-", "50.00 EUR · R-17"} {
				require.Contains(t, paper, stated)
			}
			require.Contains(t, paper, map[string]string{"ar": "مؤقت", "fr": "PROVISOIRE", "es": "PROVISIONAL", "en": "PROVISIONAL"}[c.offered])
			require.NotContains(t, browsertest.Eval[string](p, "document.title"), "MARTIN")
			require.Equal(t, 1, s.count(t, `select count(*) from record where kind = 'receipt.issued'`))

			p.Press("F10") // one more copy is one more record
			p.Wait("location.pathname.endsWith('" + e.CrossingID.String() + "') && document.readyState === 'complete'")
			p.WaitFocus("button[data-hotkey=F9]")
			p.Press("F9")
			p.Wait("location.pathname.endsWith('/copies/2')")
			require.Equal(t, 2, s.count(t, `select copies from receipt`))
		})
	}
}

var svgPath = regexp.MustCompile(`<svg class="code" viewBox="0 0 (\d+) \d+"[^>]*>.*?<path d="([^"]+)"`)

// drawn is the code of a page as pixels, from its path alone.
func drawn(t testing.TB, page string) []byte {
	t.Helper()
	found := svgPath.FindStringSubmatch(page)
	require.Len(t, found, 3)
	side, err := strconv.Atoi(found[1])
	require.NoError(t, err)
	const scale = 4
	img := image.NewGray(image.Rect(0, 0, side*scale, side*scale))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	for _, run := range regexp.MustCompile(`M(\d+) (\d+)h(\d+)`).FindAllStringSubmatch(found[2], -1) {
		x, _ := strconv.Atoi(run[1])
		y, _ := strconv.Atoi(run[2])
		n, _ := strconv.Atoi(run[3])
		for py := y * scale; py < (y+1)*scale; py++ {
			for px := x * scale; px < (x+n)*scale; px++ {
				img.SetGray(px, py, color.Gray{})
			}
		}
	}
	var out bytes.Buffer
	require.NoError(t, png.Encode(&out, img))
	return out.Bytes()
}

// issued prints a copy and gives its page.
func (s station) issued(t testing.TB, client *http.Client, e border.CrossingEvent) string {
	t.Helper()
	answer := s.Post(t, client, "/receipts/"+e.CrossingID.String(), url.Values{"language": {"en"}, "paper": {"a4"}})
	require.Equal(t, http.StatusSeeOther, answer.Status, answer.Body)
	page := s.Get(t, client, answer.Header.Get("Location"))
	require.Equal(t, http.StatusOK, page.Status)
	require.Contains(t, page.Body, `class="receipt a4"`)
	return page.Body
}

// The code as it is drawn on the page verifies elsewhere, with nothing but the file of keys that anybody may fetch.
func TestTheDrawnCodeVerifiesWithTheFileOfKeys(t *testing.T) {
	s := open(t)
	client := s.SignedIn(t, s.Person(t, auth.RoleOfficer, "olga"))
	code, err := qr.Read(drawn(t, s.issued(t, client, s.cross(t, "FRA", border.Confirmed))))
	require.NoError(t, err)
	file := s.Get(t, s.Client(t), "/receipts/keys.json")
	require.Equal(t, http.StatusOK, file.Status)
	keys, err := receipt.ParseKeyFile([]byte(file.Body))
	require.NoError(t, err)
	sealed, err := receipt.Decode([]byte(code))
	require.NoError(t, err)
	r := receipt.KeysOf(keys.Keys).Verify(sealed, "12AB34567")
	require.Equal(t, receipt.Genuine, r.Verdict, r.Detail)
	require.Equal(t, date(t, "2027-02-18"), r.Content.Until)
}

// The three answers of the page, by a scanner that types, in two directions of writing.
func TestVerifyingByScanner(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			s, other := open(t), open(t)
			officer := s.Person(t, auth.RoleOfficer, "olga", language)
			client := s.SignedIn(t, officer)
			e := s.cross(t, "FRA", border.Confirmed)
			code, err := qr.Read(drawn(t, s.issued(t, client, e)))
			require.NoError(t, err)
			foreign, err := qr.Read(drawn(t, other.issued(t, other.SignedIn(t, other.Person(t, auth.RoleOfficer, "omar")), other.cross(t, "FRA", border.Confirmed))))
			require.NoError(t, err)
			forged := []byte(code)
			forged[60] = map[bool]byte{true: 'B', false: 'A'}[forged[60] == 'A']

			p := browsertest.Open(t, language)
			p.Size(1366, 768)
			s.SignIn(p, officer)
			verify := func(code, verdict string) {
				p.Goto(s.URL + "/verify")
				p.WaitFocus("[name=code]")
				p.Scan(code, "\r")
				p.WaitFor("#verdict[data-verdict=" + verdict + "]")
				p.Screenshot("verify-" + verdict + "-" + language)
				p.CheckAccessible()
				p.CheckNoSidewaysScroll()
			}
			verify(code, "genuine")
			p.WaitFor("#verdict .no-hit")
			require.Contains(t, p.Text("#verdict"), "Almara airport ("+webtest.Post+")")
			verify(string(forged), "not_genuine")
			p.WaitFor("#verdict .hit")
			verify(foreign, "cannot_say")
			p.WaitFor("#verdict .not-checked")
			require.Zero(t, browsertest.Eval[int](p, "document.querySelectorAll('#verdict .no-hit').length"), "amber is not green")
		})
	}
}

func TestAnAnnulledCrossingHasNoReceiptAndItsOldOneIsToldOf(t *testing.T) {
	s := open(t)
	client := s.SignedIn(t, s.Person(t, auth.RoleOfficer, "olga"))
	e := s.cross(t, "FRA", border.Confirmed)
	code, err := qr.Read(drawn(t, s.issued(t, client, e)))
	require.NoError(t, err)
	_, err = s.facts.Annul(t.Context(), border.CorrectionEvent{
		CorrectionID: uuid.New(), CrossingID: e.CrossingID, Station: webtest.Post, Lane: "1", Officer: "o", Reason: "wrong_key", CorrectedAt: s.Clock.Now(),
	}, time.Time{}, bordertest.Entry(audit.Alteration, "crossing", e.CrossingID))
	require.NoError(t, err)
	require.Equal(t, http.StatusConflict, s.Get(t, client, "/receipts/"+e.CrossingID.String()).Status)
	require.Equal(t, http.StatusConflict, s.Post(t, client, "/receipts/"+e.CrossingID.String(), url.Values{"language": {"en"}}).Status)
	require.Contains(t, s.Get(t, client, "/receipts/"+e.CrossingID.String()+"/copies/1").Body, "annulled after")
	verified := s.Post(t, client, "/verify", url.Values{"code": {code}})
	require.Contains(t, verified.Body, `data-verdict="genuine"`)
	require.Contains(t, verified.Body, "The crossing was annulled after this receipt was printed.")
}

func TestWhatIsAskedWrongly(t *testing.T) {
	s := open(t)
	client := s.SignedIn(t, s.Person(t, auth.RoleOfficer, "olga"))
	e := s.cross(t, "FRA", border.Confirmed)
	for path, status := range map[string]int{
		"/receipts/nonsense": http.StatusNotFound, "/receipts/" + uuid.NewString(): http.StatusNotFound,
		"/receipts/" + e.CrossingID.String() + "/copies/1": http.StatusNotFound, "/receipts/" + e.CrossingID.String() + "/copies/x": http.StatusNotFound,
		"/receipts/" + e.CrossingID.String() + "/copies/99999999999": http.StatusNotFound,
	} {
		require.Equal(t, status, s.Get(t, client, path).Status, path)
	}
	require.Equal(t, http.StatusUnprocessableEntity, s.Post(t, client, "/receipts/"+e.CrossingID.String(), url.Values{"language": {"de"}}).Status)
	for _, code := range []string{"", "<script>alert(1)</script>", "BMIS1:ZZZZ"} {
		require.Contains(t, s.Post(t, client, "/verify", url.Values{"code": {code}}).Body, `data-verdict="not_genuine"`, code)
	}
	require.NotContains(t, s.Logs.String(), "MARTIN")
	require.NotContains(t, s.Logs.String(), "12AB34567")
}

// A picture of the code is read at the station; nothing of it is kept.
func TestVerifyingAPicture(t *testing.T) {
	s := open(t)
	client := s.SignedIn(t, s.Person(t, auth.RoleOfficer, "olga"))
	picture := drawn(t, s.issued(t, client, s.cross(t, "FRA", border.Confirmed)))
	page := s.upload(t, client, picture)
	require.Contains(t, page, `data-verdict="genuine"`)
	require.Contains(t, page, "The document shown is the one of the receipt")
	require.Contains(t, s.upload(t, client, []byte("no picture")), "No code was found in the picture")
}

func (s station) upload(t testing.TB, client *http.Client, picture []byte) string {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("picture", "code.png")
	require.NoError(t, err)
	_, err = part.Write(picture)
	require.NoError(t, err)
	require.NoError(t, form.WriteField("number", "12AB34567"))
	require.NoError(t, form.Close())
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/verify", &body)
	require.NoError(t, err)
	request.Header.Set("Content-Type", form.FormDataContentType())
	request.Header.Set("Origin", s.URL)
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	answer, err := client.Do(request)
	require.NoError(t, err)
	defer func() { require.NoError(t, answer.Body.Close()) }()
	var out bytes.Buffer
	_, err = out.ReadFrom(answer.Body)
	require.NoError(t, err)
	return out.String()
}

func TestRouteMatrix(t *testing.T) {
	webtest.Matrix(t, open(t).Server, filepath.Join("testdata", "matrix.golden"))
}
