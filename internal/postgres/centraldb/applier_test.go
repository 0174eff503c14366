package centraldb_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/replication"
)

func TestAnAdmittedEntryIsStoredCountedAndInside(t *testing.T) {
	c, s := newCentre(t), newStation("airport")
	entry := s.crossing(traveller(1), border.Entry, noon)
	c.send(t, s, s.event(t, border.KindCrossing, entry))

	require.Equal(t, "TESTERB", one[string](t, c.db, `SELECT surname FROM crossing WHERE crossing_id = $1`, entry.CrossingID))
	require.True(t, one[bool](t, c.db, `SELECT inside FROM stay`))
	require.EqualValues(t, 1, one[int64](t, c.db, `SELECT n FROM flow_day_bcp WHERE day = '2026-11-20' AND station = 'airport' AND direction = 'entry'`))
	require.EqualValues(t, 1, one[int64](t, c.db, `SELECT n FROM flow_day_nat WHERE nationality = 'FRA'`))
	require.Equal(t, "crossing_2026_11", one[string](t, c.db, `SELECT tableoid::regclass::text FROM crossing`))
}

// The day of a crossing is the day at the crossing point: 23:30 UTC is tomorrow in Paris.
func TestACrossingCountsOnTheDayOfItsPost(t *testing.T) {
	c, s := newCentre(t), newStation("airport")
	late := time.Date(2026, 10, 31, 23, 30, 0, 0, time.UTC)
	c.send(t, s, s.event(t, border.KindCrossing, s.crossing(traveller(1), border.Entry, late)))
	require.Equal(t, "2026-11-01", one[string](t, c.db, `SELECT day::text FROM flow_day_bcp`))
	require.Equal(t, "crossing_2026_10", one[string](t, c.db, `SELECT tableoid::regclass::text FROM crossing`))
}

func TestTheSameDocumentIsOneTravellerAtEveryStation(t *testing.T) {
	c, here, there := newCentre(t), newStation("airport"), newStation("land")
	p := traveller(1)
	c.send(t, here, here.event(t, border.KindCrossing, here.crossing(p, border.Entry, noon)))
	p.file = uuid.New() // the other station has its own file
	c.send(t, there, there.event(t, border.KindCrossing, there.crossing(p, border.Exit, noon.Add(time.Hour))))
	require.EqualValues(t, 1, one[int64](t, c.db, `SELECT count(DISTINCT traveller_id) FROM crossing`))
	require.False(t, one[bool](t, c.db, `SELECT inside FROM stay`))
}

func TestPeopleWithoutADocumentNumberAreNotOnePerson(t *testing.T) {
	c, s := newCentre(t), newStation("land")
	a, b := traveller(1), traveller(1)
	a.number, b.number, b.file = "", "", uuid.New()
	c.send(t, s, s.event(t, border.KindCrossing, s.crossing(a, border.Entry, noon)), s.event(t, border.KindCrossing, s.crossing(b, border.Entry, noon)))
	require.EqualValues(t, 2, one[int64](t, c.db, `SELECT count(DISTINCT traveller_id) FROM crossing`))
}

func TestACorrectionStopsACrossingFromCounting(t *testing.T) {
	for name, sameBatch := range map[string]bool{"same batch": true, "later batch": false} {
		t.Run(name, func(t *testing.T) {
			c, s := newCentre(t), newStation("airport")
			entry := s.crossing(traveller(1), border.Entry, noon)
			exit := s.crossing(traveller(1), border.Exit, noon.Add(time.Hour))
			events := []replication.Event{
				s.event(t, border.KindCrossing, entry), s.event(t, border.KindCrossing, exit), s.event(t, border.KindCorrection, s.correction(exit)),
			}
			if sameBatch {
				c.send(t, s, events...)
			} else {
				c.send(t, s, events[:2]...)
				require.False(t, one[bool](t, c.db, `SELECT inside FROM stay`))
				c.send(t, s, events[2:]...)
			}
			require.True(t, one[bool](t, c.db, `SELECT inside FROM stay`), "the exit does not count, so the traveller is inside")
			require.EqualValues(t, 1, one[int64](t, c.db, `SELECT sum(n) FROM flow_day_bcp`))
			require.EqualValues(t, 1, one[int64](t, c.db, `SELECT sum(n) FROM flow_day_nat`))
			require.EqualValues(t, 2, one[int64](t, c.db, `SELECT count(*) FROM crossing`), "the record stays for ever")
		})
	}
}

func TestEventsThatCannotBeAppliedAreParkedAndBlockNothing(t *testing.T) {
	s := newStation("airport")
	good := s.crossing(traveller(1), border.Entry, noon)
	foreign := good
	foreign.Station = "elsewhere"
	nul := good
	nul.CrossingID, nul.Identity.Surname = uuid.New(), "NUL\x00NAME"
	lost := s.correction(s.crossing(traveller(2), border.Entry, noon))
	for name, bad := range map[string]struct {
		kind    string
		payload any
		error   string
	}{
		"no JSON":            {border.KindCrossing, `{"crossing_id":`, "payload is not JSON from byte 15 on"},
		"wrong type":         {border.KindCrossing, `{"lane":7}`, "payload field lane"},
		"unknown kind":       {"crossing.teleported", `{}`, "kind of event is not known"},
		"empty":              {border.KindCrossing, `{}`, "crossing_id: expected a uuid"},
		"other station":      {border.KindCrossing, foreign, "station: the event names another station"},
		"what SQL refuses":   {border.KindCrossing, nul, "the database refused it: SQLSTATE 22021"},
		"unknown correction": {border.KindCorrection, lost, "the crossing that this corrects is not at the centre"},
	} {
		t.Run(name, func(t *testing.T) {
			c, s := newCentre(t), newStation("airport")
			before := s.event(t, border.KindCrossing, s.crossing(traveller(1), border.Entry, noon))
			poison := s.event(t, bad.kind, bad.payload)
			after := s.event(t, border.KindCrossing, s.crossing(traveller(1), border.Exit, noon.Add(time.Hour)))
			c.send(t, s, before, poison, after)
			require.EqualValues(t, 2, one[int64](t, c.db, `SELECT count(*) FROM crossing`))
			require.Contains(t, one[string](t, c.db, `SELECT error FROM dead_letter WHERE seq = 2`), bad.error)
			require.Equal(t, []byte(poison.Payload), one[[]byte](t, c.db, `SELECT payload FROM dead_letter`))
			require.Equal(t, string(replication.AlertDeadLetter), one[string](t, c.db, `SELECT code FROM station_alert`))
		})
	}
}

func TestTheErrorOfAParkedEventHoldsNoPersonalData(t *testing.T) {
	c, s := newCentre(t), newStation("airport")
	p := traveller(1)
	p.surname = "SECRET\x00NAME"
	c.send(t, s, s.event(t, border.KindCrossing, s.crossing(p, border.Entry, noon)),
		s.event(t, border.KindCrossing, `{"crossed_at":"SECRET","crossing_id":"SECRET"}`))
	require.EqualValues(t, 2, one[int64](t, c.db, `SELECT count(*) FROM dead_letter`))
	require.NotContains(t, one[string](t, c.db, `SELECT string_agg(error, ' ') FROM dead_letter`), "SECRET")
}

// A station whose clock is years off loses nothing: its crossings are kept apart, and come to their month when it begins.
func TestAnImplausibleTimeIsKeptAndShown(t *testing.T) {
	c, s := newCentre(t), newStation("airport")
	for _, at := range []time.Time{
		time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2199, 12, 31, 23, 59, 59, 0, time.UTC), noon,
	} {
		c.send(t, s, s.event(t, border.KindCrossing, s.crossing(traveller(1), border.Entry, at)))
	}
	require.EqualValues(t, 3, one[int64](t, c.db, `SELECT count(*) FROM crossing`))
	require.EqualValues(t, 2, one[int64](t, c.db, `SELECT count(*) FROM crossing_odd`))
}

func TestTheSameEventIDUnderTwoNumbersIsParked(t *testing.T) {
	c, s := newCentre(t), newStation("airport")
	first := s.event(t, border.KindCrossing, s.crossing(traveller(1), border.Entry, noon))
	c.send(t, s, first)
	twin := first
	twin.Seq = 2
	twin.Seal(first.Hash)
	c.send(t, s, twin)
	require.EqualValues(t, 1, one[int64](t, c.db, `SELECT count(*) FROM crossing`))
	require.EqualValues(t, 1, one[int64](t, c.db, `SELECT sum(n) FROM flow_day_bcp`))
	require.Contains(t, one[string](t, c.db, `SELECT error FROM dead_letter`), "SQLSTATE 23505")
}

func TestThePayloadIsKeptByteForByte(t *testing.T) {
	c, s := newCentre(t), newStation("airport")
	e := s.event(t, border.KindCrossing, s.crossing(traveller(1), border.Entry, noon))
	c.send(t, s, e)
	require.Equal(t, string(e.Payload), one[string](t, c.db, `SELECT payload::text FROM crossing`))
}

func TestTheApplicationCannotDeleteACrossing(t *testing.T) {
	c, s := newCentre(t), newStation("airport")
	c.send(t, s, s.event(t, border.KindCrossing, s.crossing(traveller(1), border.Entry, noon)))
	for _, table := range []string{"crossing", "crossing_2026_11", "crossing_odd", "crossing_correction", "dead_letter", "replication_cursor"} {
		_, err := c.db.Pool.Exec(t.Context(), `DELETE FROM `+table)
		require.ErrorContains(t, err, "permission denied", table)
	}
}

func BenchmarkApply1000(b *testing.B) {
	c, s := newCentre(b), newStation("airport")
	c.apply(b, s, s.backlog(b, 1000)...) // partitions, plans, first travellers
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		events := s.backlog(b, 1000)
		b.StartTimer()
		c.apply(b, s, events...)
	}
	b.ReportMetric(float64(1000*b.N)/b.Elapsed().Seconds(), "events/s")
}

// What it costs to keep stays, the list of overstayers and dataset "files" current, for each event of a backlog.
func BenchmarkProject(b *testing.B) {
	c, s := newCentre(b), newStation("airport")
	c.send(b, s, s.backlog(b, 3000)...)
	b.ReportAllocs()
	const events = 3000
	for b.Loop() {
		b.StopTimer()
		for range events / 1000 {
			c.apply(b, s, s.backlog(b, 1000)...)
		}
		b.StartTimer()
		require.NoError(b, c.projector.Drain(b.Context()))
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(events*b.N), "us/event")
}
