package counterview

import (
	"context"
	"fmt"
	"strings"

	"github.com/openbmis/openbmis/alerts/listcheck"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/ui/text"
)

// Matched is what a finding says of one alert, as far as it may be seen.
type Matched struct {
	// Head is the match as a whole; Rows are the fields that were compared, Facts what else is said of the alert.
	Head   border.Evidence
	Rows   []border.Evidence
	Facts  []border.Evidence
	Safety []string
}

// MatchesOf are the matches that evidence holds, in its order, and the evidence that belongs to none.
func MatchesOf(evidence []border.Evidence) (matches []Matched, rest []border.Evidence) {
	at := map[string]int{}
	for _, e := range evidence {
		switch e.Code {
		case listcheck.CodeMatch, listcheck.CodeDocument, listcheck.CodeVehicle:
			if _, known := at[e.Ref]; !known && e.Band != "" {
				at[e.Ref] = len(matches)
				matches = append(matches, Matched{Head: e})
				continue
			}
		}
		n, known := at[e.Ref]
		switch {
		case !known || e.Ref == "":
			rest = append(rest, e)
		case e.Relation != "":
			matches[n].Rows = append(matches[n].Rows, e)
		case e.Code == listcheck.CodeSafety:
			matches[n].Safety = append(matches[n].Safety, strings.Split(e.Expected, ",")...)
		default:
			matches[n].Facts = append(matches[n].Facts, e)
		}
	}
	return matches, rest
}

// sureWord is how sure a match is, in words.
func sureWord(ctx context.Context, e border.Evidence) string { return coded(ctx, "band", e.Band) }

// scoreWords are band and score, for those who see what was compared.
func scoreWords(ctx context.Context, e border.Evidence) string {
	return text.T(ctx, text.MatchedBand, "band", sureWord(ctx, e), "score", percent(e.Score))
}

func percent(score float64) string { return fmt.Sprintf("%.0f %%", 100*score) }

// relationWord is how two values were compared, in words.
func relationWord(ctx context.Context, e border.Evidence) string {
	return coded(ctx, "relation", e.Relation)
}

// comparedField is the name of a field that was compared.
func comparedField(ctx context.Context, e border.Evidence) string {
	return coded(ctx, "field", e.Field)
}

// agreement is sign and word of a comparison, so that nobody has to tell colours apart.
func agreement(e border.Evidence) look {
	switch {
	case listcheck.Agrees(e.Relation):
		return look{"hit", "=", text.MatchedAgrees}
	case listcheck.Differs(e.Relation):
		return look{"no-hit", "≠", text.MatchedDiffers}
	}
	return look{"neutral", "?", text.MatchedOpen}
}
