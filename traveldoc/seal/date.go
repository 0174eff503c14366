package seal

import (
	"fmt"

	"github.com/openbmis/openbmis/traveldoc"
)

// DateSize is the length of a date in a seal, in bytes.
const DateSize = 3

// PackDate writes a calendar date as the decimal number MMDDYYYY in three bytes, big-endian (Doc 9303-13, 2.6.2); the unknown date is
// zero. A date of which only the year or month is known has no such form.
func PackDate(d traveldoc.Date) ([DateSize]byte, error) {
	switch d.Precision() {
	case traveldoc.PrecisionUnknown:
		return [DateSize]byte{}, nil
	case traveldoc.PrecisionDay:
		n := d.Month()*1_000_000 + d.Day()*10_000 + d.Year()
		return [DateSize]byte{byte(n >> 16), byte(n >> 8), byte(n)}, nil //nolint:gosec // at most 12319999, which is below 1<<24
	case traveldoc.PrecisionYear, traveldoc.PrecisionMonth:
	}
	return [DateSize]byte{}, fmt.Errorf("date known to the %s only: expected a full date or none", d.Precision())
}

// UnpackDate reads what PackDate writes.
func UnpackDate(data []byte) (traveldoc.Date, error) {
	if len(data) != DateSize {
		return traveldoc.Date{}, fmt.Errorf("date of %d bytes: expected %d", len(data), DateSize)
	}
	n := int(data[0])<<16 | int(data[1])<<8 | int(data[2])
	if n == 0 {
		return traveldoc.Date{}, nil
	}
	month, day, year := n/1_000_000, n/10_000%100, n%10_000
	if month == 0 || day == 0 {
		return traveldoc.Date{}, fmt.Errorf("date %08d: expected MMDDYYYY", n)
	}
	return traveldoc.NewDate(year, month, day)
}
