package counterview

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/openbmis/openbmis/alerts/listcheck"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/pass"
	"github.com/openbmis/openbmis/border/staycheck"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
)

// facts are both sides of a piece of evidence.
func facts(ctx context.Context, e border.Evidence) string {
	if words, is := printFacts(ctx, e); is {
		return words
	}
	if aboutAnnounced(e) {
		return announcedFacts(ctx, e)
	}
	if aboutVisa(e) {
		return visaFacts(ctx, e)
	}
	found, expected := Fact(ctx, e, e.Found), Fact(ctx, e, e.Expected)
	switch {
	case found == "":
		return expected
	case expected == "":
		return found
	}
	if e.Ref != "" {
		return text.T(ctx, text.CounterFoundListed, "found", found, "listed", expected)
	}
	return text.T(ctx, text.CounterFoundExpected, "found", found, "expected", expected)
}

// Fact is one side of a piece of evidence as an officer reads it: a code in words, an instant in the zone of the crossing point, and
// every date in it as dates are written on screens. What is none of these shows as it is.
func Fact(ctx context.Context, e border.Evidence, value string) string {
	if aboutAnnounced(e) {
		return announcedFact(ctx, e, value)
	}
	if aboutVisa(e) {
		return visaFact(ctx, e, value)
	}
	switch e.Code {
	case border.CodeNotApplicable, staycheck.CodeOwnNational, staycheck.CodeFreeMovement, staycheck.CodeExempt:
		return exemptWord(ctx, value)
	case listcheck.CodeReason:
		return coded(ctx, e.Field, value) // an outside service gives the code of a notice, or of what is the matter with a document
	case listcheck.CodeAction:
		return actionWord(ctx, value)
	case listcheck.CodeCategory:
		return coded(ctx, "alert_category", value)
	case listcheck.CodeSafety:
		return safetyWords(ctx, value)
	case pass.CodeRevoked:
		return coded(ctx, "pass_code", value)
	}
	if at, err := time.Parse(time.RFC3339, value); err == nil {
		return text.FromContext(ctx).DateTime(at)
	}
	if e.Field == "birth_date" || e.Field == "expiry_date" { // which a document may state only in part
		if d, err := traveldoc.ParseDate(value); err == nil && !d.IsZero() {
			return text.FromContext(ctx).Date(d)
		}
	}
	return dated(ctx, value)
}

// dated writes the whole dates in a text, such as the last day of a stay beside its length; a longer run of letters, digits and hyphens
// is a number or a name, and stays.
func dated(ctx context.Context, value string) string {
	var out strings.Builder
	for rest := value; rest != ""; {
		end := strings.IndexFunc(rest, func(r rune) bool { return !inDate(r) })
		switch {
		case end == 0:
			_, end = utf8.DecodeRuneInString(rest)
			out.WriteString(rest[:end])
		case end < 0:
			end = len(rest)
			fallthrough
		default:
			out.WriteString(dateWord(ctx, rest[:end]))
		}
		rest = rest[end:]
	}
	return out.String()
}

func inDate(r rune) bool { return r == '-' || unicode.IsLetter(r) || unicode.IsDigit(r) }

func dateWord(ctx context.Context, word string) string {
	if d, err := traveldoc.ParseDate(word); err == nil && d.Precision() == traveldoc.PrecisionDay {
		return text.FromContext(ctx).Date(d)
	}
	return word
}

// exemptWord is what a check does not apply to: a category, a basis of stay, or a circumstance.
func exemptWord(ctx context.Context, code string) string {
	for _, area := range []string{"exempt", "category", "basis"} {
		if words := coded(ctx, area, code); words != code {
			return words
		}
	}
	return code
}
