package hits_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"image"
	"image/color"
	"image/jpeg"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/refusal"
	line "github.com/openbmis/openbmis/border/secondline"
	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/postgres/evidencedb"
	"github.com/openbmis/openbmis/internal/postgres/hitdb"
	"github.com/openbmis/openbmis/internal/postgres/secondlinedb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/ui/hits"
	"github.com/openbmis/openbmis/ui/secondline"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/web"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

// station is a crossing point with its hits, its second line and a browser's way to both.
type station struct {
	*webtest.Site
	first *stationdb.Store
	store *hitdb.Store
	desk  *hit.Desk
	line  *line.Line
	hub   *central.Hub
	// portrait is what the reader cuts out of every document; nil where there is no reader.
	portrait []byte
}

// open opens a station. Nothing is told before a minute but by a nudge: what a page shows at once it was told at once.
func open(t testing.TB) *station {
	t.Helper()
	s := &station{hub: central.NewHub()}
	keys, err := vault.OpenFiles(t.TempDir(), rand.Reader, time.Now)
	require.NoError(t, err)
	s.Site = webtest.New(t, migrations.Station, func(site *webtest.Site) {
		confirmed := func() border.Status { return border.Confirmed }
		writer := hit.Writer{Station: webtest.Post, Zone: time.UTC, Status: confirmed, Now: site.Clock.Now, NewID: uuid.New}
		s.store = hitdb.New(hitdb.Config{DB: site.DB, Writer: writer, Nudge: func() {}, Changed: s.hub.Nudge})
		s.desk = hit.NewDesk(s.store, writer)
		evidence := evidencedb.New(evidencedb.Options{DB: site.DB, Wrapping: keys, Random: rand.Reader, Now: site.Clock.Now, NewID: uuid.New})
		s.first = stationdb.New(site.DB, uuid.New, func() {}).Keeping(evidence).Raising(s.store)
		hits.Register(site.Server, hits.Options{
			Desk: s.desk, Witness: site.Door, Watcher: s.hub, Pictures: s.store, Told: s.store, Readings: evidence, Every: time.Minute,
		})
		reasons, err := refusal.Default()
		require.NoError(t, err)
		s.line = line.New(line.Config{
			Post: border.Post{Station: webtest.Post, Zone: time.UTC, Mode: border.Air}, Status: confirmed, Reasons: reasons, Now: site.Clock.Now, NewID: uuid.New,
			Store: secondlinedb.New(secondlinedb.Config{DB: site.DB, Decisions: s.first, Hits: s.store, Zone: time.UTC, Nudge: func() {}}),
			Plan:  func() []border.Planned { return nil },
		})
		secondline.Register(site.Server, secondline.Options{
			Line: s.line, Witness: site.Door, Hits: s.desk, Limits: secondline.DefaultLimits(), Every: time.Minute,
		})
		site.Handle(http.MethodGet, "/", auth.SessionOwn, func(c *web.Context) error { return c.SeeOther("/hits") })
	}, func(o *web.Options) { o.Nav = []view.NavItem{secondline.Nav(), hits.Nav()} })
	t.Cleanup(s.hub.Close)
	s.list(t, arrest())
	return s
}

func painted(t testing.TB, c color.Color) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 120, 150))
	for x := range 120 {
		for y := range 150 {
			m.Set(x, y, c)
		}
	}
	var out bytes.Buffer
	require.NoError(t, jpeg.Encode(&out, m, nil))
	return out.Bytes()
}

const digest = "a1b2c3"

// arrest is an alert for arrest with two names and a picture.
func arrest() alerts.Alert {
	day, _ := traveldoc.ParseDate("1984")
	return alerts.Alert{
		List: "national", ID: "2026-117", Version: 2, Owner: "federal police", Category: alerts.CategoryArrest, Action: alerts.ActionDetain,
		Reason: "the secret reason", Instructions: "Keep apart from other travellers.", Contact: "+00 55 1234", LegalBasis: "Code, art. 12",
		Safety: []string{"armed", "escaped"},
		Subject: alerts.Subject{
			Kind:   alerts.Person,
			Names:  []alerts.Name{{Raw: "Sophie Martin", Kind: alerts.Primary}, {Raw: "Софи Мартен", Kind: alerts.Strong}},
			Births: []alerts.Birth{{From: day, To: day, Circa: true}}, Sexes: []string{"F"}, Nationalities: []string{"BEL"},
			Documents: []alerts.Document{{Type: "P", Number: "EM112233", Issuer: "BEL"}}, Pictures: []string{digest}, Description: "scar on the left hand",
		},
	}
}

func (s *station) list(t testing.TB, all ...alerts.Alert) {
	t.Helper()
	put := func(key string, row any) {
		data, err := json.Marshal(row)
		require.NoError(t, err)
		_, err = s.DB.Pool.Exec(t.Context(), `INSERT INTO ref_row (dataset, key, data) VALUES ($1, $2, $3)
			ON CONFLICT (dataset, key) DO UPDATE SET data = excluded.data`, alerts.ListsDataset, key, string(data))
		require.NoError(t, err)
	}
	put(alerts.ListKey("national"), alerts.ListInfo{ID: "national", Owner: "interior", Policy: alerts.Policy{EscalateAfter: 2 * time.Minute}})
	put(alerts.PictureKey(digest), alerts.Picture{JPEG: painted(t, color.RGBA{90, 60, 40, 255})})
	for _, a := range all {
		put(alerts.RowKey(a.Key()), a)
	}
}

// met is what the check says of a traveller who meets an alert.
func met(refs ...string) border.Finding {
	f := border.Finding{
		Check: alerts.CheckName, Source: border.Source{Name: alerts.CheckName, Version: "12"}, Outcome: border.Hit, Matcher: "1",
		Sources: []border.Source{{Name: "national", Version: "12"}},
	}
	for _, ref := range refs {
		f.Evidence = append(f.Evidence,
			border.Evidence{Code: hit.CodeMatch, Severity: border.SecondLine, Ref: ref, Band: "probable", Score: 0.91},
			border.Evidence{Code: "alert_field", Field: "family", Found: "MARTIN", Expected: "MARTIN", Relation: "equal", Score: 1, Severity: border.Note, Ref: ref},
			border.Evidence{Code: "alert_field", Field: "given", Found: "SOPHIA", Expected: "SOPHIE", Relation: "typo", Score: 0.88, Severity: border.Note, Ref: ref},
			border.Evidence{Code: "alert_field", Field: "birth_date", Found: "1984-02-03", Expected: "1984", Relation: "inside", Score: 0.98, Severity: border.Note, Ref: ref},
			border.Evidence{Code: "alert_field", Field: "nationality", Found: "FRA", Expected: "BEL", Relation: "different", Severity: border.Note, Ref: ref},
			border.Evidence{Code: "alert_reason", Expected: "the secret reason", Severity: border.SecondLine, Ref: ref, Restricted: true},
			border.Evidence{Code: hit.CodeSafety, Expected: "armed,escaped", Severity: border.SecondLine, Ref: ref},
		)
	}
	return f
}

func (s *station) scan(t testing.TB, number string) border.Scan {
	t.Helper()
	date := func(text string) traveldoc.Date {
		d, err := traveldoc.ParseDate(text)
		require.NoError(t, err)
		return d
	}
	scan := border.Scan{
		ID: uuid.New(), At: s.Clock.Now(), Station: webtest.Post, Lane: "1", Officer: "amira", Direction: border.Entry, Mode: border.Air, Transport: "XX 100",
		Identity: traveldoc.Identity{Surname: "MARTIN", GivenNames: "SOPHIA", BirthDate: date("1984-02-03"), Sex: "F", Nationality: "FRA"},
		Document: traveldoc.Document{Code: "P", Number: number, IssuingState: "FRA", ExpiryDate: date("2031-05-06")},
	}
	if s.portrait != nil {
		scan.Reading = &reader.Reading{At: scan.At, Images: []reader.Image{{Light: reader.PortraitCut, MediaType: "image/jpeg", Data: s.portrait}}}
	}
	entry := clerk().Entry(scan.At, audit.Consultation, "inspection", scan.ID.String())
	entry.Purpose = border.PurposeOfControl
	require.NoError(t, s.first.OpenScan(t.Context(), scan, entry))
	return scan
}

func clerk() audit.Actor {
	return audit.Actor{ID: "amira-id", Name: "amira", Role: "officer", Post: webtest.Post, Lane: "1"}
}

// refer refers a traveller who meets the alerts, as the first line does.
func (s *station) refer(t testing.TB, number string, refs ...string) border.CrossingEvent {
	t.Helper()
	scan := s.scan(t, number)
	f := met(refs...)
	f.At = scan.At
	e := border.CrossingEvent{
		CrossingID: uuid.New(), Station: webtest.Post, Lane: "1", Officer: "amira", Direction: scan.Direction, Mode: scan.Mode, CrossedAt: scan.At,
		ScannedAt: scan.At, Zone: "UTC", LocalDate: traveldoc.DateOf(scan.At), Identity: scan.Identity, Document: scan.Document,
		Decision: border.Decision{Verdict: border.Refer, Reason: "hit"}, Findings: []border.Finding{f},
	}
	entry := clerk().Entry(scan.At, audit.Collection, "crossing", e.CrossingID.String())
	entry.Purpose = border.PurposeOfControl
	e, err := s.first.Record(t.Context(), scan.ID, e, entry)
	require.NoError(t, err)
	return e
}

func (s *station) count(t testing.TB, sql string, args ...any) (n int) {
	t.Helper()
	require.NoError(t, s.DB.Pool.QueryRow(t.Context(), "select count(*) from "+sql, args...).Scan(&n))
	return n
}

// sit signs a person of the second line in on a browser of his own.
func (s *station) sit(t *testing.T, language string) *browsertest.Page {
	t.Helper()
	p := browsertest.Open(t, language)
	p.Size(1366, 768)
	s.SignIn(p, s.Person(t, auth.RoleSecondLine, "sam", language))
	p.Wait("location.pathname === '/hits'")
	return p
}

// choose chooses the option of a select by keyboard, as often down as it takes.
func choose(t testing.TB, p *browsertest.Page, selector, value string) {
	t.Helper()
	p.WaitFor(selector)
	p.TabTo(selector)
	for range 40 {
		if p.Value(selector) == value {
			return
		}
		p.Press("ArrowDown")
	}
	require.Fail(t, "no such option", "%s %s", selector, value)
}
