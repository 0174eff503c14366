package central

import (
	"slices"
	"strings"
	"time"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

// Purposes are the codes of what a look at a person's record may be for, in the order shown.
func Purposes() []string {
	return []string{
		"border_check", "stay_check", "investigation", "missing_person", "risk_analysis", "subject_request", "data_quality", "audit",
	}
}

// CheckPurpose refuses a purpose that is not one of Purposes.
func CheckPurpose(purpose string) error {
	if purpose == "" {
		return problem.New(problem.Forbidden, "purpose_missing").At("purpose")
	}
	if !slices.Contains(Purposes(), purpose) {
		return problem.New(problem.Invalid, "purpose_unknown").At("purpose")
	}
	return nil
}

// Bounds of a search.
const (
	MaxTerm       = 80    // characters of a name or a number
	MinName       = 2     // letters of a name, without marks
	MaxTravellers = 2_000 // people that a name may match; more are refused with the request to say more
	MaxSearchDays = 92    // of a search that names nobody, no document and no crossing point
	PageSize      = 50
)

// Search are the criteria of a search for crossings; empty ones do not restrict. Dates are calendar days at the crossing point.
type Search struct {
	Name      string // words in any order, each a beginning or a likeness
	Document  string // number as printed or typed; compared folded
	BirthDate traveldoc.Date
	From, To  traveldoc.Date
	Station   string
	Direction border.Direction
	Verdict   border.Verdict
	HitsOnly  bool
	Purpose   string
}

// Words are the folded words of the name, longest first, none twice.
func (s Search) Words() []string {
	words := strings.Fields(traveldoc.FoldName(s.Name))
	slices.SortFunc(words, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	return slices.Compact(words)
}

// DocNo is the folded document number.
func (s Search) DocNo() string { return traveldoc.FoldNumber(s.Document) }

// Terms are the criteria as the audit's keyed hash takes them; equal searches have equal terms.
func (s Search) Terms() []string {
	hits := ""
	if s.HitsOnly {
		hits = "hits"
	}
	return []string{
		strings.Join(s.Words(), " "), s.DocNo(), s.BirthDate.String(), s.From.String(), s.To.String(), s.Station,
		string(s.Direction), string(s.Verdict), hits,
	}
}

// Empty reports whether nothing is asked for that narrows the search; a birth date alone does not.
func (s Search) Empty() bool {
	return s.Name == "" && s.Document == "" && s.From.IsZero() && s.To.IsZero() && s.Station == ""
}

// Check says what is wrong with the search: its purpose first.
func (s Search) Check() error {
	if err := CheckPurpose(s.Purpose); err != nil {
		return err
	}
	invalid := func(code, field string) error { return problem.New(problem.Invalid, code).At(field) }
	switch {
	case s.Empty():
		return invalid("search_empty", "name")
	case len(s.Name) > MaxTerm:
		return invalid("term_too_long", "name")
	case len(s.Document) > MaxTerm:
		return invalid("term_too_long", "document")
	case s.Name != "" && !s.nameLongEnough():
		return invalid("name_too_short", "name")
	case s.Document != "" && s.DocNo() == "":
		return invalid("document_unreadable", "document")
	case !s.From.IsZero() && s.From.Precision() != traveldoc.PrecisionDay:
		return invalid("day_incomplete", "from")
	case !s.To.IsZero() && s.To.Precision() != traveldoc.PrecisionDay:
		return invalid("day_incomplete", "to")
	case s.To.Before(s.From):
		return invalid("range_reversed", "to")
	case s.tooWide():
		return problem.New(problem.Invalid, "range_needed").At("from").With("max", MaxSearchDays)
	case s.Direction != "" && !s.Direction.Valid():
		return invalid("direction_unknown", "direction")
	case s.Verdict != "" && s.Verdict.Reasons() == nil:
		return invalid("verdict_unknown", "verdict")
	}
	return nil
}

// tooWide reports whether the search would read the whole table: days alone must be few.
func (s Search) tooWide() bool {
	if s.Name != "" || s.Document != "" || s.Station != "" {
		return false
	}
	return s.From.IsZero() || s.To.IsZero() || s.To.First().Sub(s.From.First()) > MaxSearchDays*24*time.Hour
}

func (s Search) nameLongEnough() bool {
	words := s.Words()
	return len(words) > 0 && len([]rune(words[0])) >= MinName
}
