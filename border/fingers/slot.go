package fingers

import (
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/biometrics"
)

// Slot is one finger of a taking: a print, or a code why there is none. Never both, never neither.
type Slot struct {
	Position biometrics.Position `json:"position"`
	Missing  biometrics.Missing  `json:"missing,omitempty"`
	Print    uuid.UUID           `json:"print,omitzero"` // in the biometric store
	// Quality is our own score, 0 to 100, by Algorithm; DeviceQuality and NFIQ2 are the reader's, where it gave them.
	Quality       int    `json:"quality,omitempty"`
	Algorithm     string `json:"algorithm,omitempty"`
	DeviceQuality *int   `json:"device_quality,omitempty"`
	NFIQ2         *int   `json:"nfiq2,omitempty"`
	Tries         int    `json:"tries,omitempty"`
	// Accepted is the coded reason why a print below the wanted quality was kept; see AcceptReasons.
	Accepted string `json:"accepted,omitempty"`
	// Remembered says that a permanent code (biometrics.Missing.Permanent) is of an earlier crossing, and was not given now.
	Remembered *Remembered `json:"remembered,omitempty"`
}

// Remembered is who gave a permanent code first, and when.
type Remembered struct {
	By string    `json:"by"` // log-in name
	At time.Time `json:"at"`
}

// AcceptReasons are the codes for keeping a print of low quality.
func AcceptReasons() []string {
	return []string{"best_of_tries", "worn_skin", "dry_skin", "wet_skin", "time", "reader"}
}
