package visausedb_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/postgres/visausedb"
)

const number = evisa.Number("E7KXR4MTQ")

func at(hour int) time.Time { return noon.Add(time.Duration(hour) * time.Hour) }

func event(hour int, station string, direction border.Direction, entries, known int) visausedb.Event {
	return visausedb.Event{
		Crossing: uuid.NewSHA1(uuid.Nil, fmt.Append(nil, hour, station, direction)), Number: number, At: at(hour), Station: station,
		Direction: direction, Entries: entries, Known: known,
	}
}

func TestWhatMakesACase(t *testing.T) {
	entry := func(hour int, station string, entries, known int) visausedb.Event {
		return event(hour, station, border.Entry, entries, known)
	}
	exit := func(hour int, station string) visausedb.Event { return event(hour, station, border.Exit, 0, 0) }
	gone := func(e visausedb.Event) visausedb.Event { e.Annulled = true; return e }
	for name, c := range map[string]struct {
		events []visausedb.Event
		kinds  []visausedb.CaseKind
	}{
		"one entry":                                   {[]visausedb.Event{entry(0, "a", 1, 0)}, nil},
		"a single entry at two posts":                 {[]visausedb.Event{entry(0, "a", 1, 0), entry(1, "b", 1, 0)}, []visausedb.CaseKind{visausedb.MoreEntries}},
		"entry, exit, entry on a single entry":        {[]visausedb.Event{entry(0, "a", 1, 0), exit(1, "a"), entry(2, "a", 1, 0)}, []visausedb.CaseKind{visausedb.MoreEntries}},
		"entry, exit, entry on many":                  {[]visausedb.Event{entry(0, "a", 0, 0), exit(1, "b"), entry(2, "c", 0, 0)}, nil},
		"an exit uses nothing":                        {[]visausedb.Event{exit(0, "a"), exit(1, "b"), entry(2, "c", 1, 0)}, nil},
		"many, two posts that did not know":           {[]visausedb.Event{entry(0, "a", 0, 0), entry(1, "b", 0, 0)}, []visausedb.CaseKind{visausedb.Overlap}},
		"many, the second post knew: an exit is lost": {[]visausedb.Event{entry(0, "a", 0, 0), entry(1, "b", 0, 1)}, nil},
		"many, one post twice":                        {[]visausedb.Event{entry(0, "a", 0, 0), entry(1, "a", 0, 0)}, nil},
		"annulled":                                    {[]visausedb.Event{entry(0, "a", 1, 0), gone(entry(1, "b", 1, 0)), entry(2, "c", 2, 1)}, nil},
		"three on two":                                {[]visausedb.Event{entry(0, "a", 2, 0), exit(1, "a"), entry(2, "b", 2, 1), exit(3, "b"), entry(4, "c", 2, 1)}, []visausedb.CaseKind{visausedb.MoreEntries}},
		"extended between":                            {[]visausedb.Event{entry(0, "a", 1, 0), exit(1, "a"), entry(2, "a", 2, 1)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var kinds []visausedb.CaseKind
			for _, f := range visausedb.Judge(c.events) {
				kinds = append(kinds, f.Kind)
				require.Equal(t, f.Crossing, f.Crossings[len(f.Crossings)-1], "both entries are kept")
				require.GreaterOrEqual(t, len(f.Crossings), 2)
			}
			require.Equal(t, c.kinds, kinds)
		})
	}
}

// Events in any order, and told twice, make the same cases; and never fewer entries are over than were made.
func TestJudgeDoesNotMindTheOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries := rapid.IntRange(0, 3).Draw(t, "entries")
		n := rapid.IntRange(0, 8).Draw(t, "events")
		var events []visausedb.Event
		made := 0
		for hour := range n {
			direction := rapid.SampledFrom([]border.Direction{border.Entry, border.Exit}).Draw(t, "direction")
			e := event(hour, rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "station"), direction, entries, rapid.IntRange(0, hour).Draw(t, "known"))
			if e.Annulled = rapid.Bool().Draw(t, "annulled"); !e.Annulled && direction == border.Entry {
				made++
			}
			events = append(events, e)
		}
		want := visausedb.Judge(events)
		again := append(rapid.Permutation(events).Draw(t, "order"), events...)
		if got := visausedb.Judge(again); !equal(want, got) {
			t.Fatalf("%v in another order: %v", want, got)
		}
		over := 0
		for _, f := range want {
			if f.Kind == visausedb.MoreEntries {
				over++
			}
		}
		if entries > 0 && over != max(made-entries, 0) {
			t.Fatalf("%d entries on %d: %d cases", made, entries, over)
		}
	})
}

func equal(a, b []visausedb.Found) bool { return fmt.Sprint(a) == fmt.Sprint(b) }
