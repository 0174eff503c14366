package centraldb_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/replication"
)

// claim lets a station say what it wrote, as its heartbeat does.
func (c *centre) claim(t testing.TB, s *station, events []replication.Event) *centraldb.Completeness {
	t.Helper()
	completeness := centraldb.NewCompleteness(c.db, func() time.Time { return noon })
	require.NoError(t, completeness.Claim(t.Context(), s.name, replication.Summarise(s.epoch, events)))
	return completeness
}

func TestNothingMissing(t *testing.T) {
	c, s := newCentre(t), newStation("airport")
	first := s.crossing(traveller(1), border.Entry, noon)
	events := []replication.Event{
		s.event(t, border.KindCrossing, first), s.event(t, border.KindCorrection, s.correction(first)),
		s.event(t, border.KindDismissal, border.DismissalEvent{Station: "airport", Reason: "misread", DismissedAt: noon}),
		s.event(t, border.KindCrossing, `{"lane":7}`),
	}
	c.send(t, s, events...)
	comparison, err := c.claim(t, s, events).Compare(t.Context(), s.name)
	require.NoError(t, err)
	require.Empty(t, comparison.Missing)
	require.Empty(t, comparison.Differing)
}

func TestWhatHasNotArrivedIsNamed(t *testing.T) {
	c, s := newCentre(t), newStation("airport")
	events := s.backlog(t, 20)
	c.send(t, s, events[:12]...)
	comparison, err := c.claim(t, s, events).Compare(t.Context(), s.name)
	require.NoError(t, err)
	require.Equal(t, []replication.Range{{Epoch: s.epoch, First: 13, Last: 20}}, comparison.Missing)
}

// Rows that vanish at the centre after they were confirmed are named exactly, whichever table they were in.
func TestARowDeletedAtTheCentreIsNamed(t *testing.T) {
	c, s := newCentre(t), newStation("airport")
	first := s.crossing(traveller(1), border.Entry, noon)
	events := append([]replication.Event{s.event(t, border.KindCrossing, first), s.event(t, border.KindCorrection, s.correction(first))}, s.backlog(t, 20)...)
	c.send(t, s, events...)
	completeness := c.claim(t, s, events)
	_, err := pgtest.Admin(t, c.db).Pool.Exec(t.Context(), `DELETE FROM crossing WHERE origin_seq IN (5, 6, 7, 22)`)
	require.NoError(t, err)
	_, err = pgtest.Admin(t, c.db).Pool.Exec(t.Context(), `DELETE FROM crossing_correction WHERE origin_seq = 2`)
	require.NoError(t, err)
	comparison, err := completeness.Check(t.Context(), s.name)
	require.NoError(t, err)
	require.Equal(t, []replication.Range{{Epoch: s.epoch, First: 2, Last: 2}, {Epoch: s.epoch, First: 5, Last: 7}, {Epoch: s.epoch, First: 22, Last: 22}}, comparison.Missing)

	board, err := centraldb.NewReader(c.db, make([]byte, 32)).Stations(t.Context())
	require.NoError(t, err)
	require.False(t, board[0].Complete())
	require.EqualValues(t, 5, board[0].Missing())
}

func TestAnotherHistoryOfADayIsADifference(t *testing.T) {
	c, s := newCentre(t), newStation("airport")
	events := s.backlog(t, 3)
	c.send(t, s, events...)
	lie := replication.Summarise(s.epoch, events)
	lie[0].Head = make([]byte, replication.HashSize)
	completeness := centraldb.NewCompleteness(c.db, func() time.Time { return noon })
	require.NoError(t, completeness.Claim(t.Context(), s.name, lie))
	comparison, err := completeness.Compare(t.Context(), s.name)
	require.NoError(t, err)
	require.Len(t, comparison.Differing, 1)
}

func act() audit.Entry {
	return audit.Actor{ID: uuid.NewString(), Role: "administrator", Post: "central"}.Entry(noon, audit.Administration, "dead_letter", "")
}

func TestAParkedEventIsAppliedWhenItsCauseIsMended(t *testing.T) {
	c, s := newCentre(t), newStation("airport")
	entry := s.crossing(traveller(1), border.Entry, noon)
	// A correction that arrives without its crossing, as after a restore of the centre, is parked.
	correction := s.event(t, border.KindCorrection, s.correction(entry))
	c.send(t, s, correction)
	reader := centraldb.NewReader(c.db, make([]byte, 32))
	page, err := reader.DeadLetters(t.Context(), central.DeadLetterID{}, 10)
	require.NoError(t, err)
	require.Equal(t, 1, page.Total)
	id := page.Rows[0].ID

	applied, err := c.applier.Retry(t.Context(), id, act())
	require.NoError(t, err)
	require.False(t, applied)
	require.Equal(t, 2, one[int](t, c.db, `SELECT tries FROM dead_letter`))

	c.send(t, s, s.event(t, border.KindCrossing, entry))
	require.True(t, one[bool](t, c.db, `SELECT inside FROM stay`))
	applied, err = c.applier.Retry(t.Context(), id, act())
	require.NoError(t, err)
	require.True(t, applied)
	require.NoError(t, c.projector.Drain(t.Context()))
	require.Zero(t, one[int](t, c.db, `SELECT count(*) FROM stay WHERE station <> ''`), "the entry is annulled")
	require.EqualValues(t, 0, one[int64](t, c.db, `SELECT sum(n) FROM flow_day_bcp`))
	page, err = reader.DeadLetters(t.Context(), central.DeadLetterID{}, 10)
	require.NoError(t, err)
	require.Zero(t, page.Total)
	comparison, err := c.claim(t, s, []replication.Event{correction}).Compare(t.Context(), s.name)
	require.NoError(t, err)
	require.True(t, comparison.Complete())
	_, err = c.applier.Retry(t.Context(), id, act())
	require.Equal(t, problem.NotFound, problem.KindOf(err))
	require.Equal(t, 2, one[int](t, c.db, `SELECT count(*) FROM audit WHERE object_kind = 'dead_letter'`))
}
