package risk

import (
	"crypto/sha256"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

// PurposeOfHits is the purpose that reads and writes of persons are audited with here.
const PurposeOfHits = "risk_analysis"

// Severity is how urgently a person looks at a rule's hit.
type Severity string

// Severities lists them, the gravest first.
func Severities() []Severity { return []Severity{"urgent", "high", "medium", "low"} }

// Category is what a rule looks for.
type Category string

// Categories lists them.
func Categories() []Category {
	return []Category{"terrorism", "trafficking", "smuggling_of_persons", "drugs", "weapons", "money", "child_protection", "documents", "irregular_stay", "customs", "other"}
}

// Purpose is the legal purpose that a rule serves: it may be used for nothing else.
type Purpose string

// Purposes lists them. The first two are those of Directive (EU) 2016/681.
func Purposes() []Purpose {
	return []Purpose{"terrorist_offences", "serious_crime", "border_control", "irregular_immigration", "customs_offences", "public_health"}
}

// State is where a version of a rule stands.
type State string

// The states. A version never changes; its state does.
const (
	Draft     State = "draft"
	Proposed  State = "proposed"
	Active    State = "active"
	Rejected  State = "rejected"
	Suspended State = "suspended" // by one person, at once
	Replaced  State = "replaced"  // by a newer version
)

// Settings are a rule but for its condition.
type Settings struct {
	Name     string         `json:"name"`
	Purpose  Purpose        `json:"purpose"`
	Basis    string         `json:"basis"` // the law, as it is cited
	Category Category       `json:"category"`
	Severity Severity       `json:"severity"`
	From     traveldoc.Date `json:"from"`  // first day on which it is used (UTC)
	Until    traveldoc.Date `json:"until"` // last day; never without one: a rule is looked at again
	// Expected is how many hits a day its writer expects; more are shown with a warning, none is dropped.
	Expected int `json:"expected"`
}

// Bounds of settings.
const (
	MaxName     = 80
	MaxBasis    = 200
	MaxRemark   = 1000
	MaxExpected = 100_000
	maxValidity = 2 * 366 * 24 * time.Hour
)

// Check finds the first setting that is wrong.
func (s Settings) Check() error {
	wrong := func(field, code string) error { return problem.New(problem.Invalid, code).At(field) }
	switch {
	case !written(s.Name, MaxName):
		return problem.New(problem.Invalid, "risk.name").At("name").With("max", MaxName)
	case !slices.Contains(Purposes(), s.Purpose):
		return wrong("purpose", "risk.purpose")
	case !written(s.Basis, MaxBasis):
		return problem.New(problem.Invalid, "risk.basis").At("basis").With("max", MaxBasis)
	case !slices.Contains(Categories(), s.Category):
		return wrong("category", "risk.category")
	case !slices.Contains(Severities(), s.Severity):
		return wrong("severity", "risk.severity")
	case whole(s.From).IsZero():
		return wrong("from", "risk.date")
	case whole(s.Until).IsZero() || s.Until.Before(s.From) || s.Until.First().Sub(s.From.First()) > maxValidity:
		return wrong("until", "risk.until")
	case s.Expected < 0 || s.Expected > MaxExpected:
		return problem.New(problem.Invalid, "risk.expected").At("expected").With("max", MaxExpected)
	}
	return nil
}

func written(s string, most int) bool {
	return strings.TrimSpace(s) != "" && utf8.RuneCountInString(s) <= most && !strings.ContainsRune(s, 0)
}

// Person is who did something, by account.
type Person struct {
	ID    string `json:"-"`
	Login string `json:"login"`
}

// ByActor is the person who acts.
func ByActor(a audit.Actor) Person { return Person{a.ID, a.Name} }

// Is compares by account, and by log-in name besides: an account made anew is no second person.
func (p Person) Is(a audit.Actor) bool {
	return p.ID != "" && (p.ID == a.ID || p.Login != "" && strings.EqualFold(p.Login, a.Name))
}

// Version is one version of a rule. Nothing of it changes but its state and what belongs to that.
type Version struct {
	Rule   uuid.UUID
	Code   string // "R-12", which people say
	Number int    // from 1
	Settings
	Where   Condition
	CEL     string
	Lists   Lists // as they stood when it was written
	Cost    uint64
	Digest  [sha256.Size]byte
	Written Person
	At      time.Time

	State    State
	Proposed Person
	PropAt   time.Time
	Remark   string // of the proposal
	Decided  Person
	DecAt    time.Time
	Why      string // of a rejection or suspension

	Faults  int       // how often a person could not be asked about with it
	FaultAt time.Time // the last time; zero: never
}

// InForce reports whether an active version is used on a day.
func (v Version) InForce(at time.Time) bool {
	day := at.UTC().Truncate(24 * time.Hour)
	return v.State == Active && !day.Before(v.From.First()) && !day.After(v.Until.First())
}

// Sum is the digest of what a version says: two with one digest do the same. It is what a dry run is of.
func (v Version) Sum() ([sha256.Size]byte, error) {
	bytes, err := json.Marshal(struct {
		Settings Settings `json:"settings"`
		CEL      string   `json:"cel"`
		Lists    Lists    `json:"lists"`
	}{v.Settings, v.CEL, v.Lists})
	return sha256.Sum256(bytes), err
}

// Act is what was done with a rule.
type Act struct {
	Number int // of the version
	What   string
	By     string
	At     time.Time
	Why    string
}

// Rule is a rule with its versions, the newest first, and what was done with it.
type Rule struct {
	ID       uuid.UUID
	Code     string
	Versions []Version
	Acts     []Act
	DryRuns  []DryRun // of all versions, the newest first
	Open     int      // hits that wait for a person
	Today    int      // hits of the last 24 hours
}

// Newest is the version that was written last.
func (r Rule) Newest() Version {
	if len(r.Versions) == 0 {
		return Version{}
	}
	return r.Versions[0]
}

// Version is the version of a number.
func (r Rule) Version(n int) (Version, bool) {
	for _, v := range r.Versions {
		if v.Number == n {
			return v, true
		}
	}
	return Version{}, false
}

// Active is the version that is used.
func (r Rule) Active() (Version, bool) {
	for _, v := range r.Versions {
		if v.State == Active {
			return v, true
		}
	}
	return Version{}, false
}

// DryRun is the newest finished dry run of a version.
func (r Rule) DryRun(n int) (DryRun, bool) {
	for _, d := range r.DryRuns {
		if d.Version == n && d.State == RunDone {
			return d, true
		}
	}
	return DryRun{}, false
}

// Surprise reports whether a rule hits more than twice what was expected of it.
func Surprise(today, expected int) bool { return today > 2*max(expected, 1) }

// ValueList is a list of values as it stands now.
type ValueList struct {
	Name   string
	Number int // its version
	Title  string
	Items  []string
	Login  string
	At     time.Time
}
