package visanotice_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/issue"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/pdfprint"
	"github.com/openbmis/openbmis/internal/postgres/visadb"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/seal"
	"github.com/openbmis/openbmis/traveldoc/seal/barcode"
	"github.com/openbmis/openbmis/ui/visanotice"
	"github.com/openbmis/openbmis/ui/web"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

func date(text string) traveldoc.Date {
	d, err := traveldoc.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func signer(t testing.TB) *issue.Signer {
	t.Helper()
	s, err := issue.OpenSigner(t.TempDir(), issue.SignerOptions{
		Country: "UT", Name: "VS", State: "UTO", Random: rand.Reader, Now: func() time.Time { return noon },
	})
	require.NoError(t, err)
	return s
}

func notices(t testing.TB, s *issue.Signer, press visanotice.Press) *visanotice.Notices {
	t.Helper()
	n, err := visanotice.New(visanotice.Options{Signer: s, Policy: evisa.DefaultPolicy("UTO"), Press: press, Address: "https://visa.example/verify"})
	require.NoError(t, err)
	return n
}

func press() *pdfprint.Printer {
	return pdfprint.New(pdfprint.Config{Within: time.Minute, AtOnce: 1})
}

func visa(kind string) evisa.Visa {
	code := map[string]string{evisa.KindVisa: "T", evisa.KindAuthorisation: "A"}[kind]
	return evisa.Visa{
		Number: "E7KXR4MTQ", Version: 1, Standing: evisa.InForce, Type: code, Kind: kind, Purpose: "tourism", IssuedAt: noon, Authority: "Visa Office",
		Reference: "7KXR4MTQC",
		Identity:  traveldoc.Identity{Surname: "ERIKSSON", GivenNames: "ANNA MARIA", BirthDate: date("1974-08-12"), Sex: "F", Nationality: "UTO"},
		Document:  traveldoc.Document{Code: "P", Number: "L898902C3", IssuingState: "UTO", ExpiryDate: date("2030-04-15")},
		Terms: evisa.Terms{
			From: date("2026-12-01"), Until: date("2027-01-31"), Days: 20, Entries: 0, Conditions: []string{"no_work", "insurance"}, Ports: []string{"north"},
		},
	}
}

func keep(t testing.TB, name string, content []byte) {
	t.Helper()
	if dir := os.Getenv("BMIS_SCREENSHOTS"); dir != "" {
		require.NoError(t, os.MkdirAll(dir, 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), content, 0o644))
	}
}

// The notice as PDF: Arabic is joined and drawn, and no number is turned round.
func TestTheNoticeAsPDFInEveryLanguage(t *testing.T) {
	n := notices(t, signer(t), press())
	for language, words := range map[string]string{
		"en": "Visa granted", "fr": "Travail interdit", "es": "Visado concedido", "ar": "تاريخ الميلاد",
	} {
		t.Run(language, func(t *testing.T) {
			pdf, err := n.Print(t.Context(), visa(evisa.KindVisa), language)
			require.NoError(t, err)
			keep(t, "visa-notice-"+language+".pdf", pdf)
			d := browsertest.ReadPDF(string(pdf))
			require.True(t, d.Has(words) || d.HasArabic(words), "%q in %q", words, d.Text)
			for _, value := range []string{
				"E7KXR4MTQ-0", "L898902C3", "ERIKSSON", "ANNA MARIA", "12 AUG 1974", "01 DEC 2026", "31 JAN 2027", "7KX-R4M-TQC", "V<UTOERIKSSON<<ANNA<MARIA",
				"https://visa.example/verify", "No employment",
			} {
				value = strings.ReplaceAll(value, "E7KXR4MTQ-0", evisa.Number("E7KXR4MTQ").String())
				require.True(t, d.Has(value), "%q in %q", value, d.Text)
			}
			if language == "ar" {
				require.Greater(t, d.ArabicShapes, d.ArabicLetters, "letters are joined")
				require.True(t, d.HasArabic("لا يسمح بالعمل"))
			}
		})
	}
}

// The seal is read from a picture of the notice as a person sees it on a screen, and is good; a notice whose code was exchanged is not.
func TestTheSealIsReadFromAPictureOfTheNotice(t *testing.T) {
	s := signer(t)
	n := notices(t, s, press())
	trusted := []*pki.Certificate{s.Certificates()[0].Certificate}
	for _, kind := range []string{evisa.KindVisa, evisa.KindAuthorisation} {
		html, err := n.HTML(t.Context(), visa(kind), "ar")
		require.NoError(t, err)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write([]byte(html))
		}))
		p := browsertest.Open(t, "ar")
		p.Size(1000, 1400)
		p.Goto(server.URL)
		p.CheckAccessible()
		picture := shot(t, p)
		server.Close()
		keep(t, "visa-notice-"+kind+".png", picture)
		codes, err := barcode.Read(picture)
		require.NoError(t, err)
		require.Len(t, codes, 1)
		a, err := seal.ParseAny(codes[0].Data)
		require.NoError(t, err)
		require.Equal(t, traveldoc.Pass, a.Judge(trusted).Verdict)
		forged := bytes.Clone(codes[0].Data)
		if kind == evisa.KindVisa {
			forged[60] ^= 1
		} else {
			forged = bytes.Replace(forged, []byte("2027-01-31"), []byte("2029-01-31"), 1)
		}
		b, err := seal.ParseAny(forged)
		require.NoError(t, err)
		require.Equal(t, traveldoc.Fail, b.Judge(trusted).Verdict)
	}
}

func TestNoNoticeOfWhatIsNotInForce(t *testing.T) {
	v := visa(evisa.KindVisa)
	v.Standing = evisa.Revoked
	_, err := notices(t, signer(t), press()).HTML(t.Context(), v, "en")
	require.ErrorIs(t, err, issue.ErrNotInForce)
}

// What somebody wrote is shown as he wrote it and does nothing.
func TestANoticeEscapes(t *testing.T) {
	v := visa(evisa.KindVisa)
	v.Identity.Surname = `<script>alert(1)</script>`
	html, err := notices(t, signer(t), press()).HTML(t.Context(), v, "en")
	require.NoError(t, err)
	require.NotContains(t, html, "<script")
}

type nobody struct{}

func (nobody) Available() bool                               { return false }
func (nobody) Print(context.Context, string) ([]byte, error) { return nil, pdfprint.ErrNoBrowser }

// site is a centre with the register and the notices.
type site struct {
	*webtest.Site
	register *visadb.Register
}

func open(t testing.TB, press visanotice.Press) *site {
	t.Helper()
	made := &site{}
	made.Site = webtest.New(t, migrations.Central, func(s *webtest.Site) {
		keys, err := vault.OpenFiles(t.TempDir(), rand.Reader, s.Clock.Now)
		require.NoError(t, err)
		made.register = visadb.New(visadb.Options{
			DB: s.DB, Wrapping: keys, Random: rand.Reader, Now: s.Clock.Now, NewID: uuid.New, QueryKey: make([]byte, 32), Policy: evisa.DefaultPolicy("UTO"),
		})
		n, err := visanotice.New(visanotice.Options{Register: made.register, Signer: signer(t), Policy: evisa.DefaultPolicy("UTO"), Press: press})
		require.NoError(t, err)
		n.Handle(s.Server)
		s.Handle(http.MethodGet, "/", auth.SessionOwn, func(c *web.Context) error { return c.SeeOther("/account") })
	})
	return made
}

func (s *site) issue(t testing.TB) (v evisa.Visa) {
	t.Helper()
	example := visa(evisa.KindVisa)
	require.NoError(t, s.DB.InTx(t.Context(), func(tx pgx.Tx) (err error) {
		v, err = s.register.Issue(t.Context(), tx, evisa.Grant{
			Application: evisa.Application{ID: uuid.New(), Reference: example.Reference, Identity: example.Identity, Document: example.Document, Language: "fr"},
			Type:        "T", Kind: evisa.KindVisa, Officer: "olga", Actor: audit.Actor{ID: "u2", Name: "olga", Role: "visa_officer"}, At: s.Clock.Now(), Authority: "Visa Office",
			Terms: evisa.Terms{From: date("2026-12-01"), Until: date("2027-01-31"), Days: 20, Entries: 1},
		})
		return err
	}))
	return v
}

func TestAnOfficerSeesTheNotice(t *testing.T) {
	s := open(t, press())
	v := s.issue(t)
	client := s.SignedIn(t, s.Person(t, auth.RoleVisaOfficer, "olga"))
	page := s.Get(t, client, visanotice.Path(v.Application, 1))
	require.Equal(t, http.StatusOK, page.Status)
	require.Contains(t, page.Body, "Visa accordé")
	require.Contains(t, page.Body, v.Number.String())
	file := s.Get(t, client, pdfOf(v))
	require.Equal(t, http.StatusOK, file.Status)
	require.True(t, strings.HasPrefix(file.Body, "%PDF-"))
	require.Equal(t, `inline; filename="visa-notice.pdf"`, file.Header.Get("Content-Disposition"), "no number in the folder of downloads")
	for _, wrong := range []string{uuid.NewString() + "?n=1", v.Application.String() + "?n=2", v.Application.String() + "?n=0", v.Application.String(), string(v.Number), "x", "../account"} {
		require.Equal(t, http.StatusNotFound, s.Get(t, client, "/visa-notices/"+wrong).Status, wrong)
	}
	var reads int
	require.NoError(t, s.DB.Pool.QueryRow(t.Context(), `SELECT count(*) FROM audit WHERE verb = 'consultation' AND object_id = $1`, v.Application.String()).Scan(&reads))
	require.Equal(t, 2, reads)
	_, err := s.register.Revoke(t.Context(), v.Number, visadb.Act{Actor: audit.Actor{ID: "s", Name: "s", Role: "visa_supervisor"}, Reason: "alert", Version: 1})
	require.NoError(t, err)
	page = s.Get(t, client, visanotice.Path(v.Application, 1))
	require.Contains(t, page.Body, "not in force any more")
	require.NotContains(t, page.Body, "data:image/png")
	require.Equal(t, http.StatusConflict, s.Get(t, client, pdfOf(v)).Status)
	analyst := s.SignedIn(t, s.Person(t, auth.RoleAnalyst, "ada"))
	require.Equal(t, http.StatusForbidden, s.Get(t, analyst, visanotice.Path(v.Application, 1)).Status)
}

func TestWithoutABrowserThePageSaysSo(t *testing.T) {
	s := open(t, nobody{})
	v := s.issue(t)
	client := s.SignedIn(t, s.Person(t, auth.RoleVisaOfficer, "olga"))
	require.Contains(t, s.Get(t, client, visanotice.Path(v.Application, 1)).Body, "no program that makes a PDF")
	require.Equal(t, http.StatusServiceUnavailable, s.Get(t, client, pdfOf(v)).Status)
}

func BenchmarkNotice(b *testing.B) {
	n := notices(b, signer(b), press())
	for b.Loop() {
		if _, err := n.Print(b.Context(), visa(evisa.KindVisa), "ar"); err != nil {
			b.Fatal(err)
		}
	}
}

// shot is a picture of what the page shows.
func shot(t *testing.T, p *browsertest.Page) []byte {
	t.Helper()
	dir := os.Getenv("BMIS_SCREENSHOTS")
	t.Setenv("BMIS_SCREENSHOTS", t.TempDir())
	p.Screenshot("notice")
	picture, err := os.ReadFile(filepath.Join(os.Getenv("BMIS_SCREENSHOTS"), "notice.png"))
	require.NoError(t, err)
	t.Setenv("BMIS_SCREENSHOTS", dir)
	return picture
}

func pdfOf(v evisa.Visa) string { return "/visa-notices/" + v.Application.String() + "/pdf?n=1" }
