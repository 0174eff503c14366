package adjudicationview

import (
	"context"

	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/ui/text"
)

// OnFile is what a file's page shows of prints: that they are there, never one of them.
type OnFile struct {
	Takings []fingers.OnFile
	Tasks   int  // open ones about these prints
	MayOpen bool // may see the tasks
}

// slots are the fingers of a taking: the quality of each print, or why there is none.
func slots(ctx context.Context, t fingers.Taking) []string {
	var all []string
	for _, s := range t.Slots {
		words := coded(ctx, "missing", string(s.Missing))
		if s.Missing == "" {
			words = text.T(ctx, text.AdjudicationQuality, "quality", s.Quality)
		}
		all = append(all, Finger(ctx, s.Position)+": "+words)
	}
	return all
}

// use is what the prints of a taking are now.
func use(ctx context.Context, f fingers.OnFile) string {
	switch {
	case f.Erased:
		return word(ctx, "enrolled", "erased")
	case f.Outcome != "":
		return word(ctx, "enrolled", "use_"+f.Outcome)
	case f.References:
		return word(ctx, "enrolled", "use_enrolled")
	}
	return word(ctx, "enrolled", "use_presented")
}
