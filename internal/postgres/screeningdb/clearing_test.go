package screeningdb_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/postgres/screeningdb/deskworld"
)

func raised(c *deskworld.Centre, crossing uuid.UUID, a alerts.Alert) bool {
	c.Helper()
	return c.Count(`desk_hit WHERE id = '`+hit.ID(crossing, a.Key()).String()+`'`) == 1
}

// clears has the station say that a person is not the one of an alert, and, with a supervisor, remember it.
func clears(c *deskworld.Centre, s *deskworld.Station, p deskworld.Person, a alerts.Alert, supervisor bool) {
	c.Helper()
	e := s.Cross(p, border.Entry, c.Now.Add(-3*time.Hour), deskworld.Met(a))
	h := s.Raise(e, a, alerts.Probable)
	h.Step(hit.Event{Kind: hit.Claimed})
	h.Step(hit.Event{Kind: hit.Judged, Judgement: &hit.Judgement{Compared: []string{"photo"}}})
	h.Step(hit.Event{Kind: hit.Closed, Outcome: &hit.Outcome{Code: hit.OutcomeNotSame}})
	if supervisor {
		h.Step(hit.Event{Kind: hit.Cleared, By: "super1", Clearing: &hit.Clearing{
			Traveller: hit.TravellerKey(e.Identity, e.Document), Alert: a.Key(), AlertVersion: a.Version, Until: c.Now.Add(180 * 24 * time.Hour),
		}})
	}
	c.Screen()
}

// Two people must agree that a traveller is not the person; the word of one hides no later hit.
func TestThatOnePersonSaidNotTheSameClearsNobody(t *testing.T) {
	c := deskworld.New(t)
	p := deskworld.Traveller(1)
	a := c.Alert(deskworld.Wanted("A-1", p))
	s := c.Station("xaa-apt")
	clears(c, s, p, a, false)
	next := s.Cross(p, border.Exit, c.Now.Add(-time.Minute), deskworld.NoHit())
	c.Screen()
	require.True(t, raised(c, next.CrossingID, a))
}

// Whoever was cleared is not raised again by the next crossing; with another document he is, and so is his document.
func TestAClearedPersonIsNotRaisedAgain(t *testing.T) {
	c := deskworld.New(t)
	p := deskworld.Traveller(1)
	a := c.Alert(deskworld.Wanted("A-1", p))
	doc := deskworld.Wanted("A-2", p)
	doc.Subject.Names, doc.Subject.Births, doc.Subject.Kind = nil, nil, alerts.DocumentOnly
	doc.Subject.Documents = []alerts.Document{{Number: p.Number, Issuer: p.Nationality, Type: "P"}}
	doc = c.Alert(doc)
	s := c.Station("xaa-apt")
	clears(c, s, p, a, true)

	next := s.Cross(p, border.Exit, c.Now.Add(-time.Minute), deskworld.NoHit())
	c.Screen()
	require.False(t, raised(c, next.CrossingID, a))
	require.True(t, raised(c, next.CrossingID, doc), "clearing a person clears no document")

	renewed := p
	renewed.Number = "Y7654321"
	other := s.Cross(renewed, border.Entry, c.Now, deskworld.NoHit())
	c.Screen()
	require.True(t, raised(c, other.CrossingID, a), "with another document he is another traveller")
}

// A pair that was cleared on one version is no answer to the next: he crosses while his station is offline and knows the first only.
func TestAPairClearedOnAnEarlierVersionIsRaised(t *testing.T) {
	c := deskworld.New(t)
	p := deskworld.Traveller(1)
	a := c.Alert(deskworld.Wanted("A-1", p))
	s := c.Station("xaa-apt")
	second := c.Alert(a)
	c.Screen()

	stale := deskworld.Met(a)
	stale.Outcome = border.NoHit
	stale.Evidence = append(stale.Evidence, border.Evidence{Code: hit.CodeCleared, Severity: border.Note, Ref: stale.Evidence[0].Ref})
	e := s.Cross(p, border.Exit, c.Now.Add(-time.Minute), stale)
	c.Screen()
	require.True(t, raised(c, e.CrossingID, a))
	d, err := c.Store.Dossier(t.Context(), hit.ID(e.CrossingID, a.Key()), deskworld.Owner, deskworld.Look())
	require.NoError(t, err)
	require.Equal(t, second.Version, d.AlertVersion)

	current := deskworld.Met(second)
	e = s.Cross(p, border.Entry, c.Now, current)
	c.Screen()
	require.False(t, raised(c, e.CrossingID, a), "on the version as it is his station has answered")
}
