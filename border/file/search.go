package file

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

// Bounds of a search.
const (
	maxTerm = 100
	// MaxFound is how many documents a search shows; when there are more it says so.
	MaxFound = 50
)

// ErrPurposeMissing says that a look at a person's data has no purpose.
var ErrPurposeMissing = problem.New(problem.Invalid, "purpose_missing").At("purpose")

// Purposes are the coded purposes of a look at a file at a crossing point, in the order shown.
func Purposes() []string {
	return []string{"border_control", "file_repair", "duplicate_check", "complaint", "data_subject_request", "investigation"}
}

// CheckPurpose says what is wrong with a purpose.
func CheckPurpose(purpose string) error {
	switch {
	case purpose == "":
		return ErrPurposeMissing
	case !slices.Contains(Purposes(), purpose):
		return problem.New(problem.Invalid, "purpose_unknown").At("purpose")
	}
	return nil
}

// Search finds files by a document number, or by words of a name with a birth date as far as it is known.
type Search struct {
	Number    string
	State     string // issuing state of the document; empty: any
	Name      string // words in any order; their beginnings are enough
	BirthDate traveldoc.Date
	Purpose   string
}

// Check says what is wrong with the search; the purpose comes first.
func (s Search) Check() error {
	if err := CheckPurpose(s.Purpose); err != nil {
		return err
	}
	for field, term := range map[string]string{"number": s.Number, "state": s.State, "name": s.Name} {
		if len(term) > maxTerm {
			return problem.New(problem.Invalid, "search.too_long").At(field).With("max", maxTerm)
		}
	}
	switch {
	case traveldoc.FoldNumber(s.Number) != "":
		return nil
	case strings.TrimSpace(s.Number) != "":
		return problem.New(problem.Invalid, "search.number").At("number")
	case utf8.RuneCountInString(strings.Join(s.Words(), "")) < 2:
		return problem.New(problem.Invalid, "search.nothing").At("name")
	}
	return nil
}

// Words are the folded words of the name.
func (s Search) Words() []string { return strings.Fields(traveldoc.FoldName(s.Name)) }

// Terms are what was looked for, for the keyed hash in the audit log.
func (s Search) Terms() []string {
	return []string{traveldoc.FoldNumber(s.Number), strings.ToUpper(s.State), traveldoc.NameKey(s.Name, ""), s.BirthDate.String()}
}

// Found is what a search found: one entry per document, by name.
type Found struct {
	Papers []Known
	More   bool // there are more than MaxFound
}

// Known is a document with the identity it shows, as this station knows it.
type Known struct {
	Paper
	Group     uuid.UUID // the smallest of the files that are this person
	FirstSeen time.Time
	Here      bool // it was shown at this station; otherwise the centre told of it
}

// ByFingerprint finds the files behind references of the biometric store, which a search by fingerprint gives (package border/fingers).
type ByFingerprint interface {
	// OfLinks are the documents of the persons of links, oldest first; a link without a file here has none. The entry of the search is
	// written with the read, also when there is no link.
	OfLinks(ctx context.Context, links []uuid.UUID, entry audit.Entry) (map[uuid.UUID][]Known, error)
}
