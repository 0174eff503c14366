package centraldb_test

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/traveldoc"
)

// list is the page of overstayers for a question, seen by somebody who says what for.
func (c *centre) list(t testing.TB, q central.OverstayQuery) central.OverstayPage {
	t.Helper()
	q.Purpose = "stay_check"
	page, err := centraldb.NewReader(c.db, make([]byte, 32)).Overstayers(t.Context(), q, c.now, central.Cursor{}, 50, listAct(audit.Consultation))
	require.NoError(t, err)
	return page
}

// Somebody is on the list from the day after his last lawful day, by the calendar of the post, with no event to bring it about.
func TestTheLastLawfulDayIsLawful(t *testing.T) {
	c, s := newCentre(t), newStation("airport")
	c.send(t, s, s.event(t, border.KindCrossing, s.granted(traveller(1), 10, 0)))
	require.Zero(t, c.list(t, central.OverstayQuery{}).Total)
	c.now = time.Date(2026, 11, 20, 22, 59, 0, 0, time.UTC) // a minute before midnight in Paris
	require.Zero(t, c.list(t, central.OverstayQuery{}).Total)
	c.now = c.now.Add(2 * time.Minute)
	page := c.list(t, central.OverstayQuery{})
	require.Equal(t, 1, page.Total)
	require.Equal(t, 1, page.Rows[0].DaysOver)
	require.Equal(t, "TESTERB", page.Rows[0].Surname)
	require.Equal(t, "2026-11-10", page.Rows[0].EnteredOn.String())
}

// The number on every count is the number of rows behind it.
func TestCountsAreTheRowsBehindThem(t *testing.T) {
	c, s, other := newCentre(t), newStation("airport"), newStation("land")
	for i := range 9 {
		at := []*station{s, other}[i%2]
		c.send(t, at, at.event(t, border.KindCrossing, at.granted(traveller(i), 60, -1-i*3)))
	}
	all := c.list(t, central.OverstayQuery{})
	require.Equal(t, 9, all.Total)
	sum := 0
	for _, n := range all.ByNationality {
		page := c.list(t, central.OverstayQuery{Nationality: n.Of})
		require.Equal(t, n.N, page.Total)
		require.Len(t, page.Rows, n.N)
		sum += n.N
	}
	require.Equal(t, all.Total, sum)
	for _, n := range all.ByStation {
		require.Len(t, c.list(t, central.OverstayQuery{Station: n.Of}).Rows, n.N)
	}
	require.Len(t, c.list(t, central.OverstayQuery{MinDays: 10}).Rows, 6)
	require.Equal(t, 25, all.Rows[0].DaysOver, "the longest first")

	reader := centraldb.NewReader(c.db, make([]byte, 32))
	page, err := reader.Overstayers(t.Context(), central.OverstayQuery{}, c.now, central.Cursor{}, 50, look())
	require.NoError(t, err)
	require.Equal(t, 9, page.Total)
	require.Empty(t, page.Rows, "nobody is named without a purpose")
	_, err = reader.Overstayers(t.Context(), central.OverstayQuery{Purpose: "curiosity"}, c.now, central.Cursor{}, 50, look())
	require.ErrorIs(t, err, problem.New(problem.Invalid, "purpose_unknown"))
}

// Each row names the crossing points where the exit may still sit.
func TestThePostsNotHeardFromAreNamed(t *testing.T) {
	c, s := newCentre(t), newStation("airport")
	c.send(t, s, s.event(t, border.KindCrossing, s.granted(traveller(1), 20, -5)))
	status := centraldb.NewStatus(c.db)
	beat := func(name string, at time.Time, b replication.Heartbeat) {
		require.NoError(t, status.Beat(t.Context(), name, at, b))
	}
	beat("airport", noon, replication.Heartbeat{})
	beat("silent", noon.AddDate(0, 0, -7), replication.Heartbeat{})
	beat("backlog", noon, replication.Heartbeat{Backlog: 3, OldestAt: noon.AddDate(0, 0, -6)})
	beat("behind", noon, replication.Heartbeat{Backlog: 3, OldestAt: noon.AddDate(0, 0, -1)})
	require.Equal(t, []string{"backlog", "silent"}, c.list(t, central.OverstayQuery{}).Rows[0].Silent)
}

func TestWhoLeavesTheListAndByWhat(t *testing.T) {
	p := traveller(1)
	for cause, leave := range map[central.EndCause]func(t *testing.T, s *station, entry border.CrossingEvent) replication.Event{
		central.EndLateExit: func(t *testing.T, s *station, _ border.CrossingEvent) replication.Event {
			return s.event(t, border.KindCrossing, s.crossing(p, border.Exit, noon))
		},
		central.EndLateRecord: func(t *testing.T, s *station, _ border.CrossingEvent) replication.Event {
			return s.event(t, border.KindCrossing, s.crossing(p, border.Exit, noon.AddDate(0, 0, -8)))
		},
		central.EndRepaired: func(t *testing.T, s *station, _ border.CrossingEvent) replication.Event {
			return s.recordEvent(t, s.supplied(t, p, border.Exit, noon.AddDate(0, 0, -8)))
		},
		central.EndEntryVoided: func(t *testing.T, s *station, entry border.CrossingEvent) replication.Event {
			return s.recordEvent(t, s.record(t, border.MovementVoided, p.file, file.Voided{Movement: entry.CrossingID, Ground: "never_crossed", Evidence: "camera"}))
		},
		central.EndExtended: func(t *testing.T, s *station, _ border.CrossingEvent) replication.Event {
			r := s.record(t, border.AuthorisationChanged, p.file, nil)
			return s.eventWith(t, r.ID, string(r.Kind), withBody(t, r, file.Authorisation{Authorisation: stay.Authorisation{
				ID: r.ID, Kind: stay.Extended, On: traveldoc.DateOf(noon), Until: traveldoc.DateOf(noon.AddDate(0, 0, 30)), At: noon,
			}, Authority: "permits", Ground: "illness"}))
		},
		central.EndNewEntry: func(t *testing.T, s *station, _ border.CrossingEvent) replication.Event {
			return s.event(t, border.KindCrossing, s.granted(p, 1, 30))
		},
	} {
		t.Run(string(cause), func(t *testing.T) {
			c, s := newCentre(t), newStation("airport")
			entry := s.granted(p, 20, -5)
			c.send(t, s, s.event(t, border.KindCrossing, entry))
			require.Equal(t, 1, c.list(t, central.OverstayQuery{}).Total)
			c.send(t, s, leave(t, s, entry))
			require.Zero(t, c.list(t, central.OverstayQuery{}).Total)
			page, err := centraldb.NewReader(c.db, make([]byte, 32)).OverstayEnds(t.Context(), "stay_check", 0, 10, listAct(audit.Consultation))
			require.NoError(t, err)
			require.Len(t, page.Rows, 1)
			end := page.Rows[0]
			require.Equal(t, cause, end.Cause)
			require.Equal(t, 5, end.DaysOver)
			require.Equal(t, "TESTERB", end.Surname)
			wantGround := map[central.EndCause]string{
				central.EndRepaired: "missing_exit", central.EndEntryVoided: "never_crossed", central.EndExtended: "illness",
			}[cause]
			require.Equal(t, wantGround, end.Ground)
		})
	}
}

func withBody(t testing.TB, r border.Record, body any) border.Record {
	t.Helper()
	s := station{name: r.Station, zone: r.Zone}
	r.Body = s.record(t, r.Kind, r.File, body).Body
	return r
}

// A row that says the same is not published again; one batch is one version; who has not moved for long goes.
func TestFilesArePublishedOnceAndForgotten(t *testing.T) {
	c, s := newCentre(t), newStation("airport")
	version := func() int64 {
		v, err := centraldb.NewReference(c.db).Versions(t.Context())
		require.NoError(t, err)
		return v[file.Dataset].Version
	}
	var events []replication.Event
	for i := range 30 {
		events = append(events, s.event(t, border.KindCrossing, s.crossing(traveller(i), border.Entry, noon.Add(-time.Duration(i)*time.Hour))))
	}
	c.send(t, s, events...)
	require.EqualValues(t, 1, version())
	referred := s.crossing(traveller(3), border.Exit, noon)
	referred.Decision.Verdict = border.Refer
	c.send(t, s, s.event(t, border.KindCrossing, referred))
	require.EqualValues(t, 1, version(), "nothing of it concerns other crossing points")
	_, err := c.db.Pool.Exec(t.Context(), `INSERT INTO stay_dirty (travellers, queued_at) SELECT array_agg(traveller_id), now() FROM stay`)
	require.NoError(t, err)
	require.NoError(t, c.projector.Drain(t.Context()))
	require.EqualValues(t, 1, version(), "looked at again, found the same")

	c.now = noon.Add(centraldb.DefaultFilesKept).Add(-10 * time.Hour)
	require.NoError(t, c.projector.Forget(t.Context()))
	require.EqualValues(t, 2, version())
	_, _, err = centraldb.NewReference(c.db).Changes(t.Context(), file.Dataset, 0, 10)
	require.ErrorIs(t, err, replication.ErrTooOld, "who was away for years takes a snapshot")
	rows, _, err := centraldb.NewReference(c.db).Rows(t.Context(), file.Dataset, "", 100)
	require.NoError(t, err)
	require.Len(t, rows, 10)
}

// Several processes of the centre may project: each note is worked on once, and none is forgotten.
func TestProjectorsAtTheSameTime(t *testing.T) {
	c, s := newCentre(t), newStation("airport")
	for range 40 {
		c.apply(t, s, s.backlog(t, 25)...)
	}
	var work sync.WaitGroup
	for range 4 {
		another := centraldb.NewProjector(c.projector.ProjectorConfig)
		work.Go(func() {
			if err := another.Drain(t.Context()); err != nil {
				t.Error(err) // not the test's own goroutine
			}
		})
	}
	work.Wait()
	require.NoError(t, c.projector.Drain(t.Context()))
	require.Zero(t, one[int](t, c.db, `SELECT count(*) FROM stay_dirty`))
	require.Equal(t, 1000, one[int](t, c.db, `SELECT count(*) FROM movement`))
	require.Equal(t, one[int](t, c.db, `SELECT count(DISTINCT traveller_id) FROM movement`), one[int](t, c.db, `SELECT count(*) FROM stay`))
}

// The length of the list is kept for every day.
func TestTheListIsCountedEachDay(t *testing.T) {
	c, s := newCentre(t), newStation("airport")
	c.send(t, s, s.event(t, border.KindCrossing, s.granted(traveller(1), 20, -5)), s.event(t, border.KindCrossing, s.granted(traveller(2), 20, 0)))
	for range 2 {
		require.NoError(t, c.projector.CountOverstays(t.Context()))
	}
	c.now = c.now.AddDate(0, 0, 1)
	require.NoError(t, c.projector.CountOverstays(t.Context()))
	days, err := centraldb.NewReader(c.db, make([]byte, 32)).OverstayDays(t.Context(), 10)
	require.NoError(t, err)
	require.Equal(t, []int64{1, 2}, []int64{days[0].N, days[1].N})
}

// The export is audited before it leaves, and needs a purpose.
func TestTheListIsExportedForAPurpose(t *testing.T) {
	c, s := newCentre(t), newStation("airport")
	c.send(t, s, s.event(t, border.KindCrossing, s.granted(traveller(1), 20, -5)))
	reader := centraldb.NewReader(c.db, make([]byte, 32))
	var got []uuid.UUID
	export := func(purpose string) error {
		return reader.ExportOverstayers(t.Context(), central.OverstayQuery{Purpose: purpose}, c.now, listAct(audit.Disclosure),
			func(int) error { return nil }, func(o central.Overstayer) error { got = append(got, o.Group); return nil })
	}
	require.ErrorIs(t, export(""), problem.New(problem.Forbidden, "purpose_missing"))
	require.Empty(t, got)
	require.NoError(t, export("stay_check"))
	require.Len(t, got, 1)
	require.Equal(t, 1, one[int](t, c.db, `SELECT count(*) FROM audit WHERE verb = 'disclosure' AND purpose = 'stay_check' AND result_count = 1`))
}

// Other rules of stay, and everybody is looked at again when the program starts.
func TestOtherRulesOfStayAreAppliedToEverybody(t *testing.T) {
	c, s := newCentre(t), newStation("airport")
	c.send(t, s, s.event(t, border.KindCrossing, s.crossing(traveller(1), border.Entry, noon.AddDate(0, 0, -40))))
	require.Zero(t, c.list(t, central.OverstayQuery{}).Total, "90 days")
	path := filepath.Join(t.TempDir(), "rules.json")
	require.NoError(t, os.WriteFile(path, []byte(`{"version":"2","default":{"days":30,"window":60},"regimes":[]}`), 0o600))
	regimes, err := stay.LoadRegimes(path)
	require.NoError(t, err)
	config := c.projector.ProjectorConfig
	config.Regimes = regimes
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	config.Published = func(string) {}
	again := centraldb.NewProjector(config)
	go func() { defer close(done); _ = again.Run(ctx) }()
	require.Eventually(t, func() bool { return c.list(t, central.OverstayQuery{}).Total == 1 }, time.Minute, 20*time.Millisecond)
	stop()
	<-done
	require.Equal(t, 11, c.list(t, central.OverstayQuery{}).Rows[0].DaysOver)
}
