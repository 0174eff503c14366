package screening

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/traveldoc"
)

// Change is a new or changed alert, as it is now. Seq orders changes as they took effect.
type Change struct {
	Seq   int64
	Alert alerts.Alert
}

// Active reports whether the alert is looked for; by its dates it may not be so yet, or no more, which the index knows.
func (c Change) Active() bool { return c.Alert.Status == "" || c.Alert.Status == alerts.Active }

// Arrivals are events that are to be screened, with the notes that they were taken from.
type Arrivals struct {
	Notes  []int64
	People []Person
	Hits   []uuid.UUID // whose records have come
	Events int         // screened, those without an identity among them
}

// Run is a search of changed alerts among the people who have crossed.
type Run struct {
	ID          int64
	After, Upto int64 // the changes with After < Seq <= Upto
	Why         string
	Since       time.Time
	Phase       Phase
	PlaceAt     time.Time
	PlaceID     uuid.UUID
	People      int64
	// List is the only one whose alerts it is about; empty: all. From and To are the days that they are in force from: after From, up to
	// To; a zero To: whatever day.
	List     string
	From, To traveldoc.Date
}

// about reports whether a run is about an alert of its changes.
func (r Run) about(a alerts.Alert) bool {
	return (r.List == "" || a.List == r.List) && (r.To.IsZero() || r.From.Before(a.ValidFrom) && !r.To.Before(a.ValidFrom))
}

// Searched is up to where runs were begun.
type Searched struct {
	Seq     int64              // changes of alerts
	Matcher string             // by which; empty before the first
	Day     traveldoc.Date     // alerts that come into force; zero before the first
	Least   map[string]float64 // of each list, the lowest threshold searched with
}

// Phase is which people a run is at.
type Phase string

// The phases of a run, in their order.
const (
	PhaseRecent   Phase = "recent"   // crossings since Run.Since, the newest first
	PhaseInside   Phase = "inside"   // people inside who came before that
	PhaseExpected Phase = "expected" // pending passenger data
	PhaseDone     Phase = "done"
)

// Next is the phase after p.
func (p Phase) Next() Phase {
	switch p {
	case PhaseRecent:
		return PhaseInside
	case PhaseInside:
		return PhaseExpected
	default:
		return PhaseDone
	}
}

// Why a run is made.
const (
	WhyAlerts  = "alerts"  // they changed
	WhyMatcher = "matcher" // the matcher did
	WhyPolicy  = "policy"  // a list finds more than before
	WhyBegins  = "begins"  // alerts came into force
)

// Place is where a page of people ended.
type Place struct {
	At time.Time
	ID uuid.UUID
}

// Store keeps what the screening works on. Whatever it is told to keep is in the database when it returns.
type Store interface {
	// Lists are all lists with their policies.
	Lists(ctx context.Context) (map[string]alerts.ListInfo, error)
	// Newest is the newest change of alerts that has taken effect.
	Newest(ctx context.Context) (int64, error)
	// Changes are alerts that changed after one change and not after another, as they are now, in their order; at most limit.
	Changes(ctx context.Context, after, upto int64, limit int) ([]Change, error)
	// Alerts are the alerts of the keys as they are now. Those that are gone are left out.
	Alerts(ctx context.Context, keys []string) (map[string]alerts.Alert, error)

	// Arrivals takes the oldest notes, about so many events.
	Arrivals(ctx context.Context, events int) (Arrivals, error)
	// Screened keeps what was found and takes the notes away, in one transaction.
	Screened(ctx context.Context, a Arrivals, found []Found) error
	// Failed lets notes wait that could not be screened, and says how many there were.
	Failed(ctx context.Context, notes []int64, fault string) error
	// Expected keeps what was found of people who are expected; a hit that is there already stays as it is.
	Expected(ctx context.Context, found []Found) error

	// Searched is up to where runs were begun.
	Searched(ctx context.Context) (Searched, error)
	// Begin begins a run of the changes up to one, unless there is nothing to search for.
	Begin(ctx context.Context, upto int64, why string, since time.Time) error
	// BeginDay begins a run of the alerts in force from a day after one and up to another, unless there are none or from is zero.
	BeginDay(ctx context.Context, upto int64, from, to traveldoc.Date, since time.Time) error
	// BeginLists begins a run of each list, and keeps the lowest thresholds of all.
	BeginLists(ctx context.Context, upto int64, lists []string, least map[string]float64, since time.Time) error
	// Open is the oldest run that is not finished and does not wait after a failure; false when there is none. Those that failed several
	// times come last.
	Open(ctx context.Context) (Run, bool, error)
	// People are the next people of a run's phase, with as much as a search needs; vehicles only when they are asked for.
	People(ctx context.Context, r Run, vehicles bool, limit int) ([]Person, Place, error)
	// Whole are people of People as their events tell them.
	Whole(ctx context.Context, people []Person) ([]Person, error)
	// Moved keeps what was found and how far the run is, in one transaction.
	Moved(ctx context.Context, r Run, people int, found []Found) error
	// Stuck says that a run could not go on, and lets it wait.
	Stuck(ctx context.Context, run int64, fault string) error
}

// Passengers are people who are expected (Person.Flight) and have not crossed yet.
type Passengers interface {
	// Pending are the next of them in the order of their ids.
	Pending(ctx context.Context, after uuid.UUID, limit int) ([]Person, error)
}
