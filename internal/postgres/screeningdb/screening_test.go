package screeningdb_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/alerts/screening"
	"github.com/openbmis/openbmis/border"
)

// told is what the stations are told of a hit.
func (c *centre) toldOf(id uuid.UUID) hit.Told {
	c.Helper()
	var row []byte
	require.NoError(c, c.db.Pool.QueryRow(c.Context(), `SELECT row FROM ref_row WHERE dataset = $1 AND key = $2`, hit.AnswersDataset, id.String()).Scan(&row))
	var told hit.Told
	require.NoError(c, json.Unmarshal(row, &told))
	return told
}

func TestAnEventIsHeldAgainstAllAlertsWhenItArrives(t *testing.T) {
	c := newCentre(t)
	a := c.alert(wanted("A-1", traveller(1)))
	c.screen()

	for _, part := range []struct {
		name    string
		finding border.Finding
		want    string // why a hit is raised; empty: none
	}{
		{"the station's list did not hold it", noHit(), screening.LateEvent},
		{"the station's check had no answer", notChecked(), screening.WasNotChecked},
		{"the station found it", met(a), ""},
	} {
		t.Run(part.name, func(t *testing.T) {
			before := c.hits()
			e := c.station("xaa-apt").cross(traveller(1), border.Entry, c.now.Add(-time.Hour), part.finding)
			c.screen()
			after := c.hits()
			if part.want == "" {
				require.Len(t, after, len(before))
				return
			}
			require.Len(t, after, len(before)+1)
			d, err := c.store.Dossier(t.Context(), hit.ID(e.CrossingID, a.Key()), owner, look())
			require.NoError(t, err)
			require.Equal(t, part.want, d.Raise.Retro)
			require.Equal(t, e.CrossedAt, d.Raise.CrossedAt)
			require.Equal(t, "xaa-apt", d.Raise.Station)
			require.True(t, d.Inside, "he is still inside")
			require.NotEmpty(t, d.Raise.Evidence)

			told := c.toldOf(d.ID)
			require.Equal(t, "xaa-apt", told.Station)
			require.Equal(t, &hit.Retro{Crossing: e.CrossingID, Alert: a.Key(), Action: a.Action, Band: d.Band, Why: part.want}, told.Retro)
			require.NotContains(t, string(must(json.Marshal(told))), traveller(1).surname)
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
	c := newCentre(t)
	s := c.station("xaa-apt")
	recent := s.cross(traveller(1), border.Entry, c.now.Add(-10*24*time.Hour), noHit())
	newer := s.cross(traveller(1), border.Exit, c.now.Add(-5*24*time.Hour), noHit())
	inside := s.cross(traveller(2), border.Entry, c.now.Add(-300*24*time.Hour), noHit())
	s.cross(traveller(3), border.Entry, c.now.Add(-301*24*time.Hour), noHit())
	s.cross(traveller(3), border.Exit, c.now.Add(-300*24*time.Hour), noHit())
	c.screen()
	require.Empty(t, c.hits())

	a := c.alert(wanted("A-1", traveller(1)))
	b := c.alert(wanted("A-2", traveller(2)))
	c.alert(wanted("A-3", traveller(3)))
	c.screen()
	found := map[uuid.UUID]screening.Row{}
	for _, r := range c.hits() {
		found[r.ID] = r
	}
	require.Contains(t, found, hit.ID(newer.CrossingID, a.Key()), "where he crossed last")
	require.NotContains(t, found, hit.ID(recent.CrossingID, a.Key()), "one hit on one person")
	require.Contains(t, found, hit.ID(inside.CrossingID, b.Key()), "he came long ago and is still here")
	require.Len(t, found, 2, "who left before the days that are searched is not raised")
	for _, r := range found {
		require.Equal(t, screening.AlertChanged, r.Retro)
	}

	p, err := c.store.Progress(t.Context())
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
	c := newCentre(t)
	s := c.station("xaa-apt")
	first := s.cross(traveller(1), border.Entry, c.now.Add(-48*time.Hour), noHit())
	a := c.alert(wanted("A-1", traveller(1)))
	c.screen()
	require.Len(t, c.hits(), 1)

	// The note is taken again after its work was done: as if the program had been killed between reading and deleting.
	second := s.cross(traveller(1), border.Exit, c.now.Add(-time.Hour), noHit())
	arrivals, err := c.store.Arrivals(t.Context(), 500)
	require.NoError(t, err)
	require.Equal(t, 1, arrivals.Events)
	c.restart()
	c.screen()
	require.Len(t, c.hits(), 2)
	require.NoError(t, c.store.Screened(t.Context(), arrivals, nil), "a note that is gone changes nothing")
	p, err := c.store.Progress(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 2, p.Screened)

	// An alert changes while the program is down, and a run is cut off after it began.
	b := c.alert(wanted("A-2", traveller(1)))
	require.NoError(t, c.store.Begin(t.Context(), must1(c.store.Newest(t.Context())), screening.WhyAlerts, c.now.Add(-screening.DefaultBack)))
	_, open, err := c.store.Open(t.Context())
	require.NoError(t, err)
	require.True(t, open)
	c.restart()
	c.screen()
	ids := map[uuid.UUID]bool{}
	for _, r := range c.hits() {
		ids[r.ID] = true
	}
	require.Equal(t, map[uuid.UUID]bool{
		hit.ID(first.CrossingID, a.Key()): true, hit.ID(second.CrossingID, a.Key()): true, hit.ID(second.CrossingID, b.Key()): true,
	}, ids)
	c.restart()
	c.screen()
	require.Len(t, c.hits(), 3, "nothing is raised twice")
}

func must1[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestAnEventThatCannotBeScreenedHoldsUpNoOther(t *testing.T) {
	c := newCentre(t)
	a := c.alert(wanted("A-1", traveller(1)))
	s := c.station("xaa-apt")
	e := s.cross(traveller(1), border.Entry, c.now.Add(-time.Hour), noHit())
	arrivals, err := c.store.Arrivals(t.Context(), 500)
	require.NoError(t, err)
	require.NoError(t, c.store.Failed(t.Context(), arrivals.Notes, "failed"))
	e2 := s.cross(traveller(1), border.Exit, c.now.Add(-30*time.Minute), noHit())
	c.screen()
	p, err := c.store.Progress(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, p.Failing, "it waits, and the board says so")
	require.EqualValues(t, 1, p.Backlog)
	require.Equal(t, noon, p.Oldest)
	_, err = c.store.Dossier(t.Context(), hit.ID(e2.CrossingID, a.Key()), owner, look())
	require.NoError(t, err)

	c.now = c.now.Add(2 * time.Minute)
	c.screen()
	p, err = c.store.Progress(t.Context())
	require.NoError(t, err)
	require.Zero(t, p.Failing)
	_, err = c.store.Dossier(t.Context(), hit.ID(e.CrossingID, a.Key()), owner, look())
	require.NoError(t, err)
}

// Of a closed hit a new version of the alert makes an open one again; of an open one, and of one on the same version, nothing.
func TestANewVersionOfAnAlertRaisesAnew(t *testing.T) {
	c := newCentre(t)
	e := c.station("xaa-apt").cross(traveller(1), border.Entry, c.now.Add(-time.Hour), noHit())
	a := c.alert(wanted("A-1", traveller(1)))
	c.screen()
	id := hit.ID(e.CrossingID, a.Key())
	c.alert(a)
	c.screen()
	require.Len(t, c.hits(), 1)
	d, err := c.store.Dossier(t.Context(), id, owner, look())
	require.NoError(t, err)
	require.Equal(t, 1, d.AlertVersion, "it is still being worked on")

	require.NoError(t, c.store.Step(t.Context(), id, owner, "olu", act(), hit.Event{Kind: hit.Claimed},
		hit.Event{Kind: hit.Judged, Judgement: &hit.Judgement{Compared: []string{"photo"}}},
		hit.Event{Kind: hit.Closed, Outcome: &hit.Outcome{Code: hit.OutcomeNotSame}}))
	c.restart()
	c.screen()
	d, err = c.store.Dossier(t.Context(), id, owner, look())
	require.NoError(t, err)
	require.Equal(t, hit.StageClosed, d.Stage)

	third := c.alert(a)
	c.screen()
	d, err = c.store.Dossier(t.Context(), id, owner, look())
	require.NoError(t, err)
	require.Equal(t, hit.StageOpen, d.Stage)
	require.Equal(t, third.Version, d.AlertVersion)
	require.Empty(t, d.Worker)
	require.Equal(t, hit.Reopened, d.Own.Course[4].Kind)
}

// Whoever was said not to be the person is not raised again by the next crossing; his document is.
func TestAClearedPersonIsNotRaisedAgain(t *testing.T) {
	c := newCentre(t)
	p := traveller(1)
	a := wanted("A-1", p)
	a = c.alert(a)
	doc := wanted("A-2", traveller(1))
	doc.Subject.Names, doc.Subject.Births, doc.Subject.Kind = nil, nil, alerts.DocumentOnly
	doc.Subject.Documents = []alerts.Document{{Number: p.number, Issuer: p.nationality, Type: "P"}}
	doc = c.alert(doc)
	s := c.station("xaa-apt")
	e := s.cross(p, border.Entry, c.now.Add(-time.Hour), noHit())
	c.screen()
	for _, key := range []string{a.Key(), doc.Key()} {
		require.NoError(t, c.store.Step(t.Context(), hit.ID(e.CrossingID, key), owner, "olu", act(), hit.Event{Kind: hit.Claimed},
			hit.Event{Kind: hit.Judged, Judgement: &hit.Judgement{Compared: []string{"photo"}}},
			hit.Event{Kind: hit.Closed, Outcome: &hit.Outcome{Code: hit.OutcomeNotSame}}), key)
	}
	next := s.cross(p, border.Exit, c.now.Add(-time.Minute), noHit())
	c.screen()
	_, err := c.store.Dossier(t.Context(), hit.ID(next.CrossingID, a.Key()), owner, look())
	require.ErrorIs(t, err, hit.ErrNoSuchHit)
	_, err = c.store.Dossier(t.Context(), hit.ID(next.CrossingID, doc.Key()), owner, look())
	require.NoError(t, err, "clearing a person clears no document")
}

// What is said of an agency's alerts is for that agency.
func TestADeskSeesItsOwnHitsOnly(t *testing.T) {
	c := newCentre(t)
	theirs := wanted("A-1", traveller(1))
	theirs.Owner = other
	theirs = c.alert(theirs)
	e := c.station("xaa-apt").cross(traveller(1), border.Entry, c.now.Add(-time.Hour), noHit())
	c.screen()
	id := hit.ID(e.CrossingID, theirs.Key())
	for _, agency := range []string{owner, ""} {
		_, err := c.store.Dossier(t.Context(), id, agency, look())
		require.ErrorIs(t, err, hit.ErrNoSuchHit)
		require.ErrorIs(t, c.store.Answer(t.Context(), id, agency, 0, hit.Answer{Confirmed: true, By: "X"}, "x", act()), hit.ErrNoSuchHit)
		q, err := c.store.Queue(t.Context(), agency, true, look())
		require.NoError(t, err)
		require.Empty(t, q.Raised)
		require.Zero(t, q.Totals.Raised)
	}
	_, err := c.store.Dossier(t.Context(), id, other, look())
	require.NoError(t, err)
}
