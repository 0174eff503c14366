package desk

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa"
)

// PageSize is how many applications one page of the queue has.
const PageSize = 50

// OwnerFilter narrows the queue by whose an application is.
type OwnerFilter string

// The filters.
const (
	Anybodys OwnerFilter = ""
	Mine     OwnerFilter = "mine"
	Nobodys  OwnerFilter = "nobody"
)

// Query asks for a page of the queue. Everything that is set narrows it.
type Query struct {
	State evisa.State // "": every open one that is the desk's
	Type  string
	Owner OwnerFilter
	// Risk is the least level; "" is every one.
	Risk         Level
	Overdue      bool
	Humanitarian bool // humanitarian or family reunification
	// ToSecond: proposals that another officer made.
	ToSecond bool
	// Reference finds one application, whatever its state and the other fields. Document finds those on a travel document by its number.
	Reference string
	Document  string
	After     Cursor
}

// Cursor is where a page ends: the next begins behind it.
type Cursor struct {
	Rank int // the humanitarian come first
	Due  time.Time
	ID   uuid.UUID
}

// Zero reports whether it is before the first row.
func (c Cursor) Zero() bool { return c.ID == uuid.Nil }

// Page is one page of the queue with the counts of the same snapshot.
type Page struct {
	Rows   []Row
	Next   Cursor // zero on the last page
	Counts Counts
	At     time.Time // of the snapshot
}

// Counts are how many applications stand behind each filter, whatever the query.
type Counts struct {
	Matching     int // the query's own, on all its pages
	Open         int // the desk's: examined, asked, interview, proposed, appealed, received
	ByState      map[evisa.State]int
	ByType       map[string]int // of the open
	Mine         int
	Nobodys      int
	Overdue      int
	Humanitarian int
	ToSecond     int
	High         int // of high risk
	Parked       int // parcels of applications that never came
}

// Row is an application in the queue.
type Row struct {
	ID          uuid.UUID
	Version     int
	Reference   evisa.Reference
	Group       uuid.UUID
	GroupSize   int
	Lead        bool
	Name        string // surname, given names
	Nationality string
	Type        string
	Purpose     string
	State       evisa.State
	SentAt      time.Time
	ReceivedAt  time.Time
	Due         time.Time
	Arrival     time.Time // first day of the journey
	Owner       Officer
	Risk        Risk
	Flags
}

// Flags are what is told at a glance.
type Flags struct {
	Humanitarian        bool
	FamilyReunification bool
	Hits                int // that wait to be judged
	NotChecked          int
	Appeal              bool
	Replied             bool // something came since it was asked for
	SetAside            int
	Refund              bool // due
	Overdue             bool
}

// ParkedParcel is a parcel of an application that has not come.
type ParkedParcel struct {
	ID          uuid.UUID
	Application uuid.UUID
	Kind        evisa.ParcelKind
	At          time.Time // when the portal made it
	TakenAt     time.Time
}

// ParkedPage is a page of parcels that are parked.
type ParkedPage struct {
	List  []ParkedParcel
	Total int    // on all pages
	Next  string // where the next page begins; "" on the last
}

// check holds a query against what may be asked.
func (q Query) check() error {
	known := q.State == "" || slices.Contains(evisa.States(), q.State)
	switch {
	case !known:
		return ErrQuery.At("state")
	case q.Owner != Anybodys && q.Owner != Mine && q.Owner != Nobodys:
		return ErrQuery.At("owner")
	case q.Risk != "" && !slices.Contains(Levels(), q.Risk):
		return ErrQuery.At("risk")
	case len(q.Type) > 8:
		return ErrQuery.At("type")
	case len(q.Document) > 40:
		return ErrQuery.At("document")
	}
	if q.Reference != "" {
		if _, err := evisa.ParseReference(q.Reference); err != nil {
			return ErrQuery.At("reference").Because(err)
		}
	}
	return nil
}
