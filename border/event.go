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

	// Status is Provisional when the decision was made without the centre.
	Status   Status   `json:"status,omitempty"`
	Category Category `json:"category,omitempty"`
	// Particulars are the fields of the mode and the category: "seat", "voyage", "coach", ... (see Fields).
	Particulars map[string]string `json:"particulars,omitempty"`
	Basis       Basis             `json:"basis,omitempty"`
	// Grant is the stay that an admitted traveller was granted at entry, or what was found of his stay at exit.
	Grant *Grant `json:"grant,omitempty"`
	// Group is the manifest that the traveller was ticked off; Guardian the adult with a minor; Vehicle what he came in.
	Group    uuid.UUID `json:"group,omitzero"`
	Guardian *Guardian `json:"guardian,omitempty"`
	Vehicle  *Vehicle  `json:"vehicle,omitempty"`
	// Referral is the case whose outcome this decision is: the crossing id of the decision that referred the traveller.
	Referral uuid.UUID `json:"referral,omitzero"`
	// Refusal is the form of a refusal of entry.
	Refusal *Refusal `json:"refusal,omitempty"`
	// Approver is the log-in name of the second person of an override.
	Approver string `json:"approver,omitempty"`
	// Exhibits are what was kept of the document; their bytes follow apart from the event.
	Exhibits []Exhibit `json:"exhibits,omitempty"`
}

// Grant is a permitted stay, explained. Days are calendar days at the crossing point.
type Grant struct {
	MaxDays  int            `json:"max_days"`
	Until    traveldoc.Date `json:"until,omitzero"`    // the last lawful day; zero when nothing bounds the stay
	Rule     string         `json:"rule,omitempty"`    // such as "90/180"
	Regime   string         `json:"regime,omitempty"`  // which dated regime applied
	Bound    string         `json:"bound,omitempty"`   // what bounds the stay: "rule", "visa", "officer", ...
	Used     int            `json:"used"`              // days used in the window on the day of the crossing
	Overstay int            `json:"overstay,omitzero"` // days over, found at exit
	// BoundBy is the number of the visa, or the id of the rule of entry, that bounds the stay; BoundVersion is the version of the rules, and
	// BoundDays the days of stay that it allows, where it names any.
	BoundBy      string `json:"bound_by,omitempty"`
	BoundVersion string `json:"bound_version,omitempty"`
	BoundDays    int    `json:"bound_days,omitzero"`
	// Basis is the basis of stay that the check found where nobody chose one: that of the visa on which the traveller comes.
	Basis Basis `json:"basis,omitempty"`
	// Uncertain says that records are missing or contradict each other; Used and Overstay are then the lower bounds.
	Uncertain bool `json:"uncertain,omitempty"`
}

// Guardian is the adult who accompanies a minor.
type Guardian struct {
	Surname        string    `json:"surname"`
	GivenNames     string    `json:"given_names"`
	DocumentNumber string    `json:"document_number,omitempty"`
	File           uuid.UUID `json:"file,omitzero"`          // the adult's individual file, when he was scanned too
	Relation       string    `json:"relation"`               // coded
	Consent        string    `json:"consent"`                // coded: what shows the consent of those with parental authority
	OtherParent    string    `json:"other_parent,omitempty"` // name of the parent who stays behind
}

// Vehicle is what a traveller came in.
type Vehicle struct {
	Plate   string `json:"plate"`
	Country string `json:"country,omitempty"` // issuing state of the plate, three letters
	Driver  bool   `json:"driver,omitempty"`  // the traveller drives it
	// Occupants is how many people sit in it, the driver included; 0 when nobody counted.
	Occupants int `json:"occupants,omitzero"`
}

// Refusal is what the standard form states (Regulation (EU) 2016/399, annex V part B).
type Refusal struct {
	Number    string   `json:"number"`            // copy number
	Reasons   []string `json:"reasons"`           // coded letters, national additions included
	Remarks   string   `json:"remarks,omitempty"` // comments on the form
	Signature string   `json:"signature"`         // "signed", "refused_to_sign" or "unable"
	Language  string   `json:"language"`          // the language of the traveller's copy
	// Biometrics says whether fingerprints were to be taken (reasons B, D and H) and what came of it.
	Biometrics string `json:"biometrics,omitempty"`
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
	// Identity, Document and Hits are there when a check had hit: a hit does not go away with the scan.
	Identity *traveldoc.Identity `json:"identity,omitempty"`
	Document *traveldoc.Document `json:"document,omitempty"`
	Hits     []Finding           `json:"hits,omitempty"`
}

// keepHits writes down whom the hits of an inspection were about.
func (d *DismissalEvent) keepHits(i *Inspection) {
	for _, f := range i.Findings() {
		if f.Outcome == Hit {
			d.Hits = append(d.Hits, f)
			d.Identity, d.Document = &i.Scan.Identity, &i.Scan.Document
		}
	}
}
