package file

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/traveldoc"
)

// Person is a file as its page shows it: everything that this station knows of one person.
type Person struct {
	Group      uuid.UUID
	Files      []Info
	Papers     []Known
	Identities []traveldoc.Identity // every identity that a document showed, each once
	History    stay.History
	Versions   []Version // everything recorded, newest event first
	Words      []Word    // about links of these files, newest first
	Attached   []Attached
	// Unusable is how many parts of the centre's rows this station cannot use, over all files.
	Unusable int
}

// Identity is who the person is, as the document seen last shows it.
func (p Person) Identity() traveldoc.Identity {
	if len(p.Papers) == 0 {
		return traveldoc.Identity{}
	}
	return p.Papers[len(p.Papers)-1].Identity
}

// Document is the document seen last.
func (p Person) Document() traveldoc.Document {
	if len(p.Papers) == 0 {
		return traveldoc.Document{}
	}
	return p.Papers[len(p.Papers)-1].Document
}

// Version is one thing recorded, whether or not it still stands.
type Version struct {
	ID         uuid.UUID
	Kind       border.RecordKind // or one of the kinds of events of package border, or KindTold
	Subject    uuid.UUID
	Station    string
	Lane       string
	Officer    string
	Zone       string
	EventTime  time.Time
	RecordedAt time.Time // by the author's clock; zero when not known
	ReceivedAt time.Time // when it came into this station's database
	Origin     border.Origin
	Status     border.Status
	Supersedes []uuid.UUID
	// SupersededBy are the records that take its place; VoidedBy the correction or record by which it does not stand.
	SupersededBy []uuid.UUID
	VoidedBy     uuid.UUID
	Withdrawn    bool // the centre says that it does not stand

	Event    *border.CrossingEvent // of a decision
	Body     json.RawMessage       // of a record
	Movement *stay.Movement        // of what the centre told
}

// KindTold marks a movement of another crossing point, told by the centre.
const KindTold border.RecordKind = "movement.told"

// Stands reports whether nothing takes it away or its place.
func (v Version) Stands() bool {
	return len(v.SupersededBy) == 0 && v.VoidedBy == uuid.Nil && !v.Withdrawn
}

// Mark fills in which versions others supersede or void, and puts the newest event first; of equal times the later record.
func Mark(versions []Version) []Version {
	at := make(map[uuid.UUID]int, len(versions))
	slices.SortFunc(versions, func(a, b Version) int {
		if c := b.EventTime.Compare(a.EventTime); c != 0 {
			return c
		}
		if c := b.RecordedAt.Compare(a.RecordedAt); c != 0 {
			return c
		}
		return compare(a.ID, b.ID)
	})
	for n, v := range versions {
		at[v.ID] = n
	}
	for _, v := range versions {
		for _, old := range v.Supersedes {
			if n, here := at[old]; here && old != v.ID {
				versions[n].SupersededBy = append(versions[n].SupersededBy, v.ID)
			}
		}
		if n, here := at[v.Subject]; here && (v.Kind == border.MovementVoided || v.Kind == border.KindCorrection) {
			versions[n].VoidedBy = v.ID
		}
	}
	return versions
}

// Info is one file of a person.
type Info struct {
	ID        uuid.UUID
	CreatedAt time.Time
	Here      bool // made at this station
}

// Word is a person's word on a link, for pages.
type Word struct {
	Decided
	Ground   string
	Evidence string
	Officer  string // empty when another station's
	Station  string
	Stands   bool
}

// Task is a pair of files that may be one person.
type Task struct {
	Pair
	Codes    []string // why, coded; see the catalogue below "duplicate."
	OpenedAt time.Time
	NameA    string
	NameB    string
	// Last is the last standing word, when somebody looked and could not tell.
	Last LinkVerdict
}

// Comparison is two files side by side.
type Comparison struct {
	Pair
	Task  *Task // nil when no task stands for the pair
	A, B  Person
	Words []Word
	Heads []uuid.UUID // of the words that stand: what a decision takes the place of
}

// Agreement says how a field of two people compares.
type Agreement string

// The agreements.
const (
	Match   Agreement = "match"
	Partly  Agreement = "partly" // one is not, or not wholly, known
	Differs Agreement = "differs"
)

// CompareDates compares birth dates as ranges.
func CompareDates(a, b traveldoc.Date) Agreement {
	switch {
	case !a.Compatible(b):
		return Differs
	case a == b && a.Precision() == traveldoc.PrecisionDay:
		return Match
	}
	return Partly
}

// CompareTexts compares two values that are already in the form in which they compare; an empty one is not known.
func CompareTexts(a, b string) Agreement {
	switch {
	case a == "" || b == "":
		return Partly
	case a == b:
		return Match
	}
	return Differs
}
