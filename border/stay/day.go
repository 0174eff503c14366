package stay

import "github.com/openbmis/openbmis/traveldoc"

// day is a calendar day as the number of days since 1970-01-01 of the Gregorian calendar, so that days can be subtracted.
type day int

// Days before and after everything. They are far from the ends of int, so that a window may be added.
const (
	never   day = -1 << 40
	forever day = 1 << 40
)

const (
	daysPerEra   = 146097 // 400 years
	epochFromEra = 719468 // days from 0000-03-01 to 1970-01-01
)

// dayOf counts in years that begin in March, so that the leap day is the last of its year.
func dayOf(d traveldoc.Date) day { return dayFrom(d.Year(), d.Month(), d.Day()) }

func dayFrom(year, month, dayOfMonth int) day {
	if month <= 2 {
		year--
		month += 12
	}
	era := year / 400
	yearOfEra := year % 400
	dayOfYear := (153*(month-3)+2)/5 + dayOfMonth - 1
	return day(era*daysPerEra + yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + dayOfYear - epochFromEra)
}

// date is the day as a calendar date; the zero date outside the years 1 to 9999.
func (d day) date() traveldoc.Date {
	n := int(d) + epochFromEra
	if n < 0 || d > dayFrom(9999, 12, 31) {
		return traveldoc.Date{}
	}
	era, dayOfEra := n/daysPerEra, n%daysPerEra
	yearOfEra := (dayOfEra - dayOfEra/1460 + dayOfEra/36524 - dayOfEra/146096) / 365
	dayOfYear := dayOfEra - (365*yearOfEra + yearOfEra/4 - yearOfEra/100)
	month := (5*dayOfYear + 2) / 153
	year := era*400 + yearOfEra
	dayOfMonth := dayOfYear - (153*month+2)/5 + 1
	month += 3
	if month > 12 {
		month -= 12
		year++
	}
	date, err := traveldoc.NewDate(year, month, dayOfMonth)
	if err != nil {
		return traveldoc.Date{} // the year 0
	}
	return date
}

// AddDays is the date n days after a full calendar date (before it when n is negative). A date of which the day is not known gives
// the unknown date.
func AddDays(d traveldoc.Date, n int) traveldoc.Date {
	if d.Precision() != traveldoc.PrecisionDay {
		return traveldoc.Date{}
	}
	return (dayOf(d) + day(n)).date()
}

// DaysBetween is how many days to lies after from; both are full calendar dates.
func DaysBetween(from, to traveldoc.Date) int { return int(dayOf(to) - dayOf(from)) }

// span is a run of days, first and last included; empty when last lies before first.
type span struct{ from, to day }

func (s span) empty() bool          { return s.to < s.from }
func (s span) covers(d day) bool    { return s.from <= d && d <= s.to }
func (s span) days() int            { return max(int(s.to-s.from)+1, 0) }
func (s span) upTo(last day) span   { return span{s.from, min(s.to, last)} }
func (s span) exported() Span       { return Span{s.from.date(), s.to.date()} }
func onlyDay(d day) span            { return span{d, d} }
func nothing() span                 { return span{0, -1} }
func (s span) since(first day) span { return span{max(s.from, first), s.to} }

// Span is a run of calendar days, first and last included.
type Span struct {
	From traveldoc.Date `json:"from"`
	To   traveldoc.Date `json:"to"`
}

// Days is the length of the run.
func (s Span) Days() int { return DaysBetween(s.From, s.To) + 1 }
