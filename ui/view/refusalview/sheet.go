package refusalview

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/refusal"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
)

// Sheet is the form with everything that stands on it.
type Sheet struct {
	Event    border.CrossingEvent
	Annulled bool
	Copy     int              // number of this copy; 0 for the form on the screen, which is none
	Reasons  []refusal.Reason // all of the table that are valid on the day of the decision, in its order
	Appeal   refusal.Appeal
	State    string // of the crossing point, three letters
	Place    string // the crossing point's name for people
	// Languages are the traveller's and the crossing point's, once when they are the same.
	Languages []*text.Printer
}

// FormPage is the form on the screen with what can be done with it.
type FormPage struct {
	Sheet
	Copies int  // made so far
	CanPDF bool // there is a browser to print with
	Print  bool // the page is to open the browser's own print
	Back   string
	Wrong  string
}

func (s Sheet) ticked(code string) bool { return slices.Contains(s.Event.Refusal.Reasons, code) }

func (s Sheet) provisional() bool { return s.Event.Status == border.Provisional }

// visa is what is known of a visa: number, end and entries.
func (s Sheet) visa() string {
	var parts []string
	for _, code := range []string{"visa_number", "visa_from", "visa_until", "visa_days", "visa_entries"} {
		if value := s.Event.Particulars[code]; value != "" {
			parts = append(parts, value)
		}
	}
	return strings.Join(parts, " · ")
}

// cameBy is the flight, vessel or train; empty when nothing was noted.
func (s Sheet) cameBy() string {
	if s.Event.Vehicle != nil {
		return strings.TrimSpace(s.Event.Vehicle.Plate + " " + s.Event.Vehicle.Country)
	}
	return s.Event.Transport
}

// signature is what the form itself notes under the comments; empty when the person signed.
func (s Sheet) signature() text.Key {
	return map[string]text.Key{
		refusal.RefusedToSign: text.RefusalRefusedToSign, refusal.UnableToSign: text.RefusalUnableToSign,
	}[s.Event.Refusal.Signature]
}

// fingerprints is what the form says of them; a form without a word, of an old event, says nothing.
func (s Sheet) fingerprints() text.Key {
	return map[string]text.Key{
		refusal.BiometricsNotAllowed: text.RefusalBiometricsNotAllowed, refusal.BiometricsRequired: text.RefusalBiometricsRequired,
		refusal.BiometricsTaken: text.RefusalBiometricsTaken, refusal.BiometricsImpossible: text.RefusalBiometricsImpossible,
	}[s.Event.Refusal.Biometrics]
}

// sex is the document's own letter, which needs no translation.
func (s Sheet) sex() string { return s.Event.Identity.Sex }

// code is a language of the form as the domain names it.
func code(p *text.Printer) string { return string(p.Language()) }

// Row is a refusal in the list.
type Row struct {
	Crossing    uuid.UUID
	At          time.Time
	Identity    traveldoc.Identity
	Document    traveldoc.Document
	Refusal     border.Refusal
	Officer     string
	Provisional bool
	Copies      int
}

// Count leads to the refusals that it counts.
type Count struct {
	Code, Title string
	N           int
	Href        string
	Chosen      bool
}

// List is the list of a day's refusals.
type List struct {
	Day           string // ISO 8601
	All, Annulled Count
	ByReason      []Count
	ByNationality []Count
	Rows          []Row
	Next          string // address of the next page; empty on the last
	Wrong         string
}

func name(i traveldoc.Identity) string {
	return strings.Trim(i.Surname+", "+i.GivenNames, ", ")
}

func path(crossing uuid.UUID) string { return "/refusals/" + crossing.String() }
