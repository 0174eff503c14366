package paxlst

import (
	"fmt"
	"strings"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/traveldoc"
)

// century says how two digits of a year become four.
type century uint8

const (
	past    century = iota // the latest that is not after the flight: births
	nearest                // the nearest to the flight: expiry, issue
	present                // 2000 to 2099: flights
)

// digits is how many digits a format of DTM (2379) promises; 0 when it is not known.
func digits(format string) int {
	switch format {
	case "", "101", "610":
		return 6
	case "102":
		return 8
	case "201":
		return 10
	case "203":
		return 12
	case "204":
		return 14
	case "602":
		return 4
	}
	return 0
}

// date reads a date by what it is, and not by what the format says: eight digits are CCYYMMDD, six YYMMDD. exact says that the format
// agrees; ok that there is a date. A date that does not exist is none.
func date(sent, format string, c century, reference traveldoc.Date) (d traveldoc.Date, exact, ok bool) {
	exact = digits(format) == len(sent)
	if len(sent) > 8 && allDigits(sent) { // with a time, which is no matter here
		sent = sent[:len(sent)-4-2*(len(sent)/14)]
	}
	year, month, day, two, ok := fields(sent, format)
	if !ok || (year == 0 && month == 0) {
		return traveldoc.Date{}, false, false
	}
	if two && c != present && reference.IsZero() {
		return traveldoc.Date{}, false, false // the century cannot be told: no date rather than a wrong one
	}
	if two {
		year = fullYear(year, month, day, c, reference)
	}
	d, err := traveldoc.NewDate(year, month, day)
	return d, exact, err == nil && !d.IsZero() && (two || year >= 1850)
}

// fields takes a date apart. Without a month or a day they are 0.
func fields(sent, format string) (year, month, day int, two, ok bool) {
	if len(sent) == 10 && (sent[4] == '-' || sent[4] == '/') && sent[7] == sent[4] {
		sent = sent[:4] + sent[5:7] + sent[8:]
	}
	if !allDigits(sent) {
		return named(sent)
	}
	switch len(sent) {
	case 4:
		return int2(sent)*100 + int2(sent[2:]), 0, 0, false, format == "602"
	case 6:
		if format == "610" {
			return int2(sent)*100 + int2(sent[2:]), int2(sent[4:]), 0, false, true
		}
		return int2(sent), int2(sent[2:]), int2(sent[4:]), true, true
	case 8:
		return int2(sent)*100 + int2(sent[2:]), int2(sent[4:]), int2(sent[6:]), false, true
	}
	return 0, 0, 0, false, false
}

// named takes DDMMMYY and DDMMMCCYY apart.
func named(sent string) (year, month, day int, two, ok bool) {
	if (len(sent) != 7 && len(sent) != 9) || !allDigits(sent[:2]) || !allDigits(sent[5:]) {
		return 0, 0, 0, false, false
	}
	const months = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"
	at := strings.Index(months, strings.ToUpper(sent[2:5]))
	if at < 0 || at%3 != 0 {
		return 0, 0, 0, false, false
	}
	month, day = at/3+1, int2(sent)
	if len(sent) == 7 {
		return int2(sent[5:]), month, day, true, true
	}
	return int2(sent[5:])*100 + int2(sent[7:]), month, day, false, true
}

// fullYear finds the century of a year of two digits.
func fullYear(year, month, day int, c century, reference traveldoc.Date) int {
	if c == present {
		return 2000 + year
	}
	full := reference.Year()/100*100 + year
	if c == past {
		if after(full, month, day, reference) {
			full -= 100
		}
		return full
	}
	switch distance := full - reference.Year(); {
	case distance > 50:
		return full - 100
	case distance < -50:
		return full + 100
	}
	return full
}

func after(year, month, day int, d traveldoc.Date) bool {
	switch {
	case year != d.Year():
		return year > d.Year()
	case month != d.Month():
		return month > d.Month()
	}
	return day > d.Day()
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i]-'0' > 9 {
			return false
		}
	}
	return s != ""
}

func int2(s string) int { return int(s[0]-'0')*10 + int(s[1]-'0') }

// dtm reads a date or time: what it is of follows from its qualifier alone.
func (r *reader) dtm() {
	switch qualifier := r.text(0, 0); qualifier {
	case "189", "232":
		r.time(qualifier == "189")
	case "329":
		if r.t == nil && !r.first() {
			r.misplaced()
			return
		}
		if d, ok := r.date("birth_date", past); ok {
			if !r.t.BirthDate.IsZero() && r.t.BirthDate != d {
				r.unannounced()
			}
			r.t.BirthDate = d
			r.origin(apipnr.FieldBirthDate, 0, 0, 1)
		}
	case "36", "182":
		if r.t == nil {
			r.misplaced()
			return
		}
		r.documentDate(qualifier)
	case "554":
		r.unplaced(apipnr.Info)
	default:
		r.unplaced(apipnr.Warning)
	}
}

// date reads the value of DTM; when it is no date, the text is kept by the name given.
func (r *reader) date(name string, c century) (traveldoc.Date, bool) {
	sent, format := r.text(0, 1), r.text(0, 2)
	if sent == "" {
		return traveldoc.Date{}, false
	}
	d, exact, ok := date(sent, format, c, r.reference)
	switch {
	case !ok:
		r.raw(name, r.s.Text(0, 1))
		why := "is no date"
		if r.reference.IsZero() {
			why = "is no date whose century is known: neither a flight nor the interchange has one"
		}
		r.report(apipnr.CodeDateUnreadable, apipnr.Warning, 0, 1, fmt.Sprintf("%q %s", sent, why))
	case !exact:
		r.report(apipnr.CodeDateFormat, apipnr.Info, 0, 1, fmt.Sprintf("%q is not in the format %q that it says; read as %s", sent, format, d))
	}
	return d, ok
}

// raw keeps a value of the current traveller as sent.
func (r *reader) raw(name, sent string) {
	if r.t.Raw == nil {
		r.t.Raw = map[string]string{}
	}
	r.t.Raw[name] = sent
}

// LocalTime reads a departure or an arrival: YYMMDDHHMM (201) or CCYYMMDDHHMM (203), or a date alone, by what it is and not by what the
// format says. Years of two digits are of this century. exact says that the format agrees; ok that there is a date.
func LocalTime(sent, format string) (t apipnr.LocalTime, exact, ok bool) {
	if t.Date, exact, ok = date(sent, format, present, traveldoc.Date{}); !ok || len(sent) < 10 || !allDigits(sent) {
		return t, exact, ok
	}
	clock := sent[len(sent)-4-2*(len(sent)/14):]
	if h, m := int2(clock), int2(clock[2:]); h < 24 && m < 60 {
		t.Minute, t.HasTime = h*60+m, true
	}
	return t, exact && t.HasTime, true
}

// localTime reads the value of DTM as a departure or an arrival.
func (r *reader) localTime() (apipnr.LocalTime, bool) {
	sent, format := r.text(0, 1), r.text(0, 2)
	t, exact, ok := LocalTime(sent, format)
	if !ok {
		r.report(apipnr.CodeDateUnreadable, apipnr.Warning, 0, 1, fmt.Sprintf("%q is no date and time", sent))
		return t, false
	}
	if !exact {
		r.report(apipnr.CodeDateFormat, apipnr.Info, 0, 1, fmt.Sprintf("%q is not in the format %q that it says; read as %s", sent, format, t))
	}
	return t, true
}

// prepared is the date of UNB: what two-digit years are near to while no departure is known.
func prepared(sent string) traveldoc.Date {
	day, _, _ := strings.Cut(sent, ":")
	d, _, _ := date(day, "", present, traveldoc.Date{})
	return d
}
