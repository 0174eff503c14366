package screeningdb_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/alerts/screening"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/postgres/screeningdb/deskworld"
)

// told is what the stations are told of a hit.
func toldOf(c *deskworld.Centre, id uuid.UUID) hit.Told {
	c.Helper()
	var row []byte
	require.NoError(c, c.DB.Pool.QueryRow(c.Context(), `SELECT row FROM ref_row WHERE dataset = $1 AND key = $2`, hit.AnswersDataset, id.String()).Scan(&row))
	var told hit.Told
	require.NoError(c, json.Unmarshal(row, &told))
	return told
}

func TestAnEventIsHeldAgainstAllAlertsWhenItArrives(t *testing.T) {
	c := deskworld.New(t)
	a := c.Alert(deskworld.Wanted("A-1", deskworld.Traveller(1)))
	c.Screen()

	for _, part := range []struct {
		name    string
		finding border.Finding
		want    string // why a hit is raised; empty: none
	}{
		{"the station's list did not hold it", deskworld.NoHit(), screening.LateEvent},
		{"the station's check had no answer", deskworld.NotChecked(), screening.WasNotChecked},
		{"the station found it", deskworld.Met(a), ""},
	} {
		t.Run(part.name, func(t *testing.T) {
			before := c.Hits()
			e := c.Station("xaa-apt").Cross(deskworld.Traveller(1), border.Entry, c.Now.Add(-time.Hour), part.finding)
			c.Screen()
			after := c.Hits()
			if part.want == "" {
				require.Len(t, after, len(before))
				return
			}
			require.Len(t, after, len(before)+1)
			d, err := c.Store.Dossier(t.Context(), hit.ID(e.CrossingID, a.Key()), deskworld.Owner, deskworld.Look())
			require.NoError(t, err)
			require.Equal(t, part.want, d.Raise.Retro)
			require.Equal(t, e.CrossedAt, d.Raise.CrossedAt)
			require.Equal(t, "xaa-apt", d.Raise.Station)
			require.True(t, d.Inside, "he is still inside")
			require.NotEmpty(t, d.Raise.Evidence)

			told := toldOf(c, d.ID)
			require.Equal(t, "xaa-apt", told.Station)
			require.Equal(t, &hit.Retro{Crossing: e.CrossingID, Alert: a.Key(), AlertVersion: a.Version, Action: a.Action, Band: d.Band, Why: part.want}, told.Retro)
			require.NotContains(t, string(must(json.Marshal(told))), deskworld.Traveller(1).Surname)
		})
	}
}

func must(text []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return text
}

func TestAChangedAlertIsSearchedAmongThoseWhoHaveCrossed(t *testing.T) {
	c := deskworld.New(t)
	s := c.Station("xaa-apt")
	recent := s.Cross(deskworld.Traveller(1), border.Entry, c.Now.Add(-10*24*time.Hour), deskworld.NoHit())
	newer := s.Cross(deskworld.Traveller(1), border.Exit, c.Now.Add(-5*24*time.Hour), deskworld.NoHit())
	inside := s.Cross(deskworld.Traveller(2), border.Entry, c.Now.Add(-300*24*time.Hour), deskworld.NoHit())
	s.Cross(deskworld.Traveller(3), border.Entry, c.Now.Add(-301*24*time.Hour), deskworld.NoHit())
	s.Cross(deskworld.Traveller(3), border.Exit, c.Now.Add(-300*24*time.Hour), deskworld.NoHit())
	c.Screen()
	require.Empty(t, c.Hits())

	a := c.Alert(deskworld.Wanted("A-1", deskworld.Traveller(1)))
	b := c.Alert(deskworld.Wanted("A-2", deskworld.Traveller(2)))
	c.Alert(deskworld.Wanted("A-3", deskworld.Traveller(3)))
	c.Screen()
	found := map[uuid.UUID]screening.Row{}
	for _, r := range c.Hits() {
		found[r.ID] = r
	}
	require.Contains(t, found, hit.ID(newer.CrossingID, a.Key()), "where he crossed last")
	require.NotContains(t, found, hit.ID(recent.CrossingID, a.Key()), "one hit on one person")
	require.Contains(t, found, hit.ID(inside.CrossingID, b.Key()), "he came long ago and is still here")
	require.Len(t, found, 2, "who left before the days that are searched is not raised")
	for _, r := range found {
		require.Equal(t, screening.AlertChanged, r.Retro)
	}

	p, err := c.Store.Progress(t.Context())
	require.NoError(t, err)
	require.Zero(t, p.Backlog)
	require.EqualValues(t, 5, p.Screened)
	require.Len(t, p.Runs, 1)
	require.Equal(t, screening.PhaseDone, p.Runs[0].Phase)
	require.EqualValues(t, 3, p.Runs[0].Alerts)
	require.EqualValues(t, 2, p.Runs[0].Found)
}

// A restart at any point loses nothing and raises nothing twice.
func TestARestartLosesNothing(t *testing.T) {
	c := deskworld.New(t)
	s := c.Station("xaa-apt")
	first := s.Cross(deskworld.Traveller(1), border.Entry, c.Now.Add(-48*time.Hour), deskworld.NoHit())
	a := c.Alert(deskworld.Wanted("A-1", deskworld.Traveller(1)))
	c.Screen()
	require.Len(t, c.Hits(), 1)

	// The note is taken again after its work was done: as if the program had been killed between reading and deleting.
	second := s.Cross(deskworld.Traveller(1), border.Exit, c.Now.Add(-time.Hour), deskworld.NoHit())
	arrivals, err := c.Store.Arrivals(t.Context(), 500)
	require.NoError(t, err)
	require.Equal(t, 1, arrivals.Events)
	c.Restart()
	c.Screen()
	require.Len(t, c.Hits(), 2)
	require.NoError(t, c.Store.Screened(t.Context(), arrivals, nil), "a note that is gone changes nothing")
	p, err := c.Store.Progress(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 2, p.Screened)

	// An alert changes while the program is down, and a run is cut off after it began.
	b := c.Alert(deskworld.Wanted("A-2", deskworld.Traveller(1)))
	require.NoError(t, c.Store.Begin(t.Context(), must1(c.Store.Newest(t.Context())), screening.WhyAlerts, c.Now.Add(-screening.DefaultBack)))
	_, open, err := c.Store.Open(t.Context())
	require.NoError(t, err)
	require.True(t, open)
	c.Restart()
	c.Screen()
	ids := map[uuid.UUID]bool{}
	for _, r := range c.Hits() {
		ids[r.ID] = true
	}
	require.Equal(t, map[uuid.UUID]bool{
		hit.ID(first.CrossingID, a.Key()): true, hit.ID(second.CrossingID, a.Key()): true, hit.ID(second.CrossingID, b.Key()): true,
	}, ids)
	c.Restart()
	c.Screen()
	require.Len(t, c.Hits(), 3, "nothing is raised twice")
}

func must1[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestAnEventThatCannotBeScreenedHoldsUpNoOther(t *testing.T) {
	c := deskworld.New(t)
	a := c.Alert(deskworld.Wanted("A-1", deskworld.Traveller(1)))
	s := c.Station("xaa-apt")
	e := s.Cross(deskworld.Traveller(1), border.Entry, c.Now.Add(-time.Hour), deskworld.NoHit())
	arrivals, err := c.Store.Arrivals(t.Context(), 500)
	require.NoError(t, err)
	require.NoError(t, c.Store.Failed(t.Context(), arrivals.Notes, "failed"))
	e2 := s.Cross(deskworld.Traveller(1), border.Exit, c.Now.Add(-30*time.Minute), deskworld.NoHit())
	c.Screen()
	p, err := c.Store.Progress(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, p.Failing, "it waits, and the board says so")
	require.EqualValues(t, 1, p.Backlog)
	require.Equal(t, deskworld.Noon, p.Oldest)
	_, err = c.Store.Dossier(t.Context(), hit.ID(e2.CrossingID, a.Key()), deskworld.Owner, deskworld.Look())
	require.NoError(t, err)

	c.Now = c.Now.Add(2 * time.Minute)
	c.Screen()
	p, err = c.Store.Progress(t.Context())
	require.NoError(t, err)
	require.Zero(t, p.Failing)
	_, err = c.Store.Dossier(t.Context(), hit.ID(e.CrossingID, a.Key()), deskworld.Owner, deskworld.Look())
	require.NoError(t, err)
}

// Of a closed hit a new version of the alert makes an open one again; an open one is brought up to date; of one on the same version
// nothing is made.
func TestANewVersionOfAnAlertRaisesAnew(t *testing.T) {
	c := deskworld.New(t)
	e := c.Station("xaa-apt").Cross(deskworld.Traveller(1), border.Entry, c.Now.Add(-time.Hour), deskworld.NoHit())
	a := c.Alert(deskworld.Wanted("A-1", deskworld.Traveller(1)))
	c.Screen()
	id := hit.ID(e.CrossingID, a.Key())
	c.Alert(a)
	c.Screen()
	require.Len(t, c.Hits(), 1)
	d, err := c.Store.Dossier(t.Context(), id, deskworld.Owner, deskworld.Look())
	require.NoError(t, err)
	require.Equal(t, 2, d.AlertVersion, "what is worked on is the alert as it is now")
	require.Equal(t, 2, toldOf(c, id).Retro.AlertVersion, "and the station is told")

	require.NoError(t, c.Store.Step(t.Context(), id, deskworld.Owner, "olu", deskworld.Act(), hit.Event{Kind: hit.Claimed},
		hit.Event{Kind: hit.Judged, Judgement: &hit.Judgement{Compared: []string{"photo"}}},
		hit.Event{Kind: hit.Closed, Outcome: &hit.Outcome{Code: hit.OutcomeNotSame}}))
	c.Restart()
	c.Screen()
	d, err = c.Store.Dossier(t.Context(), id, deskworld.Owner, deskworld.Look())
	require.NoError(t, err)
	require.Equal(t, hit.StageClosed, d.Stage)

	third := c.Alert(a)
	c.Screen()
	d, err = c.Store.Dossier(t.Context(), id, deskworld.Owner, deskworld.Look())
	require.NoError(t, err)
	require.Equal(t, hit.StageOpen, d.Stage)
	require.Equal(t, third.Version, d.AlertVersion)
	require.Empty(t, d.Worker)
	require.Equal(t, hit.Reopened, d.Own.Course[4].Kind)
}

// What is said of an agency's alerts is for that agency.
func TestADeskSeesItsOwnHitsOnly(t *testing.T) {
	c := deskworld.New(t)
	theirs := deskworld.Wanted("A-1", deskworld.Traveller(1))
	theirs.Owner = deskworld.Other
	theirs = c.Alert(theirs)
	e := c.Station("xaa-apt").Cross(deskworld.Traveller(1), border.Entry, c.Now.Add(-time.Hour), deskworld.NoHit())
	c.Screen()
	id := hit.ID(e.CrossingID, theirs.Key())
	for _, agency := range []string{deskworld.Owner, ""} {
		_, err := c.Store.Dossier(t.Context(), id, agency, deskworld.Look())
		require.ErrorIs(t, err, hit.ErrNoSuchHit)
		require.ErrorIs(t, c.Store.Answer(t.Context(), id, agency, 0, hit.Answer{Confirmed: true, By: "X"}, "x", deskworld.Act()), hit.ErrNoSuchHit)
		q, err := c.Store.Queue(t.Context(), agency, true, deskworld.Look())
		require.NoError(t, err)
		require.Empty(t, q.Raised)
		require.Zero(t, q.Totals.Raised)
	}
	_, err := c.Store.Dossier(t.Context(), id, deskworld.Other, deskworld.Look())
	require.NoError(t, err)
}
