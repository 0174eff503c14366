package visausedb

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
)

// Event is an entry that used a visa, or an exit of somebody who came on it.
type Event struct {
	Crossing  uuid.UUID
	Number    evisa.Number
	At        time.Time
	Station   string
	Direction border.Direction
	Entries   int // that the visa allowed as the post knew it; 0 is multiple
	Known     int // uses that the post knew of
	Annulled  bool
}

// Found is a case that the events of a visa make.
type Found struct {
	Crossing  uuid.UUID // the entry that should not have been
	Number    evisa.Number
	Kind      CaseKind
	Crossings []uuid.UUID // the entries that it is about, in order of time; Crossing is the last
}

// Judge is the cases that the events of one visa make, in order of time. It looks at the events alone: their order does not matter, and one
// that is told twice is one. An exit uses nothing.
func Judge(events []Event) []Found {
	events = ordered(events)
	var cases []Found
	var entries []Event
	var last *Event // the entry of which no exit is known
	for n := range events {
		e := &events[n]
		if e.Direction == border.Exit {
			last = nil
			continue
		}
		var kind CaseKind
		switch {
		case e.Entries > 0 && len(entries) >= e.Entries:
			kind = MoreEntries
		case last != nil && last.Station != e.Station && e.Known < len(entries):
			kind = Overlap
		}
		entries = append(entries, *e)
		if kind != "" {
			cases = append(cases, Found{Crossing: e.Crossing, Number: e.Number, Kind: kind, Crossings: crossings(entries)})
		}
		last = e
	}
	return cases
}

// ordered are the events that stand, each once, in order of time.
func ordered(events []Event) []Event {
	list := slices.DeleteFunc(slices.Clone(events), func(e Event) bool { return e.Annulled })
	slices.SortFunc(list, func(a, b Event) int { return cmp.Or(a.At.Compare(b.At), bytes.Compare(a.Crossing[:], b.Crossing[:])) })
	return slices.CompactFunc(list, func(a, b Event) bool { return a.Crossing == b.Crossing })
}

// mostCrossings bounds what one case is about: the newest entries.
const mostCrossings = 50

func crossings(entries []Event) []uuid.UUID {
	if extra := len(entries) - mostCrossings; extra > 0 {
		entries = entries[extra:]
	}
	ids := make([]uuid.UUID, len(entries))
	for n, e := range entries {
		ids[n] = e.Crossing
	}
	return ids
}
