package stay_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"math/rand/v2"

	"github.com/openbmis/openbmis/border/stay"
)

func TestPresenceEqualsOracle(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	start := time.Date(2023, 9, 1, 0, 0, 0, 0, time.UTC)
	for range 20000 {
		window := 1 + random.IntN(40)
		days := 1 + random.IntN(window)
		o := oracle{}
		var spans []stay.Span
		for range random.IntN(8) {
			from := start.AddDate(0, 0, random.IntN(90))
			to := from.AddDate(0, 0, random.IntN(15))
			o.add(from, to)
			spans = append(spans, stay.Span{From: dateOf(from), To: dateOf(to)})
		}
		p, err := stay.NewPresence(spans...)
		require.NoError(t, err)
		rule := stay.Rule{Days: days, Window: window}
		on := start.AddDate(0, 0, random.IntN(150)-20)
		if got, want := p.Used(rule, dateOf(on)), o.used(window, on, func(time.Time) bool { return false }); got != want {
			require.Equal(t, want, got, "used %v %v", rule, spans)
		}
		if days < window {
			n, unbounded := p.MaxStay(rule, dateOf(on))
			require.False(t, unbounded)
			if want := o.maxStay(days, window, on); n != want {
				require.Equal(t, want, n, "max stay %v %v on %v", rule, spans, on)
			}
		}
		n := 0
		for _, s := range p.Overstay(rule, dateOf(on)) {
			n += s.Days()
		}
		if want := o.overstay(days, window, on); n != want {
			require.Equal(t, want, n, "overstay %v %v on %v", rule, spans, on)
		}
	}
}
