package adjudicationview

import (
	"context"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/ui/text"
)

// Search is the search of a file by a fingerprint.
type Search struct {
	Reader       bool // the station has one
	MayOpen      bool
	Purpose      string
	Fingers      []biometrics.Position
	Found        *fingers.FoundFiles
	Wrong, Field string
}

// positions are the fingers of a found person with what each contributed.
func positions(ctx context.Context, p fingers.FoundPerson) string {
	words := ""
	for n, f := range p.Fingers {
		if n > 0 {
			words += " · "
		}
		words += Finger(ctx, f.Position) + " " + Score(f.Score)
	}
	return words
}

// notSearched says why a search has no answer.
func notSearched(ctx context.Context, code string) string {
	for _, area := range []string{"adjudication.not_searched", "capture"} {
		if words := coded(ctx, area, code); words != code {
			return t(ctx, text.AdjudicationSearchNotSearched, "why", words)
		}
	}
	return t(ctx, text.AdjudicationSearchNotSearched, "why", code)
}
