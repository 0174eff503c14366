package stay_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/traveldoc"
)

// Days are counted as package time counts them, over all years that a date can have.
func TestAddDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 3652058).Draw(t, "day"))
		n := rapid.IntRange(-4000, 4000).Draw(t, "n")
		to := from.AddDate(0, 0, n)
		want := traveldoc.DateOf(to)
		if to.Year() < 1 || to.Year() > 9999 {
			want = traveldoc.Date{}
		}
		got := stay.AddDays(traveldoc.DateOf(from), n)
		require.Equal(t, want.String(), got.String())
		if !got.IsZero() {
			require.Equal(t, n, stay.DaysBetween(traveldoc.DateOf(from), got))
		}
	})
	year, err := traveldoc.NewDate(2026, 0, 0)
	require.NoError(t, err)
	require.True(t, stay.AddDays(year, 1).IsZero())
}

func TestNewPresence(t *testing.T) {
	p, err := stay.NewPresence(stay.Span{From: date(t, "2026-03-01"), To: date(t, "2026-03-05")}, stay.Span{From: date(t, "2026-01-01"), To: date(t, "2026-01-03")},
		stay.Span{From: date(t, "2026-03-06"), To: date(t, "2026-03-07")}, stay.Span{From: date(t, "2026-03-02"), To: date(t, "2026-03-02")})
	require.NoError(t, err)
	require.Equal(t, []stay.Span{{date(t, "2026-01-03"), date(t, "2026-01-03")}, {date(t, "2026-03-01"), date(t, "2026-03-07")}},
		p.Within(date(t, "2026-01-03"), date(t, "2026-12-31")))
	require.Equal(t, 10, p.Used(stay.DefaultRule(), date(t, "2026-05-01")))
	_, err = stay.NewPresence(stay.Span{From: date(t, "2026-03-05"), To: date(t, "2026-03-01")})
	require.ErrorContains(t, err, "span 0: last day 2026-03-01 lies before first day 2026-03-05")
	_, err = stay.NewPresence(stay.Span{From: date(t, "2026-03"), To: date(t, "2026-03-01")})
	require.ErrorContains(t, err, "span 0: expected two full calendar dates")
}

func TestPresenceUnbounded(t *testing.T) {
	var p stay.Presence
	n, unbounded := p.MaxStay(stay.Rule{Days: 180, Window: 180}, date(t, "2026-01-01"))
	require.Zero(t, n)
	require.True(t, unbounded)
	n, unbounded = p.MaxStay(stay.Rule{Days: 179, Window: 180}, date(t, "2026-01-01"))
	require.Equal(t, 179, n)
	require.False(t, unbounded)
	require.Empty(t, p.Overstay(stay.DefaultRule(), date(t, "2026-01-01")))
}
