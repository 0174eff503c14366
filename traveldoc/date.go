// Package traveldoc holds the values that every part of a travel document shares. It knows no database, no network and no screen.
package traveldoc

import (
	"fmt"
	"strconv"
	"time"
)

// Precision says how much of a date is known (ICAO Doc 9303-3: unknown parts of a date of birth are printed as fillers).
type Precision int

// The precisions, from nothing to a full calendar date.
const (
	PrecisionUnknown Precision = iota
	PrecisionYear
	PrecisionMonth
	PrecisionDay
)

// String is the name used in JSON: "unknown", "year", "month" or "day".
func (p Precision) String() string {
	return [...]string{"unknown", "year", "month", "day"}[p]
}

// Date is a calendar date as documents give it: without a time zone, and perhaps only partly known.
// The zero value is the unknown date.
type Date struct { // small: lists of passengers hold many
	year       int16
	month, day int8
}

// NewDate gives the date of year, month and day, where month or day 0 means "not known".
// A month without a year, a day without a month and a day that does not exist are errors.
func NewDate(year, month, day int) (Date, error) {
	switch {
	case year == 0 && month == 0 && day == 0:
		return Date{}, nil
	case year < 1 || year > 9999:
		return Date{}, fmt.Errorf("year %d: expected 1 to 9999", year)
	case month == 0 && day == 0:
		return dateOf(year, 0, 0), nil
	case month < 1 || month > 12:
		return Date{}, fmt.Errorf("month %d: expected 1 to 12", month)
	case day < 0 || (day > 28 && day > daysIn(year, month)):
		return Date{}, fmt.Errorf("day %d: %04d-%02d has %d days", day, year, month, daysIn(year, month))
	}
	return dateOf(year, month, day), nil
}

// dateOf is a date of which the parts are known to fit.
func dateOf(year, month, day int) Date {
	return Date{int16(year), int8(month), int8(day)} //nolint:gosec // years of four digits
}

func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// DateOf is the calendar date of an instant in its own location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return dateOf(y, int(m), d)
}

// ParseDate reads what String writes: "1974-08-12", "1974-08", "1974" or "" for an unknown date.
func ParseDate(s string) (Date, error) {
	var parts [3]int
	switch len(s) {
	case 0, 4, 7, 10:
	default:
		return Date{}, fmt.Errorf("date of %d characters: expected YYYY-MM-DD, YYYY-MM or YYYY", len(s))
	}
	for i, at := range []struct{ from, to int }{{0, 4}, {5, 7}, {8, 10}} {
		if len(s) < at.to {
			break
		}
		if at.from > 0 && s[at.from-1] != '-' {
			return Date{}, fmt.Errorf("date: expected '-' at position %d", at.from)
		}
		n, err := strconv.ParseUint(s[at.from:at.to], 10, 16)
		if err != nil || n == 0 {
			return Date{}, fmt.Errorf("date: expected digits other than zero at positions %d to %d", at.from+1, at.to)
		}
		parts[i] = int(n)
	}
	return NewDate(parts[0], parts[1], parts[2])
}

// Year is the year, or 0 when it is not known.
func (d Date) Year() int { return int(d.year) }

// Month is the month from 1 to 12, or 0 when it is not known.
func (d Date) Month() int { return int(d.month) }

// Day is the day of the month, or 0 when it is not known.
func (d Date) Day() int { return int(d.day) }

// Precision says how much of the date is known.
func (d Date) Precision() Precision {
	switch {
	case d.year == 0:
		return PrecisionUnknown
	case d.month == 0:
		return PrecisionYear
	case d.day == 0:
		return PrecisionMonth
	}
	return PrecisionDay
}

// IsZero reports whether nothing of the date is known.
func (d Date) IsZero() bool { return d == Date{} }

// String is ISO 8601 as far as the date is known; empty when nothing is.
func (d Date) String() string {
	length := [...]int{PrecisionUnknown: 0, PrecisionYear: 4, PrecisionMonth: 7, PrecisionDay: 10}[d.Precision()]
	digit := func(n int) byte { return byte('0' + n%10) }
	whole := [...]byte{
		digit(d.Year() / 1000), digit(d.Year() / 100), digit(d.Year() / 10), digit(d.Year()), '-',
		digit(d.Month() / 10), digit(d.Month()), '-', digit(d.Day() / 10), digit(d.Day()),
	}
	return string(whole[:length])
}

// First is the earliest day that the date may mean, at midnight UTC; the zero time when it is unknown.
func (d Date) First() time.Time {
	if d.year == 0 {
		return time.Time{}
	}
	return time.Date(d.Year(), time.Month(max(d.month, 1)), max(d.Day(), 1), 0, 0, 0, 0, time.UTC)
}

// Last is the latest day that the date may mean, at midnight UTC; the zero time when it is unknown.
func (d Date) Last() time.Time {
	switch d.Precision() {
	case PrecisionUnknown:
		return time.Time{}
	case PrecisionYear:
		return time.Date(d.Year(), 12, 31, 0, 0, 0, 0, time.UTC)
	case PrecisionMonth:
		return time.Date(d.Year(), time.Month(d.month), daysIn(d.Year(), d.Month()), 0, 0, 0, 0, time.UTC)
	case PrecisionDay:
	}
	return d.First()
}

// Compatible reports whether both dates can mean the same day: "1974" and "1974-08-12" can; an unknown date can be any.
func (d Date) Compatible(other Date) bool {
	if d.IsZero() || other.IsZero() {
		return true
	}
	return !d.First().After(other.Last()) && !other.First().After(d.Last())
}

// Before reports whether every day that d may mean lies before every day that other may mean.
func (d Date) Before(other Date) bool {
	return !d.IsZero() && !other.IsZero() && d.Last().Before(other.First())
}

// MarshalText writes the date as String does.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the date as ParseDate does.
func (d *Date) UnmarshalText(text []byte) error {
	parsed, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}
