package central

import (
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
)

// Crossing is one recorded decision as lists show it. A refusal or a referral is one too; only "admit" crossed the border.
type Crossing struct {
	EventID     uuid.UUID
	CrossingID  uuid.UUID
	TravellerID uuid.UUID // the centre's: one for all files of the same document
	CrossedAt   time.Time // UTC; Zone is the IANA zone of the crossing point
	Zone        string
	ReceivedAt  time.Time
	Station     string
	Lane        string
	Officer     string
	Direction   border.Direction
	Mode        border.Mode
	Transport   string
	Purpose     string // of travel, coded
	Surname     string
	GivenNames  string
	BirthDate   string // ISO 8601 as far as known
	Sex         string
	Nationality string
	DocCode     string
	DocNumber   string
	IssuedBy    string
	Verdict     border.Verdict
	Reason      string
	Hits        int
	NotChecked  int
	AnnulledAt  *time.Time // set when the decision was undone
}

// Local is the instant of the crossing in the zone of its crossing point; in UTC when the zone is not known here.
func (c Crossing) Local() time.Time { return inZone(c.CrossedAt, c.Zone) }

func inZone(at time.Time, name string) time.Time {
	zone, err := time.LoadLocation(name)
	if err != nil {
		return at.UTC()
	}
	return at.In(zone)
}

// CountLimit is the greatest number of results that is counted exactly; beyond it a page says "more than".
const CountLimit = 10_000

// Page is one page of crossings and the count of all that match, both from one snapshot.
type Page struct {
	Rows  []Crossing
	Total int    // at most CountLimit
	More  bool   // there are more than CountLimit
	Next  Cursor // zero on the last page
}

// Correction is the undoing of a decision.
type Correction struct {
	CrossingID  uuid.UUID
	Station     string
	Lane        string
	Officer     string
	Reason      string
	CorrectedAt time.Time
}

// Stay says whether a traveller is inside, by his latest standing crossing.
type Stay struct {
	Inside         bool
	Since          time.Time // the entry's instant when inside, else the exit's
	Station        string
	PermittedUntil *time.Time // the last lawful day; nil when nothing bounds the stay
	Uncertain      bool       // records are missing or contradict each other
}

// Event is one crossing with everything the station sent about it, for the timeline.
type Event struct {
	Crossing
	Findings    []border.Finding
	Note        string
	Correction  *Correction
	Status      border.Status // provisional: decided without the centre
	Category    border.Category
	Basis       border.Basis
	Grant       *border.Grant
	Particulars map[string]string
	Approver    string // the second person of an override
	Voided      bool   // a supervisor's record says that he did not cross
}

// HistoryLimit is the number of crossings that a history shows.
const HistoryLimit = 200

// ExportLimit is the greatest number of crossings that one export holds.
const ExportLimit = 100_000
