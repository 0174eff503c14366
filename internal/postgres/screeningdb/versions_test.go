package screeningdb_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/postgres/screeningdb/deskworld"
	"github.com/openbmis/openbmis/traveldoc"
)

// What is to be done with the person has changed: whoever works on the hit, here and there, is told.
func TestAnOpenHitFollowsItsAlert(t *testing.T) {
	c := deskworld.New(t)
	e := c.Station("xaa-apt").Cross(deskworld.Traveller(1), border.Entry, c.Now.Add(-time.Hour), deskworld.NoHit())
	a := c.Alert(deskworld.Wanted("A-1", deskworld.Traveller(1)))
	c.Screen()
	id := hit.ID(e.CrossingID, a.Key())
	require.NoError(t, c.Store.Step(t.Context(), id, deskworld.Owner, "olu", deskworld.Act(), hit.Event{Kind: hit.Claimed}))
	a.Action, a.Safety = alerts.ActionRefuse, []string{"armed"}
	c.Alert(a)
	told := c.Told
	c.Screen()
	require.Greater(t, c.Told, told)
	require.Equal(t, alerts.ActionRefuse, toldOf(c, id).Retro.Action)
	require.Equal(t, []string{"armed"}, toldOf(c, id).Retro.Safety)
	row := c.Row(id)
	require.Equal(t, alerts.ActionRefuse, row.Action)
	require.Equal(t, 2, row.AlertVersion)
	require.Equal(t, "olu", row.Worker, "what was done stays")
	require.Equal(t, 1, c.Count("desk_hit"))
}

// A discreet hit that was reported is new again when its alert is another.
func TestADiscreetHitIsNewAgainOnAnotherVersion(t *testing.T) {
	c := deskworld.New(t)
	c.Station("xaa-apt").Cross(deskworld.Traveller(1), border.Entry, c.Now.Add(-time.Hour), deskworld.NoHit())
	a := c.Alert(deskworld.Discreet("D-1", deskworld.Traveller(1)))
	c.Screen()
	rows, _, err := c.Store.Discreet(t.Context(), deskworld.Owner, place(), 50, deskworld.Look())
	require.NoError(t, err)
	require.Len(t, rows, 1)
	require.NoError(t, c.Store.Report(t.Context(), rows[0].ID, deskworld.Owner, "olu", report(), deskworld.Act()))
	c.Screen()
	c.Alert(a)
	c.Screen()
	rows, _, err = c.Store.Discreet(t.Context(), deskworld.Owner, place(), 50, deskworld.Look())
	require.NoError(t, err)
	require.Len(t, rows, 1)
	require.Equal(t, "new", rows[0].State)
	require.Equal(t, 2, rows[0].AlertVersion)
	require.Equal(t, 3, c.Count("discreet_step"), "raised, reported, raised")
}

// The day of the crossing counts: what expired before the event came was in force at the counter.
func TestAnAlertThatExpiredMeanwhileIsMet(t *testing.T) {
	c := deskworld.New(t)
	a := deskworld.Wanted("A-1", deskworld.Traveller(1))
	a.ValidUntil = traveldoc.DateOf(c.Now.AddDate(0, 0, -2))
	a = c.Alert(a)
	c.Screen()
	s := c.Station("xaa-apt")
	then := s.Cross(deskworld.Traveller(1), border.Entry, c.Now.AddDate(0, 0, -3), deskworld.NoHit())
	after := s.Cross(deskworld.Traveller(1), border.Exit, c.Now.AddDate(0, 0, -1), deskworld.NoHit())
	c.Screen()
	require.True(t, raised(c, then.CrossingID, a))
	require.False(t, raised(c, after.CrossingID, a))
}
