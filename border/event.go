package border

import (
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/traveldoc"
)

// Kinds of the events that a station sends to the centre.
const (
	KindCrossing   = "crossing.recorded"    // payload CrossingEvent
	KindCorrection = "crossing.corrected"   // payload CorrectionEvent
	KindDismissal  = "inspection.dismissed" // payload DismissalEvent
)

// EventVersion is the schema version of the payloads written by this release. Fields are only ever added.
const EventVersion = 1

// CrossingEvent is the fact of one decision at a counter, whole: the centre needs nothing else to show and count it.
// A refused or referred traveller is such a fact too; only admitted ones crossed.
type CrossingEvent struct {
	CrossingID  uuid.UUID `json:"crossing_id"`  // one per decision
	TravellerID uuid.UUID `json:"traveller_id"` // the station's file; the centre links files of the same document
	Station     string    `json:"station"`
	Lane        string    `json:"lane"`
	Officer     string    `json:"officer"` // log-in name
	Direction   Direction `json:"direction"`
	Mode        Mode      `json:"mode"`
	Transport   string    `json:"transport,omitempty"` // flight, plate, vessel or train
	Purpose     string    `json:"purpose,omitempty"`   // purpose of travel, coded
	// CrossedAt is when the officer decided (event time); Zone is the post's IANA zone and LocalDate the calendar date there.
	CrossedAt time.Time      `json:"crossed_at"`
	ScannedAt time.Time      `json:"scanned_at"`
	Zone      string         `json:"zone"`
	LocalDate traveldoc.Date `json:"local_date"`

	Identity traveldoc.Identity `json:"identity"`
	Document traveldoc.Document `json:"document"`
	Decision Decision           `json:"decision"`
	Findings []Finding          `json:"findings"`
	// Replaces is the annulled crossing that this one was decided in place of.
	Replaces *uuid.UUID `json:"replaces,omitempty"`
}

// CorrectionEvent annuls a recorded decision. The record itself stays for ever.
type CorrectionEvent struct {
	CorrectionID uuid.UUID `json:"correction_id"`
	CrossingID   uuid.UUID `json:"crossing_id"`
	Station      string    `json:"station"`
	Lane         string    `json:"lane"`
	Officer      string    `json:"officer"`
	Reason       string    `json:"reason"` // coded
	Note         string    `json:"note,omitempty"`
	CorrectedAt  time.Time `json:"corrected_at"`
}

// DismissalEvent says that a scan was put aside without a decision (misread, scanned twice, traveller stepped back).
type DismissalEvent struct {
	InspectionID uuid.UUID `json:"inspection_id"`
	Station      string    `json:"station"`
	Lane         string    `json:"lane"`
	Officer      string    `json:"officer"`
	Reason       string    `json:"reason"`
	DismissedAt  time.Time `json:"dismissed_at"`
}
