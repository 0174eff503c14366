// Package minor is the check of minors: whether an adult is with the child, whether those with parental authority consent, and, at
// exit, whether the adult is the one it came in with. It exists so that a child who is led away is seen before it has left. It must
// never take an unknown age, or an entry that nobody recorded, for an answer.
package minor

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

// Name is the check's name.
const Name = border.CheckMinor

// The codes of its evidence.
const (
	CodeAlone        = "minor_alone"
	CodeOtherAdult   = "minor_other_adult"
	CodeNoConsent    = "minor_no_consent"
	CodeWith         = "minor_with"
	CodeEntryUnknown = "minor_entry_unknown"
	CodeEntryAlone   = "minor_entry_alone"
	CodeAgeUnknown   = "minor_age_unknown"
)

// EvidenceCodes are all codes that the check's evidence can carry.
func EvidenceCodes() []string {
	return []string{CodeAlone, CodeOtherAdult, CodeNoConsent, CodeWith, CodeEntryUnknown, CodeEntryAlone, CodeAgeUnknown}
}

// Adult is what a traveller is who is none: border.CodeNotApplicable says that the check does not apply to him.
const Adult = "adult"

// Entry is the last entry of a minor as the check needs it.
type Entry struct {
	At       time.Time
	Guardian *border.Guardian // nil when none was recorded
}

// Entries is what is known of the entries of minors.
type Entries interface {
	// LastEntry is the last standing entry of the bearer, over all documents of the file; nil when there is none.
	LastEntry(ctx context.Context, identity traveldoc.Identity, document traveldoc.Document) (*Entry, error)
}

// Check implements border.Check.
type Check struct {
	entries Entries
	adult   int
	station string
	now     func() time.Time
}

var _ border.Check = Check{}

// New makes the check; adult is the age in years from which a traveller is no minor.
func New(entries Entries, adult int, station string, now func() time.Time) Check {
	return Check{entries: entries, adult: adult, station: station, now: now}
}

// Name is the check's name.
func (Check) Name() string { return Name }

// Check answers. At entry a child alone, or without consent, asks for the officer's word. At exit a child alone or with another
// adult than at entry belongs to the second line: it may be taken away from somebody who looks for it.
func (c Check) Check(ctx context.Context, s border.Subject) (border.Finding, error) {
	least, _, known := border.AgeOn(s.Identity.BirthDate, s.Today)
	f := border.Finding{Source: border.Source{Name: Name, Version: c.station, AsOf: c.now()}, Outcome: border.NoHit}
	switch {
	case s.Category == border.Minor, known && least < c.adult:
	case !known:
		f.Outcome, f.Reason = border.NotChecked, border.ReasonDataInsufficient
		f.Evidence = []border.Evidence{{Code: CodeAgeUnknown, Field: "birth_date", Severity: border.Acknowledge}}
		return f, nil
	default:
		return border.NotApplicable(Name, Adult), nil
	}
	if s.Direction == border.Exit {
		return c.leaving(ctx, s, f)
	}
	return settle(f, s.Guardian, border.Acknowledge), nil
}

// settle judges what stands whatever the way: an adult, and consent.
func settle(f border.Finding, adult *border.Guardian, alone border.Severity) border.Finding {
	add := func(code, found string, severity border.Severity) {
		f.Evidence = append(f.Evidence, border.Evidence{Code: code, Found: found, Severity: severity})
		if severity != border.Note {
			f.Outcome = border.Hit
		}
	}
	if adult == nil {
		add(CodeAlone, "", alone)
		return f
	}
	add(CodeWith, full(adult), border.Note)
	if adult.Consent == border.ConsentNone {
		add(CodeNoConsent, full(adult), alone)
	}
	return f
}

func (c Check) leaving(ctx context.Context, s border.Subject, f border.Finding) (border.Finding, error) {
	entry, err := c.entries.LastEntry(ctx, s.Identity, s.Document)
	if err != nil {
		return f, fmt.Errorf("entry of a minor: %w", err)
	}
	f = settle(f, s.Guardian, border.SecondLine)
	switch {
	case entry == nil && s.Basis == border.FreeMovement: // lives here, and leaves for the first time
	case entry == nil:
		return unknown(f, CodeEntryUnknown, time.Time{}), nil
	case entry.Guardian == nil:
		return unknown(f, CodeEntryAlone, entry.At), nil
	case s.Guardian != nil && !same(entry.Guardian, s.Guardian):
		f.Outcome = border.Hit
		f.Evidence = append(f.Evidence, border.Evidence{
			Code: CodeOtherAdult, Found: full(s.Guardian), Expected: full(entry.Guardian), Severity: border.SecondLine,
		})
	}
	return f, nil
}

// unknown says that nobody recorded with whom the child came in: no answer, unless there is a hit already.
func unknown(f border.Finding, code string, at time.Time) border.Finding {
	e := border.Evidence{Code: code, Severity: border.Acknowledge}
	if !at.IsZero() {
		e.Found = at.UTC().Format(time.RFC3339)
	}
	f.Evidence = append(f.Evidence, e)
	if f.Outcome != border.Hit {
		f.Outcome, f.Reason = border.NotChecked, border.ReasonDataInsufficient
	}
	return f
}

// same compares two adults by file where both have one, then by document, then by name.
func same(a, b *border.Guardian) bool {
	if a.File == b.File && a.File != uuid.Nil {
		return true
	}
	x, y := traveldoc.FoldNumber(a.DocumentNumber), traveldoc.FoldNumber(b.DocumentNumber)
	if x != "" && x == y {
		return true
	}
	return traveldoc.NameKey(a.Surname, a.GivenNames) == traveldoc.NameKey(b.Surname, b.GivenNames) && (x == "" || y == "")
}

func full(g *border.Guardian) string {
	name := strings.Trim(g.Surname+", "+g.GivenNames, ", ")
	if g.DocumentNumber != "" {
		name += " (" + g.DocumentNumber + ")"
	}
	return name
}
