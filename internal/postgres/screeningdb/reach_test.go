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

// A question about an alert that nobody's desk is for reaches every desk, says so, and can be answered there.
func TestAQuestionThatIsNobodysReachesEveryDesk(t *testing.T) {
	for name, owner := range map[string]string{"an agency that nobody works for": "Ministry of Nobody", "no agency": ""} {
		t.Run(name, func(t *testing.T) {
			c := deskworld.New(t)
			s := c.Station("xaa-apt")
			e := s.Cross(deskworld.Traveller(1), border.Entry, c.Now.Add(-time.Minute), deskworld.NoHit())
			h := s.Raise(e, alerts.Alert{List: "interpol.nominals", ID: "2026/1", Version: 1, Owner: owner, Action: alerts.ActionDetain}, alerts.Certain)
			h.Ask("Please confirm.")
			c.Screen()
			for _, agency := range []string{deskworld.Owner, deskworld.Other} {
				q, err := c.Store.Queue(t.Context(), agency, true, deskworld.Look())
				require.NoError(t, err)
				require.Len(t, q.Asked, 1)
				require.True(t, q.Asked[0].NoDesk)
			}
			q, err := c.Store.Queue(t.Context(), "", true, deskworld.Look())
			require.NoError(t, err)
			require.Empty(t, q.Asked, "an account without an agency has no desk")
			_, err = c.Store.Dossier(t.Context(), h.ID, deskworld.Other, deskworld.Look())
			require.NoError(t, err)
			require.NoError(t, c.Store.Answer(t.Context(), h.ID, deskworld.Owner, 0, hit.Answer{Confirmed: true, By: "Olu, NCB"}, "olu", deskworld.Act()))
			require.True(t, toldOf(c, h.ID).Answer.Confirmed)

			if owner == "" {
				return
			}
			c.Desk(owner)
			_, err = c.Store.Dossier(t.Context(), h.ID, deskworld.Owner, deskworld.Look())
			require.ErrorIs(t, err, hit.ErrNoSuchHit, "once it has a desk of its own it is nobody else's")
		})
	}
}

// A discreet hit whose agency has no desk is shown to nobody.
func TestADiscreetHitOfNobodyIsShownToNobody(t *testing.T) {
	c := deskworld.New(t)
	a := deskworld.Discreet("D-1", deskworld.Traveller(1))
	a.Owner = "Ministry of Nobody"
	c.Alert(a)
	c.Station("xaa-apt").Cross(deskworld.Traveller(1), border.Entry, c.Now.Add(-time.Minute), deskworld.NoHit())
	c.Screen()
	require.Equal(t, 1, c.Count("discreet_hit"))
	require.Zero(t, c.Count("desk_hit"))
	_, total, err := c.Store.Discreet(t.Context(), deskworld.Owner, place(), 50, deskworld.Look())
	require.NoError(t, err)
	require.Zero(t, total)
}

// A question stays on the desk while its crossing point proposes an end.
func TestAQuestionStaysWhileAnEndIsProposed(t *testing.T) {
	c := deskworld.New(t)
	a := c.Alert(deskworld.Wanted("A-1", deskworld.Traveller(1)))
	s := c.Station("xaa-apt")
	h := s.Raise(s.Cross(deskworld.Traveller(1), border.Entry, c.Now.Add(-time.Minute), deskworld.Met(a)), a, alerts.Certain)
	h.Ask("Please confirm.")
	h.Step(hit.Event{Kind: hit.Proposed, Outcome: &hit.Outcome{Code: hit.OutcomeActionTaken, Action: a.Action, Override: "danger", Remark: "x"}})
	c.Screen()
	require.Equal(t, hit.StageProposed, c.Row(h.ID).Stage)
	q, err := c.Store.Queue(t.Context(), deskworld.Owner, true, deskworld.Look())
	require.NoError(t, err)
	require.Len(t, q.Asked, 1)
	require.Equal(t, 1, q.Totals.Asked)
}

// The steps of a hit are those of the station that raised it.
func TestAnotherStationAddsNothingToAHit(t *testing.T) {
	c := deskworld.New(t)
	a := c.Alert(deskworld.Wanted("A-1", deskworld.Traveller(1)))
	s := c.Station("xaa-apt")
	h := s.Raise(s.Cross(deskworld.Traveller(1), border.Entry, c.Now.Add(-time.Minute), deskworld.Met(a)), a, alerts.Certain)
	h.At(c.Station("xab-lnd")).Step(hit.Event{Kind: hit.Claimed})
	c.Screen()
	d, err := c.Store.Dossier(t.Context(), h.ID, deskworld.Owner, deskworld.Look())
	require.NoError(t, err)
	require.Len(t, d.There.Course, 1)
	require.Equal(t, "xaa-apt", d.Station)
}

// What a simulator made up is marked, and counted nowhere.
func TestAHitOfASimulatorIsMarkedAndNotCounted(t *testing.T) {
	c := deskworld.New(t)
	a := c.Alert(deskworld.Wanted("A-1", deskworld.Traveller(1)))
	s := c.Station("xaa-apt")
	h := s.Raise(s.Cross(deskworld.Traveller(1), border.Entry, c.Now, deskworld.Met(a)), a, alerts.Certain, func(r *hit.Raise) { r.Simulator = true })
	c.Screen()
	require.True(t, c.Row(h.ID).Simulator)
	today := traveldoc.DateOf(deskworld.Noon)
	got, err := c.Store.Statistics(t.Context(), today, today, deskworld.Look())
	require.NoError(t, err)
	require.Zero(t, got.All.Hits)
}
