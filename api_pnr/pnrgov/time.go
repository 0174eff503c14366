package pnrgov

import (
	"strings"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/edifact"
	"github.com/openbmis/openbmis/traveldoc"
)

// Dates of PADIS: DDMMYY and HHMM or HHMMSS. PNRGOV is younger than 2000, so that two digits are a year of this century.

// two reads two digits; -1 for anything else.
func two(s string, at int) int {
	if at+2 > len(s) {
		return -1
	}
	a, b := s[at]-'0', s[at+1]-'0'
	if a > 9 || b > 9 {
		return -1
	}
	return int(a)*10 + int(b)
}

// dateOf reads DDMMYY; also DDMMCCYY.
func dateOf(s string) (traveldoc.Date, bool) {
	day, month, year := two(s, 0), two(s, 2), two(s, 4)
	switch {
	case len(s) == 8 && year >= 0 && two(s, 6) >= 0:
		year = year*100 + two(s, 6)
	case len(s) == 6 && year >= 0:
		year += 2000
	default:
		return traveldoc.Date{}, false
	}
	if day < 1 || month < 1 {
		return traveldoc.Date{}, false
	}
	d, err := traveldoc.NewDate(year, month, day)
	return d, err == nil
}

// minuteOf reads HHMM or HHMMSS; the seconds are given apart.
func minuteOf(s string) (minute, second int, ok bool) {
	h, m, sec := two(s, 0), two(s, 2), 0
	if len(s) == 6 {
		sec = two(s, 4)
	} else if len(s) != 4 {
		return 0, 0, false
	}
	if h < 0 || h > 24 || m < 0 || m > 59 || sec < 0 || sec > 59 || h == 24 && m+sec > 0 {
		return 0, 0, false
	}
	return h%24*60 + m, sec, true
}

// stamp is a date and a time in UTC as "2010-12-06T10:10:00", or the date alone when there is no time; "" when it cannot be read.
func stamp(date, clock string) string {
	d, ok := dateOf(strings.TrimSpace(date))
	if !ok {
		return ""
	}
	minute, second, ok := minuteOf(strings.TrimSpace(clock))
	if !ok {
		return d.String()
	}
	digit := func(n int) byte { return byte('0' + n%10) }
	y, h, m := d.Year(), minute/60, minute%60
	whole := [...]byte{
		digit(y / 1000), digit(y / 100), digit(y / 10), digit(y), '-', digit(d.Month() / 10), digit(d.Month()), '-',
		digit(d.Day() / 10), digit(d.Day()), 'T', digit(h / 10), digit(h), ':', digit(m / 10), digit(m), ':', digit(second / 10), digit(second),
	}
	return string(whole[:])
}

// stamps are the last that were read: the segments of a record repeat few.
type stamps struct {
	last [4]struct{ date, clock, text string }
	next int
}

// of is stamp, remembered.
func (k *stamps) of(date, clock string) string {
	for i := range k.last {
		if l := &k.last[i]; l.date == date && l.clock == clock && l.text != "" {
			return l.text
		}
	}
	l := &k.last[k.next%len(k.last)]
	k.next++
	l.date, l.clock, l.text = date, clock, stamp(date, clock)
	return l.text
}

// schedule reads the first element of TVL: departure date and time, arrival date and time, all local. The slot of the arrival's date may
// be empty or left out altogether (DDMMYY:HHMM:HHMM); then it is the departure's day.
func (r *reader) schedule(s *edifact.Segment, f *apipnr.Flight) {
	slots := [4]string{}
	for i := range slots {
		slots[i] = strings.TrimSpace(s.Text(0, i))
	}
	date, clock, arrival, arrived := slots[0], slots[1], slots[2], slots[3]
	arrivalAt := 3
	if arrived == "" && len(arrival) == 4 {
		arrival, arrived, arrivalAt = "", arrival, 2
	}
	r.moment(s, &f.Departure, date, clock, 0)
	if arrival == "" && arrived != "" {
		arrival = date
	}
	r.moment(s, &f.Arrival, arrival, arrived, arrivalAt)
}

func (r *reader) moment(s *edifact.Segment, t *apipnr.LocalTime, date, clock string, component int) {
	if date != "" {
		d, ok := dateOf(date)
		if !ok {
			s.Report(apipnr.CodeDateUnreadable, apipnr.Warning, 0, component, r.number(), "date DDMMYY expected, found "+quoted(date))
		}
		t.Date = d
	}
	if clock == "" {
		return
	}
	minute, _, ok := minuteOf(clock)
	if !ok {
		s.Report(apipnr.CodeDateUnreadable, apipnr.Warning, 0, component, r.number(), "time HHMM expected, found "+quoted(clock))
		return
	}
	t.Minute, t.HasTime = minute, true
}

var months = [...]string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}

// textDate is a date of AIRIMP, DDMMMYY or DDMMMCCYY.
type textDate struct {
	day, month, year int
	short            bool // two digits of the year
}

// airimp reads DDMMMYY, DMMMYY and DDMMMCCYY, in capitals or not.
func airimp(s string) (textDate, bool) {
	s = strings.TrimSpace(s)
	if len(s) == 6 || len(s) == 8 && s[1] > '9' {
		s = "0" + s
	}
	if len(s) != 7 && len(s) != 9 {
		return textDate{}, false
	}
	d := textDate{day: two(s, 0), month: monthOf(s[2:5]), year: two(s, 5), short: len(s) == 7}
	if len(s) == 9 && two(s, 7) >= 0 {
		d.year = d.year*100 + two(s, 7)
	}
	return d, d.day > 0 && d.month > 0 && d.year >= 0 && (len(s) == 7 || d.year >= 1000)
}

func monthOf(s string) int {
	const lower = 'a' - 'A'
	a, b, c := s[0]&^lower, s[1]&^lower, s[2]&^lower
	for i, name := range months {
		if name[0] == a && name[1] == b && name[2] == c {
			return i + 1
		}
	}
	return 0
}

// born is the date as a birth: two digits are the latest year that is not after the day of the flight.
func (d textDate) born(flight traveldoc.Date) (traveldoc.Date, bool) {
	if !d.short {
		return d.in(d.year)
	}
	if flight.IsZero() {
		return traveldoc.Date{}, false
	}
	year := flight.Year()/100*100 + d.year
	found, ok := d.in(year)
	if !ok || flight.Before(found) {
		return d.in(year - 100)
	}
	return found, ok
}

// near is the date as an issue or an expiry: two digits are the year nearest to the day of the flight.
func (d textDate) near(flight traveldoc.Date) (traveldoc.Date, bool) {
	if !d.short {
		return d.in(d.year)
	}
	if flight.IsZero() {
		return traveldoc.Date{}, false
	}
	year := flight.Year()/100*100 + d.year
	switch {
	case year-flight.Year() > 50:
		year -= 100
	case flight.Year()-year > 50:
		year += 100
	}
	return d.in(year)
}

func (d textDate) in(year int) (traveldoc.Date, bool) {
	found, err := traveldoc.NewDate(year, d.month, d.day)
	return found, err == nil && !found.IsZero()
}
