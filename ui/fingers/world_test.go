package fingers_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/abis"
	"github.com/openbmis/openbmis/biometrics/capture/sbi"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
	"github.com/openbmis/openbmis/biometrics/record/fir"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/documentcheck"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/postgres/fingerdb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/internal/sbihttp"
	"github.com/openbmis/openbmis/internal/sbihttp/simulator"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/ui/counter"
	fingersui "github.com/openbmis/openbmis/ui/fingers"
	"github.com/openbmis/openbmis/ui/view/counterview"
	"github.com/openbmis/openbmis/ui/web"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

// deviceKey is made once: RSA keys take long.
var deviceKey = sync.OnceValue(func() *rsa.PrivateKey { //nolint:gochecknoglobals // made once for all tests
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// people are grown once for all tests: each finger takes a tenth of a second.
var people = sync.OnceValue(simulator.NewSynthetic) //nolint:gochecknoglobals // as above

// maker makes an authority and a signer that it certified.
func maker(t testing.TB) (*x509.CertPool, sbi.Signer) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	now := time.Now()
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign,
	}
	certify := func(template *x509.Certificate, public any) *x509.Certificate {
		der, err := x509.CreateCertificate(rand.Reader, template, root, public, key)
		require.NoError(t, err)
		made, err := x509.ParseCertificate(der)
		require.NoError(t, err)
		return made
	}
	root = certify(root, &key.PublicKey)
	device := certify(&x509.Certificate{
		SerialNumber: big.NewInt(2), NotBefore: root.NotBefore, NotAfter: root.NotAfter, KeyUsage: x509.KeyUsageDigitalSignature,
	}, &deviceKey().PublicKey)
	pool := x509.NewCertPool()
	pool.AddCert(root)
	return pool, sbi.Signer{Key: deviceKey(), Chain: []*x509.Certificate{device}, Random: rand.Reader}
}

// station is a counter with a real biometric store, a gallery, and an agent with a simulated reader behind the real client.
type station struct {
	*webtest.Site
	reader *simulator.Reader
	agent  *httptest.Server
	client *sbihttp.Client
	prints *fingerdb.Store
	engine *abis.Gallery
	desk   *border.Desk
	work   *fingers.Desk
	policy fingers.Policy
}

func open(t testing.TB, change ...func(*fingers.Policy)) *station {
	t.Helper()
	s := &station{engine: abis.NewGallery(fingerprint.NewGallery(fingerprint.GalleryOptions{}), time.Now), policy: fingers.DefaultPolicy()}
	for _, do := range change {
		do(&s.policy)
	}
	s.plugIn(t)
	s.Site = webtest.New(t, migrations.Station, func(site *webtest.Site) { s.build(t, site) })
	return s
}

// plugIn starts the agent and connects the station's client with it.
func (s *station) plugIn(t testing.TB) {
	t.Helper()
	trust, signer := maker(t)
	_, stranger := maker(t)
	s.reader = simulator.New(simulator.Options{
		Source: people(), Serial: "SIM000000001", Seed: 7, Compression: fir.PNG, Now: time.Now, Stranger: &stranger, Version: "test",
		Log: slog.New(slog.DiscardHandler), Assess: func(m biometrics.Image) (int, error) {
			a, err := fingerprint.Assess(m)
			return int(a.Score), err
		},
	})
	service := sbihttp.NewServer(sbihttp.ServerOptions{
		Reader: s.reader, Signer: signer, Now: time.Now, Log: slog.New(slog.DiscardHandler), Hosts: []string{"127.0.0.1"}, Break: s.reader.Break,
		Version: "test",
	})
	s.agent = httptest.NewServer(service)
	var err error
	s.client, err = sbihttp.New(sbihttp.Options{URL: s.agent.URL, Trust: trust, Decode: sbi.DecodeFIR, Now: time.Now})
	require.NoError(t, err)
	t.Cleanup(func() {
		s.client.Close()
		s.reader.Close()
		service.Close()
		s.agent.Close()
	})
}

func (s *station) build(t testing.TB, site *webtest.Site) {
	keys, err := vault.OpenFiles(t.TempDir(), rand.Reader, site.Clock.Now)
	require.NoError(t, err)
	s.prints = fingerdb.New(fingerdb.Options{
		DB: site.DB, Wrapping: keys, Random: rand.Reader, Now: site.Clock.Now, NewID: uuid.New, Station: webtest.Post, Zone: time.UTC,
	})
	s.work = fingers.NewDesk(fingers.DeskConfig{
		Store: s.prints, Policy: s.policy, Readers: fingers.OneReader(s.client), State: "UTO", Station: webtest.Post, Now: time.Now, NewID: uuid.New,
		Changed: func(ctx context.Context, lane string, scan uuid.UUID) {
			_, _ = s.desk.Renew(ctx, lane, scan, fingers.CheckName) // the traveller may be gone
		},
	})
	checks := []border.Check{documentcheck.Check{}, fingers.NewCheck(fingers.CheckConfig{
		Store: s.prints, Policy: s.policy, Engine: s.engine, Readers: fingers.OneReader(s.client), Failed: s.work.Failed, State: "UTO", Station: webtest.Post, Now: site.Clock.Now,
		NewID: uuid.New,
	})}
	plan := make([]border.Planned, len(checks))
	for n, check := range checks {
		plan[n] = border.Planned{Check: check, Deadline: 10 * time.Second}
	}
	s.desk = border.NewDesk(border.DeskConfig{
		Post:  border.Post{Station: webtest.Post, Zone: time.UTC, Mode: border.Air},
		Store: stationdb.New(site.DB, uuid.New, func() {}).Enrolling(s.prints), Plan: plan, State: "UTO", Undo: time.Minute,
		Now: site.Clock.Now, NewID: uuid.New,
	})
	lanes := []counterview.Lane{{Name: "1", Direction: border.Entry}, {Name: "2", Direction: border.Exit}}
	counter.New(s.desk, lanes, site.Door).With(counter.Parts{Fingers: true}).Register(site.Server)
	fingersui.New(fingersui.Options{
		Desk: s.work, Inspections: s.desk, Store: s.prints, Readers: fingers.OneReader(s.client), Lanes: lanes, NewID: uuid.New,
	}).Register(site.Server)
	site.Handle(http.MethodGet, "/", auth.SessionOwn, func(c *web.Context) error { return c.SeeOther("/counter") })
}

// load brings everybody's references into the gallery, as the station's own work does.
func (s *station) load(t testing.TB) {
	t.Helper()
	_, err := s.prints.Each(t.Context(), func(link uuid.UUID, prints []fingers.Print) error {
		var list []abis.Finger
		for _, p := range prints {
			list = append(list, abis.Finger{Position: p.Position, Template: p.Template})
		}
		return s.engine.Insert(t.Context(), link, list)
	})
	require.NoError(t, err)
}

// turn turns knobs of the simulated reader.
func (s *station) turn(t testing.TB, knobs string) {
	t.Helper()
	_, err := s.reader.Merge([]byte(knobs))
	require.NoError(t, err)
}

func (s *station) count(t testing.TB, table string) int {
	t.Helper()
	var n int
	require.NoError(t, s.DB.Pool.QueryRow(t.Context(), "select count(*) from "+table).Scan(&n))
	return n
}

// finding is the last decision's finding of the prints.
func (s *station) finding(t testing.TB) border.Finding {
	t.Helper()
	var f border.Finding
	require.NoError(t, s.DB.Pool.QueryRow(t.Context(), `select f from decision d, jsonb_array_elements(d.event -> 'findings') f
		where f ->> 'check' = 'fingerprints' order by d.decided_at desc limit 1`).Scan(&f))
	return f
}

func zone(t testing.TB, surname, number, nationality string) string {
	t.Helper()
	date := func(s string) traveldoc.Date {
		d, err := traveldoc.ParseDate(s)
		require.NoError(t, err)
		return d
	}
	lines, err := mrz.Encode(mrz.TD3, traveldoc.Document{Code: "P", Number: number, IssuingState: nationality, ExpiryDate: date("2031-05-06")},
		traveldoc.Identity{Surname: surname, GivenNames: "SOPHIE", BirthDate: date("1984-02-03"), Sex: "F", Nationality: nationality}, mrz.Extra{})
	require.NoError(t, err)
	return lines
}

// atLane is an officer at a lane, in his language.
func (s *station) atLane(t *testing.T, language string) *browsertest.Page {
	t.Helper()
	p := browsertest.Open(t, language)
	p.Size(1366, 768)
	who := webtest.Person{Password: "granite lantern orchid seventeen", PIN: "271828"}
	user, _, err := s.Door.CreateUser(t.Context(), audit.Actor{ID: "test", Role: "administrator", Post: webtest.Post}, auth.NewUser{
		Login: "amira", DisplayName: "Amira Testperson", Role: auth.RoleOfficer, Password: who.Password, PIN: who.PIN, Language: language,
	})
	require.NoError(t, err)
	who.User = user
	s.SignIn(p, who)
	p.WaitFocus("button[name=lane]")
	p.Press("Enter")
	p.Wait("location.pathname === '/counter' && document.readyState === 'complete' && !!globalThis.wedge")
	return p
}

// scan opens a traveller, whose prints are to be taken then.
func (s *station) scan(t *testing.T, p *browsertest.Page, surname, number string) {
	t.Helper()
	s.Clock.Pass(time.Second)
	p.Scan(zone(t, surname, number, "FRA"), "\r")
	p.WaitText("#traveller-name", surname)
	p.WaitFor("#check-fingerprints .status.not-checked")
	p.Quiet()
}

func shown(p *browsertest.Page, name string) {
	p.Screenshot(name)
	p.CheckAccessible()
	p.CheckOneScreen()
	p.CheckNoSidewaysScroll()
}

// choose takes the option of a list by keyboard, by its value.
func choose(p *browsertest.Page, selector, value string) {
	p.TabTo(selector)
	for range 30 {
		if p.Value(selector) == value {
			return
		}
		p.Press("ArrowDown")
	}
	panic("no option " + value + " of " + selector)
}

// enrol lets somebody of a person's fingers enter with a document.
func (s *station) enrol(t *testing.T, p *browsertest.Page, person, surname, number string) {
	t.Helper()
	s.turn(t, `{"person": "`+person+`"}`)
	s.scan(t, p, surname, number)
	p.Press("F11")
	p.WaitFor("#check-fingerprints .status.no-hit")
	p.Press("F2")
	p.WaitGone("#traveller-name")
	s.load(t)
}
