package match

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDate: the calendar agrees with the standard library's on every day of the years 1 to 9999.
func TestDate(t *testing.T) {
	for d := day(1); d <= 3652059; d++ {
		y, m, dd := d.date()
		if year, month, dayOfMonth := d.time().Date(); y != year || m != int(month) || dd != dayOfMonth {
			require.Failf(t, "date", "%d: %d-%d-%d, not %d-%d-%d", d, y, m, dd, year, month, dayOfMonth)
		}
	}
}
