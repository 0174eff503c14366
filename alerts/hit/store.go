package hit

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
)

// Store keeps the hits of a crossing point. Every writing method writes the step's record, the audit entry and the event for the centre
// in one transaction.
type Store interface {
	// Change reads the hit under a lock, lets act choose the steps, and writes them. Two who claim a hit at once meet here: the second
	// sees the first's claim. ErrNoSuchHit when there is none.
	Change(ctx context.Context, id uuid.UUID, act func(*Hit) ([]Step, error)) error
	// Queue is a page of hits, with the numbers behind the filters as of the same moment. The read is audited.
	Queue(ctx context.Context, q Query, entry audit.Entry) (Page, error)
	// Version changes whenever the queue does, and tells nothing of anybody.
	Version(ctx context.Context) (Version, error)
	// Dossier is a hit with everything that is known of it. The read is audited.
	Dossier(ctx context.Context, id uuid.UUID, entry audit.Entry) (Dossier, error)
	// OfInspection are the hits on one traveller at one inspection, the strongest first. The caller has audited the read of his case.
	OfInspection(ctx context.Context, inspection uuid.UUID) ([]Item, error)
}

// Step is one event with its record and its audit entry.
type Step struct {
	Event  Event
	Record border.Record
	Entry  audit.Entry
}

// Filter chooses hits.
type Filter string

// The filters.
const (
	Open    Filter = ""        // all that have no outcome
	Waiting Filter = "waiting" // nobody works on them, and the owner does not have the word
	Mine    Filter = "mine"
	AskedOf Filter = "asked"  // their owners have the word
	Second  Filter = "second" // a second person is to agree
	Done    Filter = "done"   // closed within DoneWithin
)

// Filters are the filters, in the order shown.
func Filters() []Filter { return []Filter{Open, Waiting, Mine, AskedOf, Second, Done} }

// DoneWithin is how far back the list of closed hits goes.
const DoneWithin = 30 * 24 * time.Hour

// PageSize is how many hits stand on a page of the queue.
const PageSize = 25

// Query asks for a page of the queue.
type Query struct {
	Filter Filter
	Owner  string // who asks, for Mine and for the counts
	After  Cursor
	Now    time.Time
}

// Cursor is the place of a hit in the queue: what it is ordered by. The zero cursor is before the first.
type Cursor struct {
	Place int // 0 of an escalated hit, 1 of others
	Rank  int
	At    time.Time
	ID    uuid.UUID
}

// Page is a page of the queue.
type Page struct {
	Items []Item
	Next  Cursor // zero on the last page
	Counts
}

// Counts are how many hits each filter has.
type Counts struct{ Open, Waiting, Mine, Asked, Second, Done int }

// Of is the count of a filter.
func (c Counts) Of(f Filter) int {
	return map[Filter]int{Open: c.Open, Waiting: c.Waiting, Mine: c.Mine, AskedOf: c.Asked, Second: c.Second, Done: c.Done}[f]
}

// Item is a hit as a list shows it.
type Item struct {
	ID                  uuid.UUID
	Inspection          uuid.UUID
	RaisedAt            time.Time
	Retro               string
	Lane                string
	Check, Alert        string
	AlertVersion        int
	Subject             alerts.Kind
	Simulator           bool // made up by a simulator
	Category            alerts.Category
	Action              alerts.Action
	Band                alerts.Band
	Score               float64
	Rank                int
	Safety              []string
	Surname, GivenNames string
	Stage               Stage
	Owner               string
	Escalated           bool
	Due                 time.Time // zero when no timer runs
	ClosedAt            time.Time
	Outcome             string
	Judged              string // "same", "not_same" or empty
	LateAnswer          bool
}

// Version tells two states of the queue apart.
type Version struct {
	Open      int
	Escalated int
	ChangedAt time.Time
}

// Dossier is a hit with what is known besides.
type Dossier struct {
	Hit *Hit
	// Alert is the alert as the station holds it now; nil when it holds it no more. List is its list.
	Alert *alerts.Alert
	List  *alerts.ListInfo
	// Others are the other hits of the same traveller at the same inspection, the strongest first.
	Others []Item
	// Earlier are closed hits of the same file on the same alert, newest first: the last of EarlierAll.
	Earlier    []Item
	EarlierAll int
	// Crossings are the decisions on the inspection, newest first.
	Crossings []Crossing
	// Case is the second line's case of the inspection; zero when there is none.
	Case uuid.UUID
	// Portrait says that a picture of the traveller was read from his document and is kept.
	Portrait bool
}

// Crossing is a decision on the inspection.
type Crossing struct {
	ID      uuid.UUID
	At      time.Time
	Lane    string
	Verdict border.Verdict
	Officer string
}
