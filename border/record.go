package border

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
)

// RecordKind names what a record states. It is also the kind of the event that carries the record to the centre. The packages
// below border define the kinds and the shapes of their bodies.
type RecordKind string

// Kinds of records, by area. Whoever adds one adds it to RecordKinds.
const (
	FileLinked           RecordKind = "file.linked"           // body file.Link: two files are (not) one person
	MovementSupplied     RecordKind = "movement.supplied"     // body file.Supplied: an entry or exit that no counter recorded
	MovementVoided       RecordKind = "movement.voided"       // body file.Voided: an entry or exit that does not stand
	AuthorisationChanged RecordKind = "authorisation.changed" // body file.Authorisation: extended, revoked, annulled
	ReferralEvent        RecordKind = "referral.event"        // body secondline.Event: one step of a case
	RefusalIssued        RecordKind = "refusal.issued"        // body refusal.Issued: the form that was handed over
	ProtectionEvent      RecordKind = "protection.event"      // body protection.Event: confidential
	DecisionRechecked    RecordKind = "decision.rechecked"    // body recheck.Result: a provisional decision checked again
	ReceiptIssued        RecordKind = "receipt.issued"        // body receipt.Issued
	GroupEvent           RecordKind = "group.event"           // body group.Event: one step of a manifest
	ShiftEvent           RecordKind = "shift.event"           // body shift.Event: lane, shift, hand-over, occurrence
	PassEvent            RecordKind = "pass.event"            // body pass.Event: a border pass issued or revoked
	EvidenceAttached     RecordKind = "evidence.attached"     // body file.Evidence: what supports another record
	HitEvent             RecordKind = "hit.event"             // body hit.Event (alerts/hit): one step of a hit's way
	FingerprintEvent     RecordKind = "fingerprint.event"     // body fingers.Event: what was taken, searched and decided about prints
)

// RecordKinds are all kinds of records.
func RecordKinds() []RecordKind {
	return []RecordKind{
		FileLinked, MovementSupplied, MovementVoided, AuthorisationChanged, ReferralEvent, RefusalIssued, ProtectionEvent,
		DecisionRechecked, ReceiptIssued, GroupEvent, ShiftEvent, PassEvent, EvidenceAttached, HitEvent, FingerprintEvent,
	}
}

// Valid reports whether k is one of RecordKinds.
func (k RecordKind) Valid() bool {
	for _, known := range RecordKinds() {
		if k == known {
			return true
		}
	}
	return false
}

// Confidential reports whether records of the kind are shown to, and counted for, the named service alone.
func (k RecordKind) Confidential() bool { return k == ProtectionEvent }

// Origin is how a fact came to be known (provenance).
type Origin string

// The origins.
const (
	Live           Origin = "live"            // recorded at a counter as it happened
	LateElectronic Origin = "late_electronic" // recorded electronically afterwards
	Paper          Origin = "paper"           // taken down on paper while the system was away
	StampImport    Origin = "stamp_import"    // read from a stamp in a travel document
	LegacyImport   Origin = "legacy_import"   // taken over from an earlier system
	NeighbourToken Origin = "neighbour_token" // told by a neighbouring State
)

// Origins are all origins, in the order shown.
func Origins() []Origin {
	return []Origin{Live, LateElectronic, Paper, StampImport, LegacyImport, NeighbourToken}
}

// Valid reports whether o is one of Origins.
func (o Origin) Valid() bool {
	for _, known := range Origins() {
		if o == known {
			return true
		}
	}
	return false
}

// Status says whether a decision was made with the centre's knowledge.
type Status string

// The statuses. The empty status of an old event means Confirmed.
const (
	Confirmed   Status = "confirmed"
	Provisional Status = "provisional" // the centre was away; it is checked again by itself
)

// Record is a fact about a person, a case or a shift, other than a decision at a counter (that is CrossingEvent). Records are only
// ever added: a correction is a new record that names the one it supersedes. They are ordered by event time, not by arrival.
type Record struct {
	ID   uuid.UUID  `json:"id"`
	Kind RecordKind `json:"kind"`
	// File is the individual file it is about; zero when it is about none.
	File uuid.UUID `json:"file,omitzero"`
	// Subject is what it continues: the crossing, case, manifest or shift; zero when it stands alone.
	Subject uuid.UUID `json:"subject,omitzero"`
	// Supersedes are the records that this one takes the place of, known to its author.
	Supersedes []uuid.UUID `json:"supersedes,omitempty"`
	Station    string      `json:"station"`
	Lane       string      `json:"lane,omitempty"`
	Officer    string      `json:"officer"` // log-in name of the author
	Zone       string      `json:"zone"`    // the post's IANA zone
	// EventTime is when the fact became true; RecordedAt when the author wrote it down (device time).
	EventTime  time.Time       `json:"event_time"`
	RecordedAt time.Time       `json:"recorded_at"`
	Origin     Origin          `json:"origin"`
	Status     Status          `json:"status"`
	Body       json.RawMessage `json:"body"`
}

// MaxRecordBody is the longest body of a record, in bytes.
const MaxRecordBody = 256 << 10

// Check says what is missing for the record to be kept. The error never repeats a value.
func (r Record) Check() error {
	switch {
	case r.ID == uuid.Nil:
		return errors.New("record: id: expected a uuid")
	case !r.Kind.Valid():
		return errors.New("record: kind: not known to this release")
	case strings.TrimSpace(r.Station) == "" || strings.TrimSpace(r.Officer) == "":
		return errors.New("record: station, officer: expected who wrote it, and where")
	case r.EventTime.IsZero() || r.RecordedAt.IsZero():
		return errors.New("record: event_time, recorded_at: expected instants")
	case !r.Origin.Valid():
		return errors.New("record: origin: not known to this release")
	case r.Status != Confirmed && r.Status != Provisional:
		return errors.New("record: status: expected confirmed or provisional")
	case len(r.Body) > MaxRecordBody:
		return fmt.Errorf("record: body: expected at most %d bytes", MaxRecordBody)
	case !json.Valid(r.Body):
		return errors.New("record: body: expected JSON")
	}
	return nil
}
