package desk

import (
	"time"

	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/traveldoc"
)

// StatisticsQuery asks for numbers of the applications that were received in a span of days (UTC), both included.
type StatisticsQuery struct {
	From, Until traveldoc.Date
	Type        string
	Nationality string
}

// Statistics are numbers of nobody in particular. Small numbers are shown as they are: to the desk alone.
type Statistics struct {
	Total         Figures
	ByType        []Figures
	ByNationality []Figures
	ByMonth       []Figures // "2026-11"
	Refusals      []GroundCount
	Overstays     []OverstayCount
}

// Figures are the numbers of one group of applications.
type Figures struct {
	Of        string // code of the type, nationality or month; "" of all
	Received  int
	Open      int
	Approved  int
	Refused   int
	Withdrawn int
	Lapsed    int
	Appeals   int
	Reversed  int // appeals that ended in an approval
	InTarget  int // of those decided
	// Median and P90 are times from received to decided, without the time that the applicant was waited for.
	Median time.Duration
	P90    time.Duration
	Target time.Duration // of the type; 0 where there are several
}

// Decided is how many were decided.
func (f Figures) Decided() int { return f.Approved + f.Refused }

// GroundCount is how many refusals rest on a ground; one refusal counts under each of its grounds.
type GroundCount struct {
	Code string
	N    int
}

// OverstayCount is of visas of a type: how many were issued and used, and how many of the stays on them lasted, or last, too long.
type OverstayCount struct {
	Type     string
	Issued   int
	Used     int
	Overstay int
}

// mostDays bounds the span of a query.
const mostDays = 3700

func (q StatisticsQuery) check() error {
	day := func(d traveldoc.Date) bool { return d.Precision() == traveldoc.PrecisionDay }
	if !day(q.From) || !day(q.Until) || q.Until.Before(q.From) || stay.DaysBetween(q.From, q.Until) > mostDays {
		return ErrQuery.At("until")
	}
	if len(q.Type) > 8 || len(q.Nationality) > 3 {
		return ErrQuery.At("type")
	}
	return nil
}
