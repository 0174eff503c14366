// Package portaldbtest is a portal of visas for tests: on a real database, as its own role, with the real parts that look at files. It
// exists so that tests of the pages, of the desk and of the issue of visas begin with an application that was really sent.
//
// It must never be imported by a program.
package portaldbtest

import (
	"bytes"
	"context"
	"crypto/rand"
	"image/png"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/evisa/passport"
	"github.com/openbmis/openbmis/evisa/pay"
	"github.com/openbmis/openbmis/evisa/photo"
	"github.com/openbmis/openbmis/evisa/upload"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/paydb"
	"github.com/openbmis/openbmis/internal/postgres/portaldb"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/traveldoc/specimen"
)

// Source is the network address that a test asks from.
const Source = "192.0.2.7"

// Clock is a clock that a test moves.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// Now is the clock's instant.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Add moves the clock on.
func (c *Clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// World is a portal and the centre's side of it on one database.
type World struct {
	DB      *postgres.DB // as the centre
	Portal  *postgres.DB // as the portal
	Centre  *portaldb.Centre
	Store   *portaldb.Store
	Payment *paydb.Store
	Service *apply.Service
	Clock   *Clock
	Policy  evisa.Policy
	Log     *bytes.Buffer
	Options apply.Options // that Service was made of
}

// Option changes how the service is made.
type Option func(*apply.Options)

// New makes a world at noon of 2026-11-22, with the default policy of Utopia and fees that can be paid.
func New(t testing.TB, options ...Option) *World {
	t.Helper()
	db := pgtest.New(t, migrations.Central)
	return On(t, db, pgtest.Portal(t, db), options...)
}

// On makes a world on a database that is there.
func On(t testing.TB, db, portal *postgres.DB, options ...Option) *World {
	t.Helper()
	w := &World{
		DB: db, Portal: portal, Clock: &Clock{at: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}, Policy: evisa.DefaultPolicy("UTO"), Log: &bytes.Buffer{},
	}
	log := slog.New(slog.NewTextHandler(&guarded{to: w.Log}, nil))
	dir := t.TempDir()
	centreKeys, err := vault.OpenFiles(filepath.Join(dir, "centre"), rand.Reader, w.Clock.Now)
	require.NoError(t, err)
	portalKey, err := vault.OpenPrivateKey(filepath.Join(dir, "portal.key"), rand.Reader)
	require.NoError(t, err)
	keys, err := vault.OpenFiles(filepath.Join(dir, "drafts"), rand.Reader, w.Clock.Now)
	require.NoError(t, err)
	w.Centre = portaldb.NewCentre(portaldb.CentreConfig{
		DB: db, Wrapping: centreKeys, First: filepath.Join(dir, "first.key"), KeyAge: 30 * 24 * time.Hour, Backups: 35 * 24 * time.Hour,
		Now: w.Clock.Now, Random: rand.Reader, NewID: newID, Log: log,
	})
	w.Store = portaldb.New(portal, portaldb.Options{
		Now: w.Clock.Now, Random: rand.Reader, NewID: newID,
		Order: func(ctx context.Context, tx pgx.Tx, n pay.New) (pay.Order, error) { return w.Payment.Order(ctx, tx, n) },
	})
	w.Payment = paydb.New(portal, paydb.Options{ID: newID, Now: w.Clock.Now, Told: w.Store.Paid})
	judge, err := photo.New()
	require.NoError(t, err)
	w.Options = apply.Options{
		Store: w.Store, Policy: w.Policy, Keys: keys, Own: portalKey, Files: upload.NewTaker(newID, 2), Judge: judge, Pages: passport.NewReader(1),
		Payments: true, URL: "https://portal.test", Log: log, Now: w.Clock.Now, Random: rand.Reader, NewID: newID,
	}
	for _, o := range options {
		o(&w.Options)
	}
	w.Service, err = apply.New(w.Options)
	require.NoError(t, err)
	require.NoError(t, w.Centre.Announce(t.Context()))
	require.NoError(t, w.Service.Prepare(t.Context()))
	return w
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// guarded is a buffer that several may write to.
type guarded struct {
	mu sync.Mutex
	to *bytes.Buffer
}

func (g *guarded) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.to.Write(p)
}

// Answers are answers of every page that are right, by page: of the group, and of a member. Tests change what they are about.
func Answers(kind string) map[apply.Page]apply.Form {
	form := func(pairs ...string) apply.Form {
		f := apply.Form{}
		for pair := range slices.Chunk(pairs, 2) {
			f[pair[0]] = pair[1:]
		}
		return f
	}
	purpose := map[string]string{"T": "tourism", "H": "humanitarian", "A": "transit", "B": "business", "S": "study"}[kind]
	arrival, departure := "2027-01-10", "2027-01-12"
	return map[apply.Page]apply.Form{
		apply.PagePurpose:  form("purpose", purpose),
		apply.PageNation:   form("nationality", "FRA", "document_code", "P"),
		apply.PageType:     form("type", kind),
		apply.PageDocument: form("number", "19XA45678", "issuing_state", "FRA", "issued", "2020-02-03", "expires", "2030-02-02"),
		apply.PageName:     form("surname", "Lefèvre", "given_names", "Anne-Marie", "original_name", "", "other_names", "Durand"),
		apply.PageBirth:    form("birth_date", "1988-04-12", "birth_place", "Lyon", "birth_country", "FRA", "sex", "F"),
		apply.PageRelation: form("relation", "child"),
		apply.PageHistory:  form("refused", "no"),
		apply.PageJourney:  form("arrival", arrival, "departure", departure, "entries", "1", "stays", "Hotel Central"),
		apply.PageContact:  form("email", "anne@example.org", "phone", "+33 6 12 34 56 78", "address", "1 rue X\n69000 Lyon", "country", "FRA"),
		apply.PageHost:     form("has_host", "no"),
		apply.PageClaims:   form("humanitarian", "no", "family_reunification", "no"),
	}
}

// Begin begins an application.
func (w *World) Begin(t testing.TB) (token string) {
	t.Helper()
	token, _, err := w.Service.Begin(t.Context(), Source, "en")
	require.NoError(t, err)
	return token
}

// Fill answers every page of a draft of a type: "H" costs nothing, "T" does and wants a data page. Answers are changed by change first.
func (w *World) Fill(t testing.TB, token, kind string, change func(map[apply.Page]apply.Form)) apply.Draft {
	t.Helper()
	answers := Answers(kind)
	if change != nil {
		change(answers)
	}
	d, err := w.Service.Open(t.Context(), token)
	require.NoError(t, err)
	for _, task := range w.Service.Tasks(d) {
		at := apply.Where{Page: task.Page, Member: task.Member}
		switch task.Page {
		case apply.PagePortrait:
			w.add(t, token, task.Member, evisa.FilePortrait, Portrait(t))
		case apply.PagePassport:
			if kind == "T" {
				w.add(t, token, task.Member, evisa.FilePassport, DataPage(t))
			}
		case apply.PagePapers:
		default:
			w.Save(t, token, at, answers[task.Page])
		}
	}
	d, err = w.Service.Open(t.Context(), token)
	require.NoError(t, err)
	require.Empty(t, w.Service.Missing(d))
	return d
}

// Save answers a page, which must be taken.
func (w *World) Save(t testing.TB, token string, at apply.Where, form apply.Form) {
	t.Helper()
	saved, err := w.Service.Save(t.Context(), token, at, form)
	require.NoError(t, err)
	require.Empty(t, saved.Problems, "page %s", at.Page)
}

func (w *World) add(t testing.TB, token string, member uuid.UUID, kind string, data []byte) {
	t.Helper()
	added, err := w.Service.AddFile(t.Context(), token, member, kind, data)
	require.NoError(t, err)
	require.Empty(t, added.Problems)
}

// Agreed agrees to the policy's words.
func (w *World) Agreed() apply.Declare {
	return apply.Declare{Agreed: true, Declaration: w.Policy.Declaration, Notice: w.Policy.Notice, Language: "en"}
}

// Sent begins, fills and sends an application of a type.
func (w *World) Sent(t testing.TB, kind string) (token string, sent apply.Sent) {
	t.Helper()
	token = w.Begin(t)
	w.Fill(t, token, kind, nil)
	sent, problems, err := w.Service.Send(t.Context(), token, w.Agreed())
	require.NoError(t, err)
	require.Empty(t, problems)
	return token, sent
}

// Take takes all that waits, as the centre.
func (w *World) Take(t testing.TB) (parcels []evisa.Parcel) {
	t.Helper()
	_, err := w.Centre.Take(t.Context(), func(_ context.Context, _ pgx.Tx, p evisa.Parcel) error {
		parcels = append(parcels, p)
		return nil
	})
	require.NoError(t, err)
	return parcels
}

// Find opens an application that was sent by its reference and the birth date of Answers.
func (w *World) Find(t testing.TB, reference evisa.Reference) (token string) {
	t.Helper()
	token, problems, err := w.Service.Find(t.Context(), Source, apply.Form{"reference": {string(reference)}, "birth_date": {"1988-04-12"}})
	require.NoError(t, err)
	require.Empty(t, problems)
	return token
}

// Portrait is a portrait that is nobody's.
func Portrait(t testing.TB) []byte {
	t.Helper()
	country, err := specimen.New(specimen.Seed(specimen.DemoSeed), day(t))
	require.NoError(t, err)
	data, err := specimen.PortraitFile(country.Person(3).Face)
	require.NoError(t, err)
	return data
}

// DataPage is the photo of a specimen's data page.
func DataPage(t testing.TB) []byte {
	t.Helper()
	country, err := specimen.New(specimen.Seed(specimen.DemoSeed), day(t))
	require.NoError(t, err)
	kind, err := specimen.CaseNamed("visa")
	require.NoError(t, err)
	made, err := kind.Build(country, specimen.Options{NoImages: true})
	require.NoError(t, err)
	img, err := made.Pages[0].Draw(reader.White, 150)
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, png.Encode(&out, img))
	return out.Bytes()
}

func day(t testing.TB) traveldoc.Date {
	t.Helper()
	d, err := traveldoc.NewDate(2026, 11, 22)
	require.NoError(t, err)
	return d
}

// Tell tells an applicant, as the centre does in the transaction of what it tells of.
func (w *World) Tell(t testing.TB, told evisa.Told) {
	t.Helper()
	told.At = w.Clock.Now()
	require.NoError(t, w.DB.InTx(t.Context(), func(tx pgx.Tx) error {
		return w.Centre.Tell(t.Context(), tx, told, portaldb.Addressee{Email: "anne@example.org", Language: "fr"})
	}))
}
