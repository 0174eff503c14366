package screeningdb_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/postgres/screeningdb/deskworld"
	"github.com/openbmis/openbmis/traveldoc"
)

// A station asks, the owner answers, corrects himself, and the station takes both.
func TestTheOwnerAnswersAStationsQuestion(t *testing.T) {
	c := deskworld.New(t)
	a := c.Alert(deskworld.Wanted("A-1", deskworld.Traveller(1)))
	s := c.Station("xaa-apt")
	e := s.Cross(deskworld.Traveller(1), border.Entry, c.Now.Add(-time.Minute), deskworld.Met(a))
	h := s.Raise(e, a, alerts.Certain)
	h.Ask("Please confirm.")
	c.Screen()

	q, err := c.Store.Queue(t.Context(), deskworld.Owner, true, deskworld.Look())
	require.NoError(t, err)
	require.Len(t, q.Asked, 1)
	require.Equal(t, 1, q.Totals.Asked)
	require.Equal(t, c.Now.Add(2*time.Hour), q.Asked[0].AnswerBy)
	require.Equal(t, alerts.ActionDetain, q.Asked[0].Action)

	long := hit.Answer{Confirmed: true, By: strings.Repeat("o", hit.MaxShort+1)}
	require.Error(t, c.Store.Answer(t.Context(), h.ID, deskworld.Owner, 0, long, "olu", deskworld.Act()), "no station would take it")
	require.NoError(t, c.Store.Answer(t.Context(), h.ID, deskworld.Owner, 0, hit.Answer{Confirmed: true, By: "Olu, NCB", Instructions: "Hold him"}, "olu", deskworld.Act()))
	require.Equal(t, 1, c.Told, "the stations are nudged")
	told := toldOf(c, h.ID)
	require.Equal(t, "xaa-apt", told.Station)
	require.True(t, told.Answer.Confirmed)
	require.Nil(t, told.Retro)
	d, err := c.Store.Dossier(t.Context(), h.ID, deskworld.Owner, deskworld.Look())
	require.NoError(t, err)
	require.Equal(t, hit.StageConfirmed, d.Stage)
	require.Equal(t, "Please confirm.", d.Question().Message)

	// Another person at the desk has not seen that answer.
	err = c.Store.Answer(t.Context(), h.ID, deskworld.Owner, 0, hit.Answer{By: "Bo, NCB"}, "bo", deskworld.Act())
	require.ErrorIs(t, err, hit.ErrMoved)

	c.Now = c.Now.Add(time.Minute)
	h.Step(hit.Event{Kind: hit.Answered, By: "worker", Answer: told.Answer})
	c.Screen()
	c.Now = c.Now.Add(time.Minute)
	require.NoError(t, c.Store.Answer(t.Context(), h.ID, deskworld.Owner, 1, hit.Answer{By: "Olu, NCB", Text: "mistaken"}, "olu", deskworld.Act()))
	told = toldOf(c, h.ID)
	require.False(t, told.Answer.Confirmed)
	require.Equal(t, c.Now, told.At)
	h.Step(hit.Event{Kind: hit.Answered, By: "worker", Answer: told.Answer})
	h.Step(hit.Event{Kind: hit.Closed, Outcome: &hit.Outcome{Code: hit.OutcomeNotConfirmed}})
	c.Screen()
	d, err = c.Store.Dossier(t.Context(), h.ID, deskworld.Owner, deskworld.Look())
	require.NoError(t, err)
	require.Equal(t, hit.StageClosed, d.Stage)
	require.Len(t, d.Answers, 2, "both answers stay on record")
	require.False(t, *d.Confirmed)
	q, err = c.Store.Queue(t.Context(), deskworld.Owner, true, deskworld.Look())
	require.NoError(t, err)
	require.Empty(t, q.Asked)
	require.Len(t, q.Past, 1)

	c.Now = c.Now.Add(31 * 24 * time.Hour)
	require.NoError(t, c.Store.Forget(t.Context()))
	require.Zero(t, c.Count(`ref_row WHERE dataset = 'hit_answers'`), "stations are told for a month")
	require.Zero(t, c.Count(`ref_change WHERE dataset = 'hit_answers' AND row IS NOT NULL`), "nor does its history hold what was told")
	require.Equal(t, 1, c.Count(`ref_change WHERE dataset = 'hit_answers'`), "who was not away reads on")
}

// The steps of a hit come in any order, and some of them late.
func TestStepsOfAHitMayComeInPieces(t *testing.T) {
	c := deskworld.New(t)
	a := c.Alert(deskworld.Wanted("A-1", deskworld.Traveller(1)))
	s := c.Station("xaa-apt")
	h := s.Raise(s.Cross(deskworld.Traveller(1), border.Entry, c.Now.Add(-time.Minute), deskworld.Met(a)), a, alerts.Certain)
	c.Screen()
	require.Equal(t, hit.StageOpen, c.Row(h.ID).Stage)
	h.Ask("Please confirm.")
	c.Screen()
	require.Equal(t, hit.StageAsked, c.Row(h.ID).Stage)
}

func TestADiscreetHitIsToldToItsOwnerAlone(t *testing.T) {
	c := deskworld.New(t)
	p := deskworld.Traveller(1)
	s, far := c.Station("xaa-apt"), c.Station("xab-lnd")
	group := deskworld.NewID()
	lane := func(e *border.CrossingEvent) { e.Lane, e.Transport = "3", "XX123" }
	far.Cross(p, border.Exit, c.Now.Add(-20*24*time.Hour), deskworld.NoHit())
	s.Cross(deskworld.Traveller(2), border.Entry, c.Now.Add(-62*time.Minute), deskworld.NoHit(), lane)
	e := s.Cross(p, border.Entry, c.Now.Add(-time.Hour), deskworld.NoHit(), lane, func(e *border.CrossingEvent) {
		e.Group, e.Vehicle = group, &border.Vehicle{Plate: "KCA 123X", Country: "EAK"}
	})
	s.Cross(deskworld.Traveller(3), border.Entry, c.Now.Add(-50*time.Minute), deskworld.NoHit(), func(e *border.CrossingEvent) {
		e.Lane, e.Group, e.Vehicle = "5", group, &border.Vehicle{Plate: "KCA123X"}
	})
	s.Cross(deskworld.Traveller(4), border.Entry, c.Now.Add(-10*time.Minute), deskworld.NoHit(), func(e *border.CrossingEvent) { e.Lane = "9" })
	c.Screen()
	before := c.Everything()
	a := c.Alert(deskworld.Discreet("D-1", p))
	c.Screen()

	require.Equal(t, before, c.Everything(), "no table but those of discreet hits tells of it")
	require.Empty(t, c.Hits())
	progress, err := c.Store.Progress(t.Context())
	require.NoError(t, err)
	require.Empty(t, progress.Runs, "nor the board")

	for _, agency := range []string{deskworld.Other, ""} {
		rows, total, err := c.Store.Discreet(t.Context(), agency, place(), 50, deskworld.Look())
		require.NoError(t, err)
		require.Empty(t, rows)
		require.Zero(t, total)
		_, err = c.Store.DiscreetHit(t.Context(), hit.ID(e.CrossingID, a.Key()), agency, "x", deskworld.Look())
		require.ErrorIs(t, err, hit.ErrNoSuchHit)
		require.ErrorIs(t, c.Store.Report(t.Context(), hit.ID(e.CrossingID, a.Key()), agency, "x", report(), deskworld.Act()), hit.ErrNoSuchHit)
	}
	rows, total, err := c.Store.Discreet(t.Context(), deskworld.Owner, place(), 50, deskworld.Look())
	require.NoError(t, err)
	require.Len(t, rows, 1)
	require.Equal(t, 1, total)
	d, err := c.Store.DiscreetHit(t.Context(), rows[0].ID, deskworld.Owner, "olu", deskworld.Look())
	require.NoError(t, err)
	require.Equal(t, e.CrossedAt, d.CrossedAt)
	require.Equal(t, "xaa-apt", d.Station)
	require.Len(t, d.Route, 2)
	require.True(t, d.Inside)
	require.Equal(t, 2, d.OnBoard)
	known := map[string][]string{}
	for _, with := range d.Companions {
		known[with.Surname] = with.How
	}
	require.Equal(t, map[string][]string{
		deskworld.Traveller(3).Surname: {"group", "vehicle"}, deskworld.Traveller(2).Surname: {"transport", "lane"},
	}, known)
	require.Equal(t, "KCA 123X", d.Vehicle.Plate)

	require.NoError(t, c.Store.Report(t.Context(), d.ID, deskworld.Owner, "olu", report(), deskworld.Act()))
	d, err = c.Store.DiscreetHit(t.Context(), rows[0].ID, deskworld.Owner, "olu", deskworld.Look())
	require.NoError(t, err)
	require.Equal(t, "reported", d.State)
	require.Equal(t, "two suitcases", d.Report.Objects)

	// A later crossing of the same person is a hit of its own.
	s.Cross(p, border.Exit, c.Now, deskworld.NoHit())
	c.Screen()
	_, total, err = c.Store.Discreet(t.Context(), deskworld.Owner, place(), 50, deskworld.Look())
	require.NoError(t, err)
	require.Equal(t, 2, total)
	require.Zero(t, c.Count(`audit WHERE object_kind NOT LIKE 'discreet:NCB Utopia' AND object_id IN (SELECT id::text FROM discreet_hit)`))
	require.Positive(t, c.Count(`audit WHERE object_kind = 'discreet:NCB Utopia'`))
	require.Zero(t, c.Count(`ref_row WHERE dataset = 'hit_answers'`), "no station is told")
}

func TestStatisticsCountOpenHits(t *testing.T) {
	c := deskworld.New(t)
	c.List("un", "United Nations")
	s := c.Station("xaa-apt")
	for n := range 4 {
		a := c.Alert(deskworld.Wanted("A-"+string(rune('1'+n)), deskworld.Traveller(n)))
		h := s.Raise(s.Cross(deskworld.Traveller(n), border.Entry, c.Now, deskworld.Met(a)), a, []alerts.Band{alerts.Certain, alerts.Certain, alerts.Possible, alerts.Possible}[n])
		h.Step(hit.Event{Kind: hit.Claimed})
		if n == 3 {
			break
		}
		c.Now = c.Now.Add(time.Duration(n+1) * 10 * time.Minute)
		h.Step(hit.Event{Kind: hit.Judged, Judgement: &hit.Judgement{Same: n != 2, Compared: []string{"photo"}}})
	}
	c.Alert(deskworld.Discreet("D-1", deskworld.Traveller(7)))
	s.Cross(deskworld.Traveller(7), border.Entry, c.Now, deskworld.NoHit())
	c.Screen()
	today := traveldoc.DateOf(deskworld.Noon)
	got, err := c.Store.Statistics(t.Context(), today, today, deskworld.Look())
	require.NoError(t, err)
	require.EqualValues(t, 4, got.All.Hits, "the discreet one is not among them")
	require.EqualValues(t, 2, got.All.True)
	require.EqualValues(t, 1, got.All.False)
	require.EqualValues(t, 5, got.All.Travellers)
	require.Equal(t, 20*time.Minute, got.All.Median)
	rate, known := got.All.PerThousand()
	require.True(t, known)
	require.InDelta(t, 800, rate, 0.01)
	require.Len(t, got.Lists, 1)
	require.Equal(t, "national", got.Lists[0].By)
	require.Len(t, got.Bands, 2)
	share, known := got.Bands[0].Precision()
	require.True(t, known)
	require.Equal(t, "certain", got.Bands[0].By)
	require.InDelta(t, 1, share, 0)
	share, _ = got.Bands[1].Precision()
	require.InDelta(t, 0, share, 0)
	require.Equal(t, "2026-11", got.Months[0].By)
	require.Equal(t, "1", got.Matchers[0].By)
	require.Len(t, got.ListsAndBands, 2)

	none, err := c.Store.Statistics(t.Context(), traveldoc.DateOf(deskworld.Noon.AddDate(0, 0, 2)), traveldoc.DateOf(deskworld.Noon.AddDate(0, 0, 3)), deskworld.Look())
	require.NoError(t, err)
	require.Zero(t, none.All.Hits)
}
