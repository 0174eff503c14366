package fingers

import (
	"fmt"

	"github.com/openbmis/openbmis/border"
)

// Partial is why nobody found means nothing: people who should have been compared were not. Empty when all were, as far as they have a finger
// in common with those searched by.
func (s Search) Partial() string {
	switch {
	case s.Stale:
		return ReasonGalleryStale
	case s.Missing > 0:
		return ReasonGalleryIncomplete
	case s.Compared == 0 && s.NoFinger > 0:
		return ReasonNobodyCompared
	}
	return ""
}

// admitted adds to a search's finding whom nobody compared. Without a hit it is not green when that leaves the question open.
func (s Search) admitted(f border.Finding) border.Finding {
	for _, one := range []struct {
		code    string
		persons int
	}{{CodeNotCompared, s.NoFinger}, {CodeNotHeld, s.Missing}} {
		if one.persons > 0 {
			f.Evidence = append(f.Evidence, border.Evidence{Code: one.code, Found: fmt.Sprint(one.persons), Severity: border.Note})
		}
	}
	if reason := s.Partial(); reason != "" && f.Outcome == border.NoHit {
		f.Outcome, f.Reason = border.NotChecked, reason
	}
	return f
}
