package file

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/problem"
)

// MaxEvidenceText is the longest text of evidence, in bytes.
const MaxEvidenceText = 4000

// Problems of links.
var (
	ErrNoSuchFile    = problem.New(problem.NotFound, "file.none")
	ErrLinkChanged   = problem.New(problem.Conflict, "link.changed")
	ErrNothingToUndo = problem.New(problem.Conflict, "link.nothing_to_undo")
)

// Grounds of a link.
const (
	GroundDuplicate        = "duplicate"          // a task: the files look like one person
	GroundChangeOfDocument = "change_of_document" // the person brought another document
	GroundUndo             = "undo"               // an earlier word is taken back
)

// Verdicts are all verdicts, in the order shown.
func Verdicts() []LinkVerdict { return []LinkVerdict{Same, Different, Undecided} }

// Valid reports whether v is one of Verdicts.
func (v LinkVerdict) Valid() bool { return slices.Contains(Verdicts(), v) }

// Check says what is wrong with a link as a person gave it. Evidence is needed for every word, also to take one back.
func (l Link) Check() error {
	switch {
	case l.A == uuid.Nil || l.B == uuid.Nil || l.A == l.B:
		return problem.New(problem.Invalid, "link.files").At("number")
	case !l.Verdict.Valid():
		return problem.New(problem.Invalid, "link.verdict").At("verdict")
	case l.Ground != GroundDuplicate && l.Ground != GroundChangeOfDocument && l.Ground != GroundUndo:
		return problem.New(problem.Invalid, "link.ground").At("ground")
	case l.Ground == GroundUndo && l.Verdict != Undecided, l.Ground == GroundChangeOfDocument && l.Verdict != Same:
		return problem.New(problem.Invalid, "link.verdict").At("verdict")
	}
	return checkEvidence(l.Evidence)
}

func checkEvidence(evidence string) error {
	switch {
	case len(strings.TrimSpace(evidence)) < 3:
		return problem.New(problem.Invalid, "evidence.missing").At("evidence")
	case len(evidence) > MaxEvidenceText:
		return problem.New(problem.Invalid, "evidence.text_too_long").At("evidence").With("max", MaxEvidenceText)
	}
	return nil
}

// Heads are the words about a pair that no other word supersedes, in order of time.
func Heads(words []Decided, pair Pair) []Decided {
	superseded := supersededBy(words)
	var heads []Decided
	for _, w := range words {
		if PairOf(w.A, w.B) == pair && !superseded[w.ID] {
			heads = append(heads, w)
		}
	}
	slices.SortFunc(heads, func(a, b Decided) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return compare(a.ID, b.ID)
	})
	return heads
}
