package shift

import (
	"time"

	"github.com/google/uuid"
)

// Block is what keeps a shift from being handed over: an open case of the second line, or travellers who wait undecided in a lane.
// It names nobody but the officer who has the work.
type Block struct {
	Case  uuid.UUID // of a referral; zero for a lane
	Lane  string
	Count int       // scans that wait in the lane
	Owner string    // of a case, by log-in name; empty while nobody claimed it
	Since time.Time // of the case, or of the scan that waits longest
}

// InHand is how long a scan is the work of the officer at the counter. One that waits longer without a decision has been left, and
// keeps the shift from being handed over.
const InHand = 2 * time.Minute
