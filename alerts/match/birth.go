package match

import (
	"fmt"
	"time"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/traveldoc"
)

// day counts days from 1 January of the year 1; 0 is no day.
type day int32

// dayOf is the day of midnight UTC.
func dayOf(t time.Time) day {
	if t.IsZero() {
		return 0
	}
	return day(t.Unix()/86400 + daysBeforeUnix) //nolint:gosec // years 1 to 9999
}

// daysBeforeUnix: days from 1 January of the year 1 to 1 January 1970, and one.
const daysBeforeUnix = 719163

func (d day) time() time.Time { return time.Unix((int64(d)-daysBeforeUnix)*86400, 0).UTC() }

func (d day) date() (year, month, dayOfMonth int) {
	// Years that begin in March, in pieces of 400, 100, 4 and 1, so that the leap day is the last of each.
	n := int(d) - 1 + 306
	era := n / daysOf400
	n -= era * daysOf400
	of := (n - n/1460 + n/36524 - n/146096) / 365
	n -= of*365 + of/4 - of/100
	m := (5*n + 2) / 153
	year, month, dayOfMonth = era*400+of, m+3, n-(153*m+2)/5+1
	if month > 12 {
		return year + 1, month - 12, dayOfMonth
	}
	return year, month, dayOfMonth
}

// daysOf400 is the number of days in 400 years.
const daysOf400 = 146097

// span is when somebody was born: days from and to. circa says about then.
type span struct {
	from, to day
	circa    bool
}

// packed is a span in the index.
type packed struct{ from, to int32 } // to: day<<1 | circa

func (s span) pack() packed {
	p := packed{int32(s.from), int32(s.to) << 1}
	if s.circa {
		p.to |= 1
	}
	return p
}

func (p packed) span() span { return span{day(p.from), day(p.to >> 1), p.to&1 == 1} }

// spanOf reads a birth; false when nothing of it is known.
func spanOf(b alerts.Birth) (span, bool) {
	from, to := b.From, b.To
	if from.IsZero() {
		from = to
	}
	if to.IsZero() {
		to = from
	}
	if from.IsZero() {
		return span{}, false
	}
	s := span{dayOf(from.First()), dayOf(to.Last()), b.Circa}
	if s.to < s.from {
		s.from, s.to = dayOf(to.First()), dayOf(from.Last())
	}
	return s, true
}

// exact reports a single day that means one: 1 January is written where only the year is known, and read so.
func (s span) exact() bool {
	if s.from != s.to || s.circa {
		return false
	}
	_, m, d := s.from.date()
	return m != 1 || d != 1
}

// wide is the span with what its precision hides: the year of a 1 January.
func (s span) wide() span {
	if s.from == s.to && !s.exact() {
		if _, m, d := s.from.date(); m == 1 && d == 1 {
			y, _, _ := s.from.date()
			s.to = dayOf(time.Date(y, 12, 31, 0, 0, 0, 0, time.UTC))
		}
	}
	return s
}

// String is the span as people write it: a date, a year, a month, or two ends.
func (s span) String() string {
	prefix := ""
	if s.circa {
		prefix = "~"
	}
	y1, m1, d1 := s.from.date()
	y2, m2, d2 := s.to.date()
	next, _, _ := (s.to + 1).date()
	_, nextMonth, _ := (s.to + 1).date()
	switch {
	case s.from == s.to:
		return fmt.Sprintf("%s%04d-%02d-%02d", prefix, y1, m1, d1)
	case y1 == y2 && m1 == 1 && d1 == 1 && next > y2:
		return fmt.Sprintf("%s%04d", prefix, y1)
	case y1 == y2 && m1 == m2 && d1 == 1 && nextMonth != m2:
		return fmt.Sprintf("%s%04d-%02d", prefix, y1, m1)
	case m1 == 1 && d1 == 1 && next > y2:
		return fmt.Sprintf("%s%04d/%04d", prefix, y1, y2)
	}
	return fmt.Sprintf("%s%04d-%02d-%02d/%04d-%02d-%02d", prefix, y1, m1, d1, y2, m2, d2)
}

// dateDay is the first day that a date may mean, dateLast the last; 0 for none.
func dateDay(d traveldoc.Date) day  { return dayOf(d.First()) }
func dateLast(d traveldoc.Date) day { return dayOf(d.Last()) }

// dayAt is a day of the calendar; false when there is none such.
func dayAt(year, month, dayOfMonth int) (day, bool) {
	d, err := traveldoc.NewDate(year, month, dayOfMonth)
	if err != nil || d.Precision() != traveldoc.PrecisionDay {
		return 0, false
	}
	return dateDay(d), true
}
