package risk

import (
	"cmp"
	"crypto/sha256"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/traveldoc"
)

// RunState is where a dry run stands.
type RunState string

// The states.
const (
	RunQueued    RunState = "queued"
	RunRunning   RunState = "running"
	RunDone      RunState = "done"
	RunCancelled RunState = "cancelled"
	RunFailed    RunState = "failed"
)

// MaxDays bounds a dry run.
const MaxDays = 366

// DryRun is a version tried on the flights that departed on days that are past.
type DryRun struct {
	ID      uuid.UUID
	Rule    uuid.UUID
	Version int
	Digest  [sha256.Size]byte // of the version
	From    traveldoc.Date    // days of departure (UTC), both included
	To      traveldoc.Date
	State   RunState
	Asked   Person
	At      time.Time
	Started time.Time
	Ended   time.Time
	Done    int // flights
	Total   int
	Cancel  bool
	Result  Result
}

// Days is how many days the run is over.
func (d DryRun) Days() int { return int(d.To.First().Sub(d.From.First())/(24*time.Hour)) + 1 }

// Result is what a dry run found. It names nobody.
type Result struct {
	Flights  int       `json:"flights"`
	Persons  int       `json:"persons"`
	Hits     int       `json:"hits"`
	NotKnown int       `json:"not_known"` // persons of whom the rule cannot tell
	Masked   int       `json:"masked"`    // persons whom the law has masked: not asked about
	Faults   int       `json:"faults"`    // persons at whom the limit of cost was met
	Days     []Day     `json:"days"`      // every day of the run, in order
	Balance  []Balance `json:"balance"`
	// Known are the persons about whom something was found, and how many of them the rule hits.
	Known     int            `json:"known"`
	KnownHits int            `json:"known_hits"`
	Missing   map[string]int `json:"missing,omitempty"` // for how many of NotKnown a field of the rule was not known
}

// Day is one day's count.
type Day struct {
	Date    string `json:"date"`
	Persons int    `json:"persons"`
	Hits    int    `json:"hits"`
}

// Balance holds the hits against the whole of the travellers, by one quality of theirs.
type Balance struct {
	By   string  `json:"by"` // "nationality", "sex", "age_group"
	Rows []Share `json:"rows"`
}

// Share is one group's. Times is its part of the hits divided by its part of the travellers: 1 is in balance.
type Share struct {
	Value   string `json:"value"` // "" not known
	Persons int    `json:"persons"`
	Hits    int    `json:"hits"`
}

// Times is the group's part of the hits divided by its part of all travellers; false when there is nothing to divide.
func (s Share) Times(r Result) (float64, bool) {
	if r.Hits == 0 || s.Persons == 0 || r.Persons == 0 {
		return 0, false
	}
	return (float64(s.Hits) / float64(r.Hits)) / (float64(s.Persons) / float64(r.Persons)), true
}

// Skewed reports whether a group stands out: three times its part of the travellers or more, with five hits or more.
func (s Share) Skewed(r Result) bool {
	times, ok := s.Times(r)
	return ok && times >= 3 && s.Hits >= 5
}

// PerDay is how many hits a day there are, over the days that had flights.
func (r Result) PerDay() float64 {
	days := 0
	for _, d := range r.Days {
		if d.Persons > 0 {
			days++
		}
	}
	if days == 0 {
		return 0
	}
	return float64(r.Hits) / float64(days)
}

// Precision is how many of the hits were on persons about whom something was found; false without such persons or without hits.
func (r Result) Precision() (float64, bool) {
	if r.Known == 0 || r.Hits == 0 {
		return 0, false
	}
	return float64(r.KnownHits) / float64(r.Hits), true
}

// Tally counts a dry run.
type Tally struct {
	result  Result
	days    map[string]*Day
	balance map[string]map[string]*Share
}

// NewTally begins to count over days, both included.
func NewTally(from, to traveldoc.Date) *Tally {
	t := &Tally{days: map[string]*Day{}, balance: map[string]map[string]*Share{}}
	for day := from.First(); !day.After(to.First()); day = day.AddDate(0, 0, 1) {
		name := day.Format(time.DateOnly)
		t.days[name] = &Day{Date: name}
	}
	t.result.Missing = map[string]int{}
	return t
}

// Flight counts a flight.
func (t *Tally) Flight() { t.result.Flights++ }

// Masked counts somebody of whom nothing may be asked any more.
func (t *Tally) Masked() { t.result.Masked++ }

// Fault counts somebody at whom the limit of cost was met.
func (t *Tally) Fault() { t.result.Faults++ }

// Person counts a person and what the rule answered; known says that something was found about him.
func (t *Tally) Person(day time.Time, f *Facts, p *Program, answer Truth, known bool) {
	hit := 0
	if answer == True {
		hit = 1
	}
	t.result.Persons, t.result.Hits = t.result.Persons+1, t.result.Hits+hit
	name := day.UTC().Format(time.DateOnly)
	if t.days[name] == nil {
		t.days[name] = &Day{Date: name}
	}
	t.days[name].Persons++
	t.days[name].Hits += hit
	if known {
		t.result.Known, t.result.KnownHits = t.result.Known+1, t.result.KnownHits+hit
	}
	if answer == NotKnown {
		t.missing(f, p)
	}
	t.weigh("nationality", f.Person.Identity.Nationality, hit)
	t.weigh("sex", f.Person.Identity.Sex, hit)
	t.weigh("age_group", f.ageBand(), hit)
}

func (t *Tally) missing(f *Facts, p *Program) {
	t.result.NotKnown++
	for _, name := range p.Fields {
		if !f.Show(name).Known {
			t.result.Missing[name]++
		}
	}
}

func (t *Tally) weigh(by, value string, hit int) {
	rows := t.balance[by]
	if rows == nil {
		rows = map[string]*Share{}
		t.balance[by] = rows
	}
	if rows[value] == nil {
		rows[value] = &Share{Value: value}
	}
	rows[value].Persons++
	rows[value].Hits += hit
}

// ageBand is the group of ages that a person is counted in.
func (f *Facts) ageBand() string {
	n, known := years(f.Person.Identity.BirthDate, f.departureDay())
	if !known {
		return ""
	}
	for _, band := range []struct {
		below int
		name  string
	}{{2, "0-1"}, {12, "2-11"}, {18, "12-17"}, {30, "18-29"}, {45, "30-44"}, {60, "45-59"}} {
		if n < band.below {
			return band.name
		}
	}
	return "60+"
}

// Result is what was counted: groups with the most hits first.
func (t *Tally) Result() Result {
	r := t.result
	r.Days, r.Balance = []Day{}, []Balance{}
	for _, name := range slices.Sorted(maps.Keys(t.days)) {
		r.Days = append(r.Days, *t.days[name])
	}
	for _, by := range []string{"nationality", "sex", "age_group"} {
		b := Balance{By: by, Rows: []Share{}}
		for _, row := range t.balance[by] {
			b.Rows = append(b.Rows, *row)
		}
		slices.SortFunc(b.Rows, func(x, y Share) int {
			return cmp.Or(cmp.Compare(y.Hits, x.Hits), cmp.Compare(y.Persons, x.Persons), cmp.Compare(x.Value, y.Value))
		})
		r.Balance = append(r.Balance, b)
	}
	return r
}

// RunHit is a person whom a dry run hit, by reference: who it is is read, with a purpose, when somebody asks.
type RunHit struct {
	Person, Flight uuid.UUID
	Departs        time.Time
	Known          bool
}

// Together are the persons of a flight by reservation: for each the others of his.
func Together(persons []apipnr.Expected) func(apipnr.Expected) []apipnr.Expected {
	by := map[string][]apipnr.Expected{}
	for _, p := range persons {
		if p.Locator != "" && p.Status != apipnr.StatusCancelled {
			by[p.Locator] = append(by[p.Locator], p)
		}
	}
	return func(of apipnr.Expected) (others []apipnr.Expected) {
		for _, p := range by[of.Locator] {
			if p.ID != of.ID {
				others = append(others, p)
			}
		}
		return others
	}
}
