// Package previous is the check of a traveller's earlier crossings at this crossing point. It must never claim to know the records
// of other crossing points: its source says whose they are.
package previous

import (
	"context"
	"fmt"
	"time"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

// Name is the check's name.
const Name = "crossing.previous"

// Crossing is an earlier crossing as the check needs it.
type Crossing struct {
	At        time.Time
	Direction border.Direction
	Lane      string
}

// Past is what this crossing point knows of a document.
type Past struct {
	// Last is the latest crossing, not annulled, of its bearer; nil when there is none.
	Last *Crossing
	// Others are other people in whose name a document of the same issuing state and number was shown.
	Others []traveldoc.Identity
}

// History is the records of this crossing point.
type History interface {
	// Past looks up a document by issuing state and folded number, and its bearer by birth date.
	Past(ctx context.Context, identity traveldoc.Identity, document traveldoc.Document) (Past, error)
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
	past, err := c.history.Past(ctx, s.Identity, s.Document)
	if err != nil {
		return f, fmt.Errorf("earlier crossings: %w", err)
	}
	f.Evidence = append(sequence(past.Last, s.Direction), otherBearers(past.Others)...)
	for _, e := range f.Evidence {
		if e.Severity != border.Note {
			f.Outcome = border.Hit
		}
	}
	return f, nil
}

func sequence(last *Crossing, direction border.Direction) []border.Evidence {
	if last == nil {
		return []border.Evidence{{Code: "previous_none", Severity: border.Note}}
	}
	e := border.Evidence{Code: "previous_" + string(last.Direction), Found: last.At.UTC().Format(time.RFC3339), Severity: border.Note}
	if last.Direction == direction {
		e.Severity = border.Acknowledge
		e.Code = map[border.Direction]string{border.Entry: "open_entry", border.Exit: "exit_without_entry"}[direction]
	}
	return []border.Evidence{e}
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
