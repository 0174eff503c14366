package central

import (
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

// EndCause says why somebody left the list of overstayers.
type EndCause string

// The causes.
const (
	EndLateExit    EndCause = "late_exit"    // he left, after the last lawful day
	EndLateRecord  EndCause = "late_record"  // he had left in time: the record of it arrived late
	EndRepaired    EndCause = "repaired"     // a supervisor supplied the exit
	EndEntryVoided EndCause = "entry_voided" // the entry does not stand
	EndExtended    EndCause = "extended"     // the authorisation of his stay was extended
	EndNewEntry    EndCause = "new_entry"    // another entry followed: he had left in between, unrecorded
	EndJoined      EndCause = "joined"       // his files were linked or parted
	EndRecomputed  EndCause = "recomputed"   // earlier records arrived late: the days count otherwise
)

// EndCauses are all causes, in the order shown.
func EndCauses() []EndCause {
	return []EndCause{
		EndLateExit, EndLateRecord, EndRepaired, EndEntryVoided, EndExtended, EndNewEntry, EndJoined, EndRecomputed,
	}
}

// Overstayer is somebody who is inside after the last lawful day of his stay, as far as is known.
type Overstayer struct {
	Group       uuid.UUID // the person: the smallest of his files
	TravellerID uuid.UUID // whose page shows him
	MovementID  uuid.UUID // the entry
	EnteredAt   time.Time
	EnteredOn   traveldoc.Date // at the crossing point
	Station     string         // entry point
	Zone        string         // its IANA zone
	Nationality string
	LastLawful  traveldoc.Date
	DaysOver    int  // calendar days at the entry point
	Uncertain   bool // records are missing or contradict each other: the days are those that are proven
	Surname     string
	GivenNames  string
	BirthDate   string
	DocCode     string
	DocNumber   string
	IssuedBy    string
	// Silent are the crossing points whose records are not whole up to the end of the last lawful day: the exit may sit there.
	Silent []string
}

// OverstayQuery restricts the list; empty fields do not.
type OverstayQuery struct {
	Nationality string
	Station     string // entry point
	MinDays     int    // at least so many days over
	Purpose     string // needed to see who; counts name nobody
}

// MaxOverstayDays is the greatest number of days that a query may ask for.
const MaxOverstayDays = 36_600

// Check says what is wrong with the query; the purpose is checked where persons are read.
func (q OverstayQuery) Check() error {
	switch {
	case !country(q.Nationality):
		return problem.New(problem.Invalid, "country_code").At("nationality")
	case q.MinDays < 0 || q.MinDays > MaxOverstayDays:
		return problem.New(problem.Invalid, "overstay_days").At("days").With("max", MaxOverstayDays)
	}
	return nil
}

// Terms are the criteria as the audit's keyed hash takes them.
func (q OverstayQuery) Terms() []string {
	return []string{q.Nationality, q.Station, strconv.Itoa(q.MinDays)}
}

// OverstayCount is how many overstayers there are of a nationality or an entry point.
type OverstayCount struct {
	Of string
	N  int
}

// OverstayPage is one page of the list with its counts, all of one snapshot: each count is the number of rows behind it.
type OverstayPage struct {
	Rows          []Overstayer // the longest first; empty without a purpose
	Total         int
	ByNationality []OverstayCount // the most first
	ByStation     []OverstayCount
	Next          Cursor    // zero on the last page
	Behind        time.Time // since when changes wait to be counted in; zero when none do
}

// OverstayEnd is somebody who left the list of overstayers, and why.
type OverstayEnd struct {
	ID          int64
	TravellerID uuid.UUID
	EnteredAt   time.Time
	Station     string
	Nationality string
	LastLawful  traveldoc.Date // as the list had it
	DaysOver    int            // on the day he left it
	LeftAt      time.Time      // when it became known
	Cause       EndCause
	Ground      string // coded, of the record that did it
	Evidence    string
	Officer     string // who wrote the record, and where
	At          string
	Surname     string
	GivenNames  string
}

// OverstayEndPage is one page of those who left, newest first.
type OverstayEndPage struct {
	Rows  []OverstayEnd
	Total int
	Next  int64 // the next page begins before this id; 0 on the last
}

// OverstayDay is how many overstayers there were at the end of a day.
type OverstayDay struct {
	Day traveldoc.Date
	N   int64
}

// Heard is up to when the records of a crossing point are known to be whole; zero: never.
type Heard struct {
	Station string
	Whole   time.Time
}

// SilentSince are the crossing points whose records are not whole up to the end of a day in a zone.
func SilentSince(heard []Heard, day traveldoc.Date, zone *time.Location) []string {
	end := time.Date(day.Year(), time.Month(day.Month()), day.Day()+1, 0, 0, 0, 0, zone)
	var silent []string
	for _, h := range heard {
		if h.Whole.Before(end) {
			silent = append(silent, h.Station)
		}
	}
	return silent
}

// country is an ICAO Doc 9303-3 code (one to three capital letters) or empty: not known.
func country(code string) bool {
	outside := func(r rune) bool { return r < 'A' || r > 'Z' }
	return len(code) <= 3 && !strings.ContainsFunc(code, outside)
}
