// Package previous is the check of a traveller's earlier crossings: of the whole individual file, as far as this crossing point
// knows it. It must never claim to know more: its source says whose records they are, and how old those of others are.
package previous

import (
	"context"
	"fmt"
	"time"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

// Name is the check's name, and the name of its source while only the crossing point's own records are known.
const Name = "crossing.previous"

// SourceFiles is the name of the source once the centre has told of the other crossing points' records.
const SourceFiles = "files"

// Crossing is an earlier crossing as the check needs it.
type Crossing struct {
	At        time.Time
	Direction border.Direction
	Station   string
	Lane      string
}

// Past is what this crossing point knows of a document.
type Past struct {
	// Last is the latest standing crossing of its bearer, under whichever document and at whichever crossing point; nil when none
	// is known.
	Last *Crossing
	// Others are other people in whose name a document of the same issuing state and number was shown.
	Others []traveldoc.Identity
	// Documents are other documents of the bearer that the same State issued, expired ones too.
	Documents []traveldoc.Document
	// AsOf is when the other crossing points' records were last known to be whole; zero when they never were.
	AsOf time.Time
}

// History is the files that this crossing point holds.
type History interface {
	// Past looks up a document by issuing state and folded number, and its bearer by birth date. Crossings at or after before are left
	// out, unless it is zero.
	Past(ctx context.Context, identity traveldoc.Identity, document traveldoc.Document, before time.Time) (Past, error)
}

// Check is the check. It implements border.Check.
type Check struct {
	history History
	station string
	now     func() time.Time
}

// New makes the check over the records of a station.
func New(history History, station string, now func() time.Time) *Check {
	return &Check{history: history, station: station, now: now}
}

// Name is the check's name.
func (*Check) Name() string { return Name }

// Check looks for an open entry, an exit without entry, and the same document number in another name.
func (c *Check) Check(ctx context.Context, s border.Subject) (border.Finding, error) {
	f := border.Finding{Source: border.Source{Name: Name, Version: c.station, AsOf: c.now()}, Outcome: border.NoHit}
	if traveldoc.FoldNumber(s.Document.Number) == "" {
		f.Outcome, f.Reason = border.NotChecked, border.ReasonDataInsufficient
		return f, nil
	}
	var before time.Time
	if s.Again {
		before = s.At // neither the crossing itself nor what followed it counts against it
	}
	past, err := c.history.Past(ctx, s.Identity, s.Document, before)
	if err != nil {
		return f, fmt.Errorf("earlier crossings: %w", err)
	}
	if !past.AsOf.IsZero() {
		f.Source = border.Source{Name: SourceFiles, AsOf: past.AsOf}
	}
	f.Evidence = append(c.sequence(past.Last, s.Direction), otherBearers(past.Others)...)
	f.Evidence = append(f.Evidence, secondDocuments(past.Documents, s)...)
	for _, e := range f.Evidence {
		if e.Severity != border.Note {
			f.Outcome = border.Hit
		}
	}
	return f, nil
}

// sequence says what the latest crossing is, and where it was when it was elsewhere.
func (c *Check) sequence(last *Crossing, direction border.Direction) []border.Evidence {
	if last == nil {
		return []border.Evidence{{Code: "previous_none", Severity: border.Note}}
	}
	e := border.Evidence{Code: "previous_" + string(last.Direction), Found: last.At.UTC().Format(time.RFC3339), Severity: border.Note}
	if last.Direction == direction {
		e.Severity = border.Acknowledge
		e.Code = map[border.Direction]string{border.Entry: "open_entry", border.Exit: "exit_without_entry"}[direction]
	}
	if last.Station == c.station {
		return []border.Evidence{e}
	}
	return []border.Evidence{e, {Code: "previous_elsewhere", Found: last.Station, Severity: border.Note}}
}

func otherBearers(others []traveldoc.Identity) []border.Evidence {
	var out []border.Evidence
	for _, b := range others {
		out = append(out, border.Evidence{
			Code: "other_bearer", Field: "document_number", Severity: border.SecondLine,
			Expected: fmt.Sprintf("%s, %s (%s)", b.Surname, b.GivenNames, b.BirthDate),
		})
	}
	return out
}

// secondDocuments: a State seldom leaves somebody two passports that are both valid; one of them may be reported lost.
func secondDocuments(documents []traveldoc.Document, s border.Subject) []border.Evidence {
	var out []border.Evidence
	for _, d := range documents {
		if d.Code == "" || s.Document.Code == "" || d.Code[0] != 'P' || s.Document.Code[0] != 'P' || d.ExpiryDate.IsZero() || d.ExpiryDate.Before(s.Today) {
			continue
		}
		out = append(out, border.Evidence{
			Code: "second_document", Field: "document_number", Severity: border.Acknowledge, Expected: d.Number + " (" + d.ExpiryDate.String() + ")",
		})
	}
	return out
}
