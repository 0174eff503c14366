package screening

import (
	"cmp"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

// Row is a hit in a queue of its owner's desk. It names nobody.
type Row struct {
	ID           uuid.UUID
	Central      bool // raised at the centre, afterwards
	Station      string
	Agency       string
	List, Alert  string
	AlertVersion int
	Band         alerts.Band
	Score        float64
	Retro        string
	Action       alerts.Action
	RaisedAt     time.Time
	CrossedAt    time.Time
	Stage        hit.Stage
	AskedAt      time.Time
	AnswerBy     time.Time
	AnsweredAt   time.Time
	ClosedAt     time.Time
	Confirmed    *bool // the owner's last word
	Same         *bool
	Outcome      string
	Worker       string // who works on it at the centre
	NoDesk       bool   // nobody works for Agency: every desk is shown it
	Simulator    bool   // what raised it is no real source
	// Flight is the one that the person is expected on, of a hit that was raised before he arrived; CrossedAt is then the arrival.
	Flight *hit.Flight
}

// Late reports whether the time to answer has run out.
func (r Row) Late(now time.Time) bool { return !r.AnswerBy.IsZero() && now.After(r.AnswerBy) }

// Source is whose hit it is: the agency, or, of a source that names none, the source.
func (r Row) Source() string { return cmp.Or(r.Agency, r.List) }

// Queue is what waits at the desk of an agency. The totals count what the lists may be cut to.
type Queue struct {
	Asked  []Row // questions of stations, the most urgent first
	Raised []Row // raised at the centre and not closed, the newest first
	Past   []Row // answered or closed lately
	Totals struct{ Asked, Raised, Discreet int }
}

// Answered is an answer that the desk gave.
type Answered struct {
	hit.Answer
	Login string
	At    time.Time
}

// Dossier is all that the owner's desk may know of a hit.
type Dossier struct {
	Row
	Raise   hit.Raise
	Own     *hit.Hit // the centre's course; nil of a station's hit
	There   *hit.Hit // the station's course; nil while nothing of it has come
	Answers []Answered
	Alert   *alerts.Alert // as it is now; nil when it is not known here
	Route   []Crossing
	Inside  bool // after the last movement that is known here
	// Forgotten says that the law took the passenger, of whom the hit was not: who he was and what was typed is gone.
	Forgotten bool
}

// Question is the last that the station asked; nil when it asked none.
func (d Dossier) Question() *hit.Question {
	if d.There == nil {
		return nil
	}
	return d.There.Question
}

// Crossing is a decision at a counter, as a route or a company is told of.
type Crossing struct {
	ID          uuid.UUID
	Event       uuid.UUID
	Traveller   uuid.UUID
	At          time.Time
	Zone        string
	Station     string
	Lane        string
	Direction   border.Direction
	Mode        border.Mode
	Transport   string
	Verdict     border.Verdict
	Surname     string
	GivenNames  string
	BirthDate   traveldoc.Date
	Nationality string
	Document    string
	IssuedBy    string
	Annulled    bool
}

// How a companion is known, in the order of how much it says.
const (
	SameGroup     = "group"     // on the same manifest
	SameVehicle   = "vehicle"   // in the same vehicle
	IsGuardian    = "guardian"  // the adult with a minor
	SameTransport = "transport" // on the same flight, ship, train or coach
	NextInLane    = "lane"      // before or behind in the same lane
)

// Companion is somebody who may have travelled along, and how that is known.
type Companion struct {
	Crossing
	How []string
}

// DiscreetRow is a hit on a discreet alert in its owner's queue. It names nobody.
type DiscreetRow struct {
	ID           uuid.UUID
	List, Alert  string
	AlertVersion int
	Band         alerts.Band
	Score        float64
	Retro        string
	Station      string
	RaisedAt     time.Time
	CrossedAt    time.Time
	State        string // "new", "seen", "reported", "not_same"
}

// DiscreetHit is all of a hit on a discreet alert.
type DiscreetHit struct {
	DiscreetRow
	Raise      hit.Raise
	Crossing   *Crossing // nil when the scan was put aside
	Vehicle    *border.Vehicle
	Alert      *alerts.Alert
	Route      []Crossing // all that is known of the person, the newest first
	Inside     bool
	Companions []Companion
	OnBoard    int // how many crossed from the same transport in all
	Report     *Report
	Steps      []DiscreetStep
	Forgotten  bool // as of a Dossier
}

// DiscreetStep is what was done about a hit on a discreet alert.
type DiscreetStep struct {
	Kind  string
	At    time.Time
	Login string
}

// Report is the form of a discreet check (Regulation (EU) 2018/1862, article 37 lists what is told).
type Report struct {
	Place        string `json:"place"`
	Time         string `json:"time"`
	Reason       string `json:"reason"` // of the check
	Route        string `json:"route"`
	Companions   string `json:"companions"`
	Vehicle      string `json:"vehicle"`
	Objects      string `json:"objects"`
	Behaviour    string `json:"behaviour"`
	Remark       string `json:"remark,omitempty"`
	NotThePerson bool   `json:"not_the_person,omitempty"`
}

// Progress is how far the screening is. Discreet alerts and hits are in none of its numbers.
type Progress struct {
	Backlog  int64     // events that are not screened yet
	Oldest   time.Time // when the oldest of them arrived; zero when there is none
	Failing  int64     // transactions of events that could not be screened and wait to be tried again
	Screened int64     // events, ever
	LastAt   time.Time
	Matcher  string
	Runs     []RunProgress
}

// RunProgress is how far a search of changed alerts is.
type RunProgress struct {
	Why        string
	Alerts     int64
	Since      time.Time
	Phase      Phase
	People     int64
	Expected   int64
	Found      int64
	CreatedAt  time.Time
	StartedAt  time.Time
	MovedAt    time.Time
	FinishedAt time.Time
	Fault      string
}

// Share is how much of the people was searched, 0 to 1; an estimate while it runs.
func (r RunProgress) Share() float64 {
	if r.Phase == PhaseDone {
		return 1
	}
	if r.Expected <= 0 {
		return 0
	}
	return min(float64(r.People)/float64(r.Expected), 0.99)
}

// Count is a line of the statistics of hits.
type Count struct {
	By         string // what is counted by: a list, a station, a matcher's version, a band, a month
	And        string // a second key, of "list and band"
	Hits       int64
	True       int64 // confirmed by the owner, or judged to be the person and not denied
	False      int64 // judged not to be, or denied
	Asked      int64
	Retro      int64
	Median     time.Duration // from raised to the first decision; 0 when there was none
	Travellers int64         // who were seen there meanwhile; 0 where it does not apply
}

// Precision is the share of true ones among those decided; false when none is.
func (c Count) Precision() (float64, bool) {
	if c.True+c.False == 0 {
		return 0, false
	}
	return float64(c.True) / float64(c.True+c.False), true
}

// PerThousand is how many hits there were per 1,000 travellers; false when nobody travelled.
func (c Count) PerThousand() (float64, bool) {
	if c.Travellers == 0 {
		return 0, false
	}
	return float64(c.Hits) * 1000 / float64(c.Travellers), true
}

// Statistics are the hits of a period, counted. Discreet ones are in none of them.
type Statistics struct {
	From, To                                                traveldoc.Date // both included
	All                                                     Count
	Lists, Stations, Matchers, Bands, ListsAndBands, Months []Count
}
