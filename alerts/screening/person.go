package screening

import (
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/alerts/listcheck"
	"github.com/openbmis/openbmis/alerts/match"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
)

// Why a hit is raised afterwards (hit.Raise.Retro).
const (
	AlertChanged  = "alert_changed"   // the alert is new, or another than it was
	LateEvent     = "late_event"      // the station's list did not hold it yet
	WasNotChecked = "was_not_checked" // the station's check had no answer
	IsExpected    = "expected"        // a carrier says that the person comes
)

// Person is somebody who was seen at a crossing point, or is expected at one.
type Person struct {
	// Occasion is the crossing, inspection or passenger record: with the alert's key it makes the hit's id.
	Occasion uuid.UUID
	// Inspection says that the occasion is an inspection, put aside without a decision.
	Inspection bool
	Traveller  uuid.UUID // the centre's; uuid.Nil when there is none
	File       uuid.UUID // the station's
	Station    string
	Lane       string
	At         time.Time
	Day        traveldoc.Date // the calendar day of At at the crossing point; zero: the day in UTC
	Direction  border.Direction
	Transport  string
	Identity   traveldoc.Identity
	Document   traveldoc.Document
	Vehicle    *border.Vehicle
	// Flight is the one on which the person is expected; nil of somebody who was seen. Traveller is then the expected person's id, and
	// others look for him at whatever crossing point the flight comes to.
	Flight *hit.Flight
	// Documents are further documents of somebody who is expected.
	Documents []traveldoc.Document
	// Event is where the whole person is read, when this is but what the search needs (Store.People).
	Event uuid.UUID
	// Findings are what the station's checks answered; nil when they are not at hand (a search of changed alerts needs none). Of somebody
	// who is expected they are what services outside answered.
	Findings []border.Finding
}

// day is the day that an alert had to be in force on.
func (p Person) day() traveldoc.Date {
	if p.Day.IsZero() {
		return traveldoc.DateOf(p.At.UTC())
	}
	return p.Day
}

// held are the alerts that the station's findings name, cleared ones too, with their versions: nothing of them is late. What a service
// outside says is on no list of ours, whatever its entry is called.
func (p Person) held() map[string]int {
	held := map[string]int{}
	for _, m := range hit.Matches(p.Findings) {
		if !hit.Outside(m.Check) {
			held[m.Alert] = max(held[m.Alert], m.AlertVersion)
		}
	}
	return held
}

// late says why a match that the station did not report was not found there.
func (p Person) late() string {
	if p.Flight != nil {
		return IsExpected
	}
	for _, f := range p.Findings {
		if f.Check == alerts.CheckName && f.Outcome != border.NotChecked {
			return LateEvent
		}
	}
	return WasNotChecked
}

// query is the person as the matcher compares him: as the check at the counter asked, of what the event tells.
func (p Person) query(today traveldoc.Date, least float64) match.Query {
	subject := border.Subject{Identity: p.Identity, Document: p.Document, Today: today}
	if p.Document.MRZ != "" || p.Event != uuid.Nil {
		subject.MRZ = &mrz.Document{} // the names are those of a zone
	}
	q := listcheck.QueryOf(subject)
	for _, d := range p.Documents {
		q.Documents = append(q.Documents, listcheck.QueryOf(border.Subject{Document: d, Today: today}).Documents...)
	}
	q.Least = least
	return q
}
