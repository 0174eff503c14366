package adjudication_test

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/abis"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
	"github.com/openbmis/openbmis/biometrics/synthetic"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/border/fingers/fingerstest"
	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/postgres/fingerdb"
	"github.com/openbmis/openbmis/internal/postgres/fingertaskdb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/ui/adjudication"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/web"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

// station is a crossing point with prints of nobody, tasks about them, and a browser's way to both.
type station struct {
	*webtest.Site
	first  *stationdb.Store
	prints *fingerdb.Store
	tasks  *fingertaskdb.Store
	desk   *fingers.TaskDesk
	hub    *central.Hub
	reader *fingerstest.Reader
	engine abis.Engine
	centre *centre
}

// centre answers as the centre would: with what it has, when it is within reach.
type centre struct {
	mu     sync.Mutex
	prints []fingers.Print
	err    error
	asked  []uuid.UUID
}

func (c *centre) Evidence(_ context.Context, _ audit.Actor, task uuid.UUID, _ fingers.Candidacy) ([]fingers.Print, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, task)
	return c.prints, c.err
}

func (c *centre) set(prints []fingers.Print, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.prints, c.err = prints, err
}

// open opens a station. Nothing is told before a minute but by a nudge: what a page shows at once it was told at once.
func open(t testing.TB) *station {
	t.Helper()
	s := &station{hub: central.NewHub(), centre: &centre{err: fingers.ErrNotWithinReach}}
	keys, err := vault.OpenFiles(t.TempDir(), rand.Reader, time.Now)
	require.NoError(t, err)
	s.reader = fingerstest.NewReader(personA, true)
	s.Site = webtest.New(t, migrations.Station, func(site *webtest.Site) {
		writer := fingers.TaskWriter{
			Station: webtest.Post, Zone: time.UTC, Status: func() border.Status { return border.Confirmed }, Now: site.Clock.Now, NewID: uuid.New,
		}
		s.prints = fingerdb.New(fingerdb.Options{
			DB: site.DB, Wrapping: keys, Random: rand.Reader, Now: site.Clock.Now, NewID: uuid.New, Station: webtest.Post, Zone: time.UTC,
		})
		s.tasks = fingertaskdb.New(fingertaskdb.Config{DB: site.DB, Prints: s.prints, Writer: writer, Nudge: func() {}, Changed: s.hub.Nudge})
		s.prints = s.prints.Raising(s.tasks)
		s.first = stationdb.New(site.DB, uuid.New, func() {}).Enrolling(s.prints)
		s.desk = fingers.NewTaskDesk(s.tasks, writer)
		s.engine = abis.NewGallery(fingerprint.NewGallery(fingerprint.GalleryOptions{}), site.Clock.Now)
		adjudication.Register(site.Server, adjudication.Options{
			Desk: s.desk, Witness: site.Door, Watcher: s.hub, Prints: s.prints, Evidence: s.centre, Told: s.tasks, Station: webtest.Post, Every: time.Minute,
			Finder: fingers.NewFinder(fingers.FinderConfig{
				Readers: fingers.OneReader(s.reader), Engine: s.engine, Loading: func() bool { return false }, Policy: fingers.DefaultPolicy(), Station: webtest.Post,
				Files: s.tasks, Now: site.Clock.Now, NewID: uuid.New,
			}),
		})
		site.Handle(http.MethodGet, "/", auth.SessionOwn, func(c *web.Context) error { return c.SeeOther("/adjudication") })
	}, func(o *web.Options) { o.Nav = adjudication.Nav() })
	t.Cleanup(s.hub.Close)
	return s
}

// Two persons who do not exist.
const (
	personA = 41
	personB = 77
)

func rightFour() []biometrics.Position {
	return []biometrics.Position{biometrics.RightIndex, biometrics.RightMiddle, biometrics.RightRing, biometrics.RightLittle}
}

// drawn are the prints of a person, drawn once for all tests: it takes a while.
var drawn = struct { //nolint:gochecknoglobals // a cache of what never changes
	sync.Mutex
	all map[[2]uint64][]fingers.Print
}{all: map[[2]uint64][]fingers.Print{}}

func prints(t testing.TB, person, try uint64) []fingers.Print {
	t.Helper()
	drawn.Lock()
	defer drawn.Unlock()
	key := [2]uint64{person, try}
	if drawn.all[key] == nil {
		who := synthetic.NewPerson(person)
		for _, position := range rightFour() {
			m := fingerstest.Impression(who, position, try, 0.9)
			template, err := fingerprint.Extract(m)
			require.NoError(t, err)
			drawn.all[key] = append(drawn.all[key], fingers.Print{Position: position, Template: template, Image: &m})
		}
	}
	fresh := make([]fingers.Print, len(drawn.all[key]))
	for n, p := range drawn.all[key] {
		p.ID = uuid.New()
		fresh[n] = p
	}
	return fresh
}

// taken is somebody who crossed with prints.
type taken struct {
	file, taking, link uuid.UUID
}

// cross takes prints of a traveller and admits him; what a check found of the prints is said.
func (s *station) cross(t testing.TB, number, surname string, prints []fingers.Print, missing []fingers.Slot, findings ...border.Finding) taken {
	t.Helper()
	scan := bordertest.Scan(number)
	scan.Identity.Surname, scan.At, scan.Station = surname, s.Clock.Now(), webtest.Post
	require.NoError(t, s.first.OpenScan(t.Context(), scan, bordertest.Entry(audit.Consultation, "inspection", scan.ID)))
	taking := fingers.Taking{
		ID: uuid.New(), Scan: scan.ID, Station: webtest.Post, Lane: "1", Officer: "amira", At: scan.At, Policy: "default-1", Reader: "OpenBMIS SIM 1",
		Simulated: true, Slots: missing,
	}
	for _, p := range prints {
		taking.Slots = append(taking.Slots, fingers.Slot{Position: p.Position, Print: p.ID, Quality: int(p.Template.Quality), Algorithm: fingerprint.Algorithm, Tries: 1})
	}
	require.NoError(t, s.prints.Keep(t.Context(), taking, prints, bordertest.Entry(audit.Collection, "fingerprint_taking", taking.ID)))
	e := bordertest.Event(scan, scan.At)
	e.Findings = append(e.Findings, findings...)
	e, err := s.first.Record(t.Context(), scan.ID, e, bordertest.Entry(audit.Collection, "crossing", e.CrossingID))
	require.NoError(t, err)
	who := taken{file: e.TravellerID, taking: taking.ID}
	require.NoError(t, s.DB.Pool.QueryRow(t.Context(), `SELECT link FROM finger_taking WHERE id = $1`, who.taking).Scan(&who.link))
	return who
}

// candidate raises the task of two who look like one person.
func (s *station) candidate(t testing.TB, a, b taken, change ...func(*fingers.Candidacy)) string {
	t.Helper()
	c := fingers.Candidacy{
		Ground: fingers.GroundCandidate, Place: webtest.Post, Link: a.link, File: a.file, CandidateLink: b.link, CandidateFile: b.file, Score: 142.3,
		Engine: "openbmis", Version: "1",
	}
	for _, one := range change {
		one(&c)
	}
	search := fingers.Search{ID: uuid.New(), Place: c.Place, Engine: "openbmis", Version: "1", Threshold: 50, Fingers: 4, Compared: 128, Found: 1}
	require.NoError(t, s.DB.InTx(t.Context(), func(tx pgx.Tx) error { return s.tasks.Raise(t.Context(), tx, a.taking, c, &search) }))
	s.tasks.Committed()
	return fingers.TaskID(a.taking, c.CandidateLink, c.Ground).String()
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
	p.Wait("location.pathname === '/adjudication'")
	return p
}

// agrees types the supervisor's name and secret into the verdict that stands open.
func (s *station) agrees(t *testing.T, p *browsertest.Page) {
	t.Helper()
	p.TabTo("#in-witness")
	p.Type("sara")
	p.Press("Tab")
	p.Type("granite lantern orchid seventeen")
}

func nav() []view.NavItem { return adjudication.Nav() }

func form(pairs ...string) url.Values {
	values := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	return values
}

// enrol puts a person's references into the gallery, as the station does when it starts.
func (s *station) enrol(t testing.TB, link uuid.UUID) {
	t.Helper()
	references, err := s.prints.References(t.Context(), link, bordertest.Entry(audit.Consultation, "fingerprint", link))
	require.NoError(t, err)
	var all []abis.Finger
	for _, p := range references {
		all = append(all, abis.Finger{Position: p.Position, Template: p.Template})
	}
	require.NoError(t, s.engine.Insert(t.Context(), link, all))
}

// task is the task about a taking.
func (s *station) task(t testing.TB, of taken) (id uuid.UUID) {
	t.Helper()
	require.NoError(t, s.DB.Pool.QueryRow(t.Context(), `SELECT id FROM finger_task WHERE taking = $1`, of.taking).Scan(&id))
	return id
}
