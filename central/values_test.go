package central_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/replication"
)

func TestACursorComesBackAsItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := central.Cursor{
			At: time.UnixMicro(rapid.Int64Range(-1<<50, 1<<50).Draw(t, "at")).UTC(),
			ID: uuid.UUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id")),
		}
		if c.IsZero() {
			return
		}
		back, err := central.ParseCursor(c.String())
		require.NoError(t, err)
		require.Equal(t, c, back)
	})
}

func FuzzParseCursor(f *testing.F) {
	f.Add("")
	f.Add("AAAA")
	f.Add(central.Cursor{At: time.Unix(1, 0), ID: uuid.UUID{1}}.String())
	f.Add("99999999999999999999999999999999") // a time that PostgreSQL does not have
	f.Fuzz(func(t *testing.T, s string) {
		c, err := central.ParseCursor(s)
		if err != nil {
			require.Equal(t, problem.Invalid, problem.KindOf(err))
			return
		}
		again, err := central.ParseCursor(c.String())
		require.NoError(t, err)
		require.Equal(t, c, again)
		require.True(t, s == "" || c.At.Year() >= 1 && c.At.Year() <= 9999, c.At)
	})
}

func TestDeadLetterIDs(t *testing.T) {
	id := central.DeadLetterID{Origin: 3, Seq: 1 << 40}
	back, err := central.ParseDeadLetterID(id.String())
	require.NoError(t, err)
	require.Equal(t, id, back)
	for _, wrong := range []string{"", "1", "1-", "-1", "a-b", "1-2-3", "99999999999-1"} {
		_, err := central.ParseDeadLetterID(wrong)
		require.Equal(t, problem.NotFound, problem.KindOf(err), wrong)
	}
}

func TestFlowsAreTabulatedPerDayAndGroup(t *testing.T) {
	day, next := date(t, "2026-11-20"), date(t, "2026-11-22")
	rows := central.Tabulate([]central.Flow{
		{Day: day, Group: "airport", Direction: border.Entry, Verdict: border.Admit, N: 5},
		{Day: day, Group: "airport", Direction: border.Entry, Verdict: border.Refuse, N: 1},
		{Day: day, Group: "airport", Direction: border.Exit, Verdict: border.Admit, N: 3},
		{Day: day, Group: "land", Direction: border.Exit, Verdict: border.Refer, N: 2},
		{Day: next, Group: "land", Direction: border.Exit, Verdict: border.Admit, N: 7},
	})
	require.Equal(t, []central.FlowRow{
		{Day: day, Group: "airport", Entries: 5, Exits: 3, Refused: 1}, {Day: day, Group: "land", Referred: 2}, {Day: next, Group: "land", Exits: 7},
	}, rows)
	require.Equal(t, central.FlowRow{Entries: 5, Exits: 10, Refused: 1, Referred: 2}, central.Sum(rows))
	days := central.PerDay(rows, day, next)
	require.Len(t, days, 3)
	require.Equal(t, central.FlowRow{Day: date(t, "2026-11-21")}, days[1], "a day without a crossing is there too")
}

func TestStationState(t *testing.T) {
	now := time.Now()
	s := central.Station{HeardAt: now.Add(-10 * time.Second)}
	require.True(t, s.Online(now))
	require.False(t, s.Online(now.Add(time.Minute)))
	require.False(t, s.Complete(), "never compared is not complete")
	s.Checked = now
	require.True(t, s.Complete())
	s.Comparison.Missing = []replication.Range{{First: 3, Last: 5}, {First: 9, Last: 9}}
	require.False(t, s.Complete())
	require.EqualValues(t, 4, s.Missing())
}

func TestHubNudgesEveryWatcherAndNeverWaits(t *testing.T) {
	h := central.NewHub()
	one, endOne := h.Watch()
	two, _ := h.Watch()
	for range 100 {
		h.Nudge() // nobody reads
	}
	<-one
	<-two
	endOne()
	h.Nudge()
	select {
	case <-one:
		require.Fail(t, "an ended watch was nudged")
	default:
	}
	<-two
	h.Close()
	_, open := <-two
	require.False(t, open)
	late, end := h.Watch()
	_, open = <-late
	require.False(t, open)
	end()
}
