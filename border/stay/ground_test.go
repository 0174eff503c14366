package stay_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/traveldoc"
)

// Whatever somebody's past, a rule of entry never gives him more than its days nor more than he has without it, is named exactly where it is
// the smallest bound, and what was granted by it is what is overstayed later.
func TestARuleOfEntryOnlyShortens(t *testing.T) {
	start := time.Date(2025, 1, 1, 12, 0, 0, 0, time.UTC)
	movement := func(direction border.Direction, day int) stay.Movement {
		at := start.AddDate(0, 0, day)
		return stay.Movement{ID: uuid.NewSHA1(uuid.Nil, []byte(at.String()+string(direction))), Direction: direction, At: at, Date: traveldoc.DateOf(at), Basis: border.ShortStay}
	}
	rapid.Check(t, func(t *rapid.T) {
		var h stay.History
		at := 0
		for range rapid.IntRange(0, 6).Draw(t, "stays") {
			from := at + rapid.IntRange(1, 60).Draw(t, "away")
			at = from + rapid.IntRange(1, 95).Draw(t, "here")
			h.Movements = append(h.Movements, movement(border.Entry, from), movement(border.Exit, at))
		}
		on := at + rapid.IntRange(1, 60).Draw(t, "back")
		entry := movement(border.Entry, on)
		h.Movements = append(h.Movements, entry)
		rule := &stay.EntryRule{ID: "free", Version: "1", Days: rapid.IntRange(1, 120).Draw(t, "days")}
		without := stay.Build(h).Answer(stay.Regimes{}, stay.Ask{On: entry.Date})
		with := stay.Build(h).Answer(stay.Regimes{}, stay.Ask{On: entry.Date, EntryRule: rule})
		require.Equal(t, min(without.MaxStay, rule.Days), with.MaxStay)
		require.Equal(t, rule.Days < without.MaxStay, with.Bound == stay.BoundEntryRule)
		if with.MaxStay == 0 {
			return
		}
		require.Equal(t, stay.AddDays(entry.Date, with.MaxStay-1), with.LastLawful)

		h.Movements[len(h.Movements)-1].Until = with.LastLawful // as the decision has it
		over := rapid.IntRange(0, 50).Draw(t, "over")
		left := movement(border.Exit, on+with.MaxStay-1+over)
		h.Movements = append(h.Movements, left)
		require.Equal(t, over, stay.Build(h).Answer(stay.Regimes{}, stay.Ask{On: left.Date}).Overstay)
	})
}
