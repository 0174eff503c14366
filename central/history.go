package central

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/border/stay"
)

// LateAfter is how long after it happened a fact may arrive at the centre without being marked as late.
const LateAfter = time.Hour

// History is all that is known of one person over all files that are his, newest first.
type History struct {
	TravellerID uuid.UUID    // as asked for
	Travellers  []uuid.UUID  // all that are this person
	Stay        *Stay        // nil when no movement of his stands
	Entries     []Entry      // crossings and records, newest first
	Events      []Event      // the crossings among them
	Total       int          // crossings in all; Events holds at most HistoryLimit of them
	More        bool         // there are older ones than those shown
	Papers      []file.Paper // every document with every identity that it showed
	Stays       []StayLine   // newest first
	Problems    []stay.Problem
	Conflict    bool // people contradict each other on whether his files are one person
}

// Entry is a line of the timeline: a crossing or a record.
type Entry struct {
	At     time.Time // event time
	Event  *Event
	Record *Record
}

// Record is a fact of a person's file as its author wrote it down.
type Record struct {
	border.Record
	ReceivedAt   time.Time
	SupersededBy []uuid.UUID // records that took its place; none: it stands
	// Facts are what its body says, field by field, for the kinds that the centre reads; the codes are untranslated.
	Facts []Fact
	// Voided says that a supplied movement was declared never to have been.
	Voided bool
}

// Fact is one field of a record's body. Code says that Value is a code of the text catalogue.
type Fact struct {
	Name  string
	Value string
	Code  bool
}

// Stands reports whether nothing took the record's place.
func (r *Record) Stands() bool { return len(r.SupersededBy) == 0 }

// Local is the event time at the post of the record.
func (r *Record) Local() time.Time { return inZone(r.EventTime, r.Zone) }

// Late reports whether the record reached the centre long after it was written.
func (r *Record) Late() bool { return r.ReceivedAt.Sub(r.RecordedAt) > LateAfter }

// Late reports whether the crossing reached the centre long after it happened.
func (c Crossing) Late() bool { return c.ReceivedAt.Sub(c.CrossedAt) > LateAfter }

// StayLine is a stay with what is counted of it.
type StayLine struct {
	stay.Stay
	Days     int // from the first to the last day (of an open stay: to today); 0 when one of them is not known
	Overstay int // days over
}

// FactsOf reads the body of a record for people, for the kinds that the centre knows; of the others it shows that they are.
func FactsOf(r border.Record) []Fact {
	switch r.Kind {
	case border.FileLinked:
		return factsOf(r, func(l file.Link) []Fact {
			return []Fact{{"verdict", string(l.Verdict), true}, {"ground", l.Ground, true}, {"evidence", l.Evidence, false}}
		})
	case border.MovementSupplied:
		return factsOf(r, func(s file.Supplied) []Fact {
			return []Fact{
				{"direction", string(s.Direction), true}, {"date", s.Date.String(), false}, {"station", s.Station, false},
				{"ground", s.Ground, true}, {"evidence", s.Evidence, false},
			}
		})
	case border.MovementVoided:
		return factsOf(r, func(v file.Voided) []Fact { return []Fact{{"ground", v.Ground, true}, {"evidence", v.Evidence, false}} })
	case border.AuthorisationChanged:
		return factsOf(r, func(a file.Authorisation) []Fact {
			return []Fact{
				{"change", string(a.Kind), true}, {"decided", a.On.String(), false}, {"until", a.Until.String(), false},
				{"authority", a.Authority, false}, {"ground", a.Ground, true}, {"evidence", a.Evidence, false},
			}
		})
	case border.EvidenceAttached:
		return factsOf(r, func(e file.Evidence) []Fact { return []Fact{{"file", e.Name, false}, {"note", e.Note, false}} })
	default:
		return nil
	}
}

// factsOf leaves out what is empty. A body that cannot be read has no facts: the applier has let it in by the same shape.
func factsOf[T any](r border.Record, list func(T) []Fact) []Fact {
	var body T
	if err := json.Unmarshal(r.Body, &body); err != nil {
		return nil
	}
	return slices.DeleteFunc(list(body), func(f Fact) bool { return f.Value == "" })
}

// LinkConflict is a task: words on whether files are one person that contradict each other. Nothing is joined on the strength of them.
type LinkConflict struct {
	ID    uuid.UUID
	Since time.Time
	Words []LinkWord
}

// LinkWord is one standing word, with its author.
type LinkWord struct {
	file.StandingLink
	Station, Officer string
	First, Second    LinkSide
}

// LinkSide is one of the files of a word: the traveller whose page shows it, and the name it was seen with.
type LinkSide struct {
	TravellerID uuid.UUID
	Name        string
	Document    string
}
