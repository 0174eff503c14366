package board

import (
	"context"
	"fmt"
	"time"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

// CheckDuplicate is the name of the check for somebody who is in two places.
const CheckDuplicate = "passenger.duplicate"

// The codes of its evidence.
const (
	CodeDocumentElsewhere = "document_elsewhere" // the document is on another flight at the same time
	CodePersonElsewhere   = "person_elsewhere"   // the same name and birth date are
)

// Sighting is another flight that somebody is expected on.
type Sighting struct {
	Flight     string // apipnr.FlightKey.String
	ByDocument bool   // else by name and birth date
}

// Elsewhere knows on which other flights, in the air at the same time, the document or the person of a subject is expected.
type Elsewhere interface {
	Elsewhere(ctx context.Context, j Journey) ([]Sighting, error)
}

// Who is somebody as he is looked for.
type Who struct {
	Identity  traveldoc.Identity
	Documents []traveldoc.Document
}

// duplicate looks for the same person or document on two flights at the same time.
type duplicate struct {
	of Elsewhere
	j  Journey
}

// DuplicateCheck is the check of one passenger for the same person or document on two flights at the same time.
func DuplicateCheck(of Elsewhere, j Journey) border.Check { return duplicate{of, j} }

// Name is the check's name.
func (duplicate) Name() string { return CheckDuplicate }

// Check looks for other flights.
func (c duplicate) Check(ctx context.Context, _ border.Subject) (border.Finding, error) {
	f := border.Finding{Check: CheckDuplicate, Source: border.Source{Name: CheckDuplicate}, Outcome: border.NoHit}
	if c.j.From.IsZero() || !c.j.To.After(c.j.From) {
		f.Outcome, f.Reason = border.NotChecked, border.ReasonDataInsufficient
		return f, nil
	}
	seen, err := c.of.Elsewhere(ctx, c.j)
	if err != nil {
		return f, fmt.Errorf("look for the passenger on other flights: %w", err)
	}
	for _, s := range seen {
		e := border.Evidence{Code: CodePersonElsewhere, Field: "name", Found: s.Flight, Severity: border.Acknowledge}
		if s.ByDocument {
			e.Code, e.Field, e.Severity = CodeDocumentElsewhere, "document_number", border.SecondLine
		}
		f.Outcome, f.Evidence = border.Hit, append(f.Evidence, e)
	}
	return f, nil
}

// Journey is the flight that a passenger is asked about, beside the subject.
type Journey struct {
	Who      Who
	Flight   apipnr.FlightKey
	From, To time.Time // departure and arrival; zero when they are not known
}
