package passengers

import (
	"time"

	"github.com/openbmis/openbmis/internal/postgres/passengerdb"
)

// NextFirst is the order of the board of flights.
func NextFirst(list []passengerdb.DayFlight, now time.Time) { nextFirst(list, now) }
