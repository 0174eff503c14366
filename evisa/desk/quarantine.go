package desk

import (
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/problem"
)

// QuarantineReason is why a parcel of the portal cannot be used; a key of the text catalogue below "visaquarantine.reason.".
type QuarantineReason string

// The reasons.
const (
	QuarantineOtherKey QuarantineReason = "other_key" // sealed for a key that is not the centre's, or not any more
	QuarantineEnvelope QuarantineReason = "envelope"  // its envelope does not open under the key that it names
	QuarantineBody     QuarantineReason = "body"      // its body does not open: it is not what was sealed
	QuarantineFile     QuarantineReason = "file"      // a file of it does not open
	QuarantineKeep     QuarantineReason = "keep"      // it opens, and the desk's part fails to keep it
	QuarantineContents QuarantineReason = "contents"  // it opens, and does not hold what its kind says
)

// QuarantineReasons are all reasons.
func QuarantineReasons() []QuarantineReason {
	return []QuarantineReason{QuarantineOtherKey, QuarantineEnvelope, QuarantineBody, QuarantineFile, QuarantineKeep, QuarantineContents}
}

// Quarantined is a parcel that cannot be used: it is kept as it came, and shown.
type Quarantined struct {
	ID          uuid.UUID
	Application uuid.UUID
	Reference   evisa.Reference // of its application; "" when nobody knows it
	Here        bool            // its application is at the desk
	Kind        evisa.ParcelKind
	MadeAt      time.Time // as the portal says
	Key         string    // of the centre's, that it is sealed for; "" of one that was opened
	Files       int
	Bytes       int64 // of what is sealed
	Reason      QuarantineReason
	FirstAt     time.Time // found
	LastAt      time.Time // tried
	Tries       int
	NextAt      time.Time // tried again by itself; zero: when somebody asks
	Behind      int       // parcels of the application that wait behind it
	// SetAside says that somebody decided that it is not waited for; Why and By belong to it.
	SetAside  bool
	DecidedAt time.Time
	By        string // log-in name
	Why       string
}

// Problems of parcels in quarantine. Their words stand in the text catalogue below "problem.visaquarantine.".
var (
	ErrNotQuarantined = problem.New(problem.NotFound, "visaquarantine.gone")
	ErrAsideReason    = problem.New(problem.Invalid, "visaquarantine.reason")
	ErrAsideAlready   = problem.New(problem.Conflict, "visaquarantine.aside")
)
