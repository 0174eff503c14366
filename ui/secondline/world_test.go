package secondline_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/refusal"
	line "github.com/openbmis/openbmis/border/secondline"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/postgres/filedb"
	"github.com/openbmis/openbmis/internal/postgres/secondlinedb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/secondline"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/secondlineview"
	"github.com/openbmis/openbmis/ui/web"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

// list is an alert check whose answer the test chooses.
type list struct {
	mu     sync.Mutex
	answer border.Finding
}

func (*list) Name() string { return "alerts.national" }

func (l *list) Check(context.Context, border.Subject) (border.Finding, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.answer, nil
}

func (l *list) answers(f border.Finding) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.answer = f
}

func noHit() border.Finding {
	return border.Finding{
		Check: "alerts.national", Outcome: border.NoHit,
		Source: border.Source{Name: "alerts.national", Version: "12", AsOf: time.Date(2026, 11, 21, 7, 58, 0, 0, time.UTC)},
	}
}

func listed() border.Finding {
	f := noHit()
	f.Outcome = border.Hit
	f.Evidence = []border.Evidence{
		{Code: "alert_name", Field: "name", Found: "MARTIN, SOPHIE", Expected: "MARTIN, SOPHIE", Severity: border.SecondLine, Ref: "a1"},
		{Code: "alert_birth_date", Field: "birth_date", Found: "1984-02-03", Expected: "1984", Severity: border.Note, Ref: "a1"},
		{Code: "alert_reason", Expected: "the secret reason", Severity: border.SecondLine, Ref: "a1", Restricted: true},
		{Code: "alert_action", Expected: "inform the supervisor", Severity: border.SecondLine, Ref: "a1"},
	}
	return f
}

type station struct {
	*webtest.Site
	list  *list
	first *stationdb.Store
	line  *line.Line
	away  *atomic.Bool // the centre is out of reach
}

func open(t testing.TB) station {
	t.Helper()
	s := station{list: &list{answer: noHit()}, away: &atomic.Bool{}}
	s.Site = webtest.New(t, migrations.Station, func(site *webtest.Site) {
		s.first = stationdb.New(site.DB, uuid.New, func() {})
		post := border.Post{Station: webtest.Post, Zone: time.UTC, Mode: border.Air}
		reasons, err := refusal.Default()
		require.NoError(t, err)
		confirmed := func() border.Status {
			if s.away.Load() {
				return border.Provisional
			}
			return border.Confirmed
		}
		s.line = line.New(line.Config{
			Post: post, Status: confirmed, Reasons: reasons, Now: site.Clock.Now, NewID: uuid.New,
			Store: secondlinedb.New(secondlinedb.Config{DB: site.DB, Decisions: s.first, Zone: time.UTC, Nudge: func() {}}),
			Plan:  func() []border.Planned { return []border.Planned{{Check: s.list, Deadline: 10 * time.Second}} },
		})
		files, err := filedb.NewAttachments(site.DB, make([]byte, 32), strings.NewReader(strings.Repeat("0123456789ab", 100)))
		require.NoError(t, err)
		secondline.Register(site.Server, secondline.Options{
			Line: s.line, Witness: site.Door, Protects: true,
			Limits: secondlineview.Limits{Amber: 15 * time.Minute, Red: 45 * time.Minute}, Every: 50 * time.Millisecond,
			Evidence: secondlinedb.NewEvidence(secondlinedb.EvidenceConfig{
				DB: site.DB, Files: files, Post: post, Status: confirmed, Now: site.Clock.Now, NewID: uuid.New, Nudge: func() {},
			}),
		})
		site.Handle(http.MethodGet, "/", auth.SessionOwn, func(c *web.Context) error { return c.SeeOther("/secondline") })
		site.Handle(http.MethodGet, "/refusals/:crossing", auth.CrossingRefuse, func(c *web.Context) error { return c.NoContent(http.StatusOK) })
	}, func(o *web.Options) { o.Nav = []view.NavItem{secondline.Nav()} })
	return s
}

// traveller is somebody who was referred.
type traveller struct {
	surname, given, number string
	at                     time.Time
	finding                border.Finding
	group                  uuid.UUID
}

// refer refers a traveller as the first line does, and gives the case.
func (s station) refer(t testing.TB, who traveller) border.CrossingEvent {
	t.Helper()
	date := func(text string) traveldoc.Date {
		d, err := traveldoc.ParseDate(text)
		require.NoError(t, err)
		return d
	}
	scan := border.Scan{
		ID: uuid.New(), At: who.at, Station: webtest.Post, Lane: "1", Officer: "amira", Direction: border.Entry, Mode: border.Air, Transport: "XX 100",
		Purpose:       "holiday",
		Identity:      traveldoc.Identity{Surname: who.surname, GivenNames: who.given, BirthDate: date("1984-02-03"), Sex: "F", Nationality: "FRA"},
		Document:      traveldoc.Document{Code: "P", Number: who.number, IssuingState: "FRA", ExpiryDate: date("2031-05-06")},
		Circumstances: border.Circumstances{Group: who.group},
	}
	actor := audit.Actor{ID: "amira-id", Name: "amira", Role: "officer", Post: webtest.Post, Lane: "1"}
	entry := actor.Entry(who.at, audit.Consultation, "inspection", scan.ID.String())
	entry.Purpose = border.PurposeOfControl
	require.NoError(t, s.first.OpenScan(t.Context(), scan, entry))
	who.finding.At = who.at
	event := border.CrossingEvent{
		CrossingID: uuid.New(), Station: webtest.Post, Lane: "1", Officer: "amira", Direction: scan.Direction, Mode: scan.Mode, Transport: scan.Transport,
		Purpose: scan.Purpose, CrossedAt: who.at, ScannedAt: who.at, Zone: "UTC", LocalDate: traveldoc.DateOf(who.at), Identity: scan.Identity,
		Document: scan.Document, Decision: border.Decision{Verdict: border.Refer, Reason: "hit", Note: "looks away"}, Findings: []border.Finding{who.finding},
		Group: who.group,
	}
	decided := actor.Entry(who.at, audit.Collection, "crossing", event.CrossingID.String())
	decided.Purpose = border.PurposeOfControl
	event, err := s.first.Record(t.Context(), scan.ID, event, decided)
	require.NoError(t, err)
	return event
}

func (s station) martin(t testing.TB) border.CrossingEvent {
	t.Helper()
	s.list.answers(listed())
	return s.refer(t, traveller{surname: "MARTIN", given: "SOPHIE", number: "12AB34567", at: s.Clock.Now(), finding: listed()})
}

func (s station) count(t testing.TB, sql string, args ...any) (n int) {
	t.Helper()
	require.NoError(t, s.DB.Pool.QueryRow(t.Context(), "select count(*) from "+sql, args...).Scan(&n))
	return n
}

// sit signs a person of the second line in on a browser of his own.
func (s station) sit(t *testing.T, language string) *browsertest.Page {
	t.Helper()
	p := browsertest.Open(t, language)
	p.Size(1366, 768)
	s.SignIn(p, s.Person(t, auth.RoleSecondLine, "sam", language))
	p.Wait("location.pathname === '/secondline'")
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

func form(pairs ...string) url.Values {
	values := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	return values
}

func path(e fmt.Stringer, act string) string { return "/secondline/" + e.String() + "/" + act }

func actorOf(name string) audit.Actor {
	return audit.Actor{ID: name + "-id", Name: name, Role: "second_line", Post: webtest.Post}
}
