package refusal

import (
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Issued is the body of a border.RefusalIssued record: one copy of the form left the printer. Record.Subject is the crossing.
type Issued struct {
	Crossing  uuid.UUID `json:"crossing"`
	Number    string    `json:"number"`   // copy number of the form, the same on every copy
	Copy      int       `json:"copy"`     // 1 for the first print, then counted on
	Language  string    `json:"language"` // of the traveller's half
	Medium    string    `json:"medium"`   // "paper" or "pdf"
	Reasons   string    `json:"reasons"`  // version of the table of reasons whose words it bears
	PrintedAt time.Time `json:"printed_at"`
}

// Media of a copy.
const (
	Paper = "paper"
	PDF   = "pdf"
)

// Number writes a copy number: the station, the year at the post, and the count of that year from 1.
func Number(station string, year, n int) string { return fmt.Sprintf("%s-%04d-%06d", station, year, n) }
