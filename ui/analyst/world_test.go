package analyst_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/ca"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/internal/postgres/enrolment"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/replication/replicationtest"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/analyst"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/web"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

// centre is a console over a real central database.
type centre struct {
	*webtest.Site
	applier      *centraldb.Applier
	projector    *centraldb.Projector
	completeness *centraldb.Completeness
	sequencer    *auditlog.Sequencer
	hub          *central.Hub
	chains       map[string]*replicationtest.Chain
}

func newCentre(t testing.TB) *centre {
	t.Helper()
	c := &centre{hub: central.NewHub(), chains: map[string]*replicationtest.Chain{}}
	authority, err := ca.OpenOrCreate(t.TempDir(), rand.Reader, time.Now)
	require.NoError(t, err)
	key, err := audit.NewKey(rand.Reader, "central")
	require.NoError(t, err)
	named := func(o *web.Options) { o.Program, o.Nav = text.FrameCentre, analyst.Nav() }
	c.Site = webtest.New(t, migrations.Central, func(s *webtest.Site) {
		now := s.Clock.Now
		attention := centraldb.NewAlerts(s.DB, now, s.Logs.Logger())
		c.applier = centraldb.NewApplier(centraldb.ApplierConfig{
			DB: s.DB, Now: now, NewID: uuid.New, Alerts: attention, Log: s.Logs.Logger(), OnCommit: c.hub.Nudge,
		})
		c.projector = centraldb.NewProjector(centraldb.ProjectorConfig{DB: s.DB, Now: now, Log: s.Logs.Logger()})
		c.completeness = centraldb.NewCompleteness(s.DB, now)
		c.sequencer = auditlog.NewSequencer(s.DB, key, now, s.Logs.Logger())
		analyst.Register(s.Server, analyst.Options{
			Reader: centraldb.NewReader(s.DB, bytes.Repeat([]byte{9}, 32)), Parked: c.applier,
			Checker: c.completeness, Attention: attention, Witness: auditlog.NewWitnessStore(s.DB, key, now), Enrolment: enrolment.New(s.DB, authority, now, rand.Reader), Accounts: s.Door,
			Hub: c.hub, NewID: uuid.New, Now: now,
			Verify: func(progress func(done, total int64)) (auditlog.Report, error) {
				return auditlog.Verify(context.Background(), s.DB, auditlog.VerifyOptions{Keys: []note.Verifier{key.Verifier()}, Progress: progress})
			},
		})
	}, named)
	return c
}

// send lets a station report events.
func (c *centre) send(t testing.TB, station string, bodies ...replicationtest.Body) {
	t.Helper()
	chain := c.chains[station]
	if chain == nil {
		chain = replicationtest.NewChain(station)
		c.chains[station] = chain
	}
	var events []replication.Event
	for _, b := range bodies {
		events = append(events, chain.Add(b))
	}
	reply, err := c.applier.Apply(t.Context(), station, chain.Epoch, events)
	require.NoError(t, err)
	require.Equal(t, replication.CodeNone, reply.Code)
	require.NoError(t, c.projector.Drain(t.Context()))
}

func body(t testing.TB, kind string, payload any) replicationtest.Body {
	t.Helper()
	text, err := json.Marshal(payload)
	require.NoError(t, err)
	return replicationtest.Body{Kind: kind, Version: border.EventVersion, Payload: text}
}

var surnames = []string{"TESTERSON", "SPECIMEN", "ANDERSDOTTER", "EXEMPLAIRE", "MUESTRA"} //nolint:gochecknoglobals // a constant list

// crossing is the n-th crossing of the tests' travellers.
func (c *centre) crossing(n int, direction border.Direction) border.CrossingEvent {
	at := c.Clock.Now().Add(-time.Duration(n) * 17 * time.Minute)
	birth, _ := traveldoc.NewDate(1950+n%50, 1+n%12, 1+n%28)
	e := border.CrossingEvent{
		CrossingID: uuid.New(), TravellerID: uuid.New(), Lane: fmt.Sprint(1 + n%4), Officer: "officer1", Direction: direction,
		Mode: border.Air, Transport: fmt.Sprintf("XX%d", 100+n%9), Purpose: "holiday", CrossedAt: at, ScannedAt: at, Zone: "Africa/Nairobi",
		LocalDate: traveldoc.DateOf(at.Add(3 * time.Hour)),
		Identity: traveldoc.Identity{
			Surname: surnames[n%len(surnames)], GivenNames: fmt.Sprintf("PAT %c", 'A'+rune(n%26)), BirthDate: birth, Sex: "X", Nationality: "UTO",
		},
		Document: traveldoc.Document{Code: "P", Number: fmt.Sprintf("L%07d", n), IssuingState: "UTO"},
		Decision: border.Decision{Verdict: border.Admit},
		Findings: []border.Finding{{Check: "document", Outcome: border.NoHit, At: at}, {Check: "alerts.national", Outcome: border.NoHit, At: at}},
	}
	if n%7 == 3 {
		e.Decision = border.Decision{Verdict: border.Refer, Reason: "hit"}
		e.Findings[1].Outcome = border.Hit
		e.Findings[1].Evidence = []border.Evidence{{Code: "alert_reason", Expected: "sought as a witness", Severity: border.SecondLine, Restricted: true}}
	}
	if n%7 == 5 {
		e.Findings[1] = border.Unanswered("alerts.national", border.Source{}, border.ReasonListMissing)
	}
	return e
}

// fill lets two stations report n crossings, one undone, and one event that cannot be read.
func (c *centre) fill(t testing.TB, n int) {
	t.Helper()
	var bodies []replicationtest.Body
	for i := range n {
		direction := border.Entry
		if i%3 == 0 {
			direction = border.Exit
		}
		e := c.crossing(i, direction)
		bodies = append(bodies, body(t, border.KindCrossing, e))
		if i == 4 {
			bodies = append(bodies, body(t, border.KindCorrection, border.CorrectionEvent{
				CorrectionID: uuid.New(), CrossingID: e.CrossingID, Officer: "officer2", Reason: "wrong_key", CorrectedAt: e.CrossedAt.Add(time.Minute),
			}))
		}
	}
	c.send(t, "airport-1", bodies...)
	c.send(t, "land-2", body(t, border.KindCrossing, c.crossing(n+1, border.Entry)),
		replicationtest.Body{Kind: border.KindCrossing, Version: 1, Payload: []byte(`{"lane":7}`)})
}

// heartbeat lets a station say how it is.
func (c *centre) heartbeat(t testing.TB, station string, backlog int64) {
	t.Helper()
	require.NoError(t, centraldb.NewStatus(c.DB).Beat(t.Context(), station, c.Clock.Now(), replication.Heartbeat{Backlog: backlog}))
}
