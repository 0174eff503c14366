package listfile

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/traveldoc"
)

// converted is a date of birth of another calendar as the interval of days of the Gregorian calendar that it may mean; false when the
// date or the calendar is not understood. Text is kept with it.
//
// The Islamic calendar begins its months when the moon is seen, which differs by country: the arithmetical one (leap years 2, 5, 7, 10,
// 13, 16, 18, 21, 24, 26 and 29 of 30) is taken with two days before and after. The Persian calendar is taken by the rule of 33 years,
// which gives the true years from 1178 to 1633 (AD 1799 to 2254). The Julian and the Buddhist one are exact.
func converted(calendar, text string) (alerts.Birth, bool) {
	name, day, slack := calendarOf(calendar)
	from, to, isRange := cutRange(text)
	if !isRange {
		from, to = text, text
	}
	first, okFirst := numbersOf(from)
	last, okLast := numbersOf(to)
	if day == nil || !okFirst || !okLast {
		return alerts.Birth{}, false
	}
	b := alerts.Birth{Calendar: name, Raw: text + " (" + calendar + ")"}
	b.From, b.To = dateOfDay(day(first.year, max(first.month, 1), max(first.day, 1))-slack), dateOfDay(last.last(day)+slack)
	return b, !b.From.IsZero() && !b.To.IsZero() && !b.To.Before(b.From)
}

// calendarOf is a calendar by one of its names: its name here, the day, as gregorianDay counts it, of a date in it, and by how many days
// that may be off.
func calendarOf(name string) (calendar string, day func(year, month, day int) int, slack int) {
	name = strings.ToLower(name)
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(name, w) })
	}
	switch {
	case has("persian", "jalali", "solar", "shamsi", "afghan"):
		return "persian", persianDay, 0
	case has("islam", "hijri", "muslim", "hegir", "lunar"):
		return "islamic", islamicDay, 2
	case has("julian"):
		return "julian", julianDay, 0
	case has("buddhist", "thai"):
		return "buddhist", func(y, m, d int) int { return gregorianDay(y-543, m, d) }, 0
	}
	return "", nil, 0
}

// calendarDate is a date of any calendar; month and day are 0 where they are not known.
type calendarDate struct{ year, month, day int }

// numbersOf reads "24/06/1402", "1402-06-24", "06/1402" and "1402".
func numbersOf(text string) (calendarDate, bool) {
	words := strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune("/-. ", c) })
	if len(words) == 0 || len(words) > 3 {
		return calendarDate{}, false
	}
	if len(words[0]) == 4 {
		slices.Reverse(words)
	}
	var n [3]int // day, month, year
	for i, word := range words {
		value, err := strconv.ParseUint(word, 10, 16)
		if err != nil {
			return calendarDate{}, false
		}
		n[3-len(words)+i] = int(value)
	}
	d := calendarDate{n[2], n[1], n[0]}
	return d, d.year > 0 && d.year < 3000 && d.month <= 12 && d.day <= 32 && (d.month > 0 || d.day == 0)
}

// last is the last day that the date may mean: the day before the next month or year begins.
func (c calendarDate) last(day func(year, month, day int) int) int {
	switch {
	case c.day > 0:
		return day(c.year, c.month, c.day)
	case c.month == 0 || c.month == 12:
		return day(c.year+1, 1, 1) - 1
	}
	return day(c.year, c.month+1, 1) - 1
}

// epoch is day 0 of the counts below.
var epoch = time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)

func gregorianDay(year, month, day int) int {
	return int(time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Sub(epoch) / (24 * time.Hour))
}

func dateOfDay(day int) traveldoc.Date {
	d := traveldoc.DateOf(epoch.AddDate(0, 0, day))
	if !plausible(d) {
		return traveldoc.Date{}
	}
	return d
}

// islamicDay: the first day of the calendar is 16 July 622 of the Julian calendar.
func islamicDay(year, month, day int) int {
	return day + (59*(month-1)+1)/2 + (year-1)*354 + (3+11*year)/30 - 492149
}

// persianDay: 21 March 622 and 33 years of which 8 have a day more.
func persianDay(year, month, day int) int {
	days := day - 1
	for m := 1; m < month; m++ {
		days += 30
		if m <= 6 {
			days++
		}
	}
	return days + 365*(year-1) + (8*year+21)/33 - 492268
}

func julianDay(year, month, day int) int {
	if month < 3 {
		year, month = year-1, month+12
	}
	return 365*year + year/4 + (153*(month-3)+2)/5 + day - 719471
}
