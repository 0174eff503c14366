package counterview

import (
	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border/group"
)

// Group is people who cross together in the lane.
type Group struct {
	ID    uuid.UUID
	Kind  group.Kind
	Label string
	// Expected is how many are said to come; 0 when nobody said.
	Expected int
	Tally    group.Tally
}

// clean is how many can be admitted in one act.
func (g *Group) clean() int { return g.Tally.Count[group.Clean] }

// shown are the members with a scan, as chips: a bus has too many.
func (g *Group) shown() []group.Member {
	var shown []group.Member
	for _, m := range g.Tally.Members {
		if m.Seen != nil && len(shown) < chipsShown {
			shown = append(shown, m)
		}
	}
	return shown
}

const chipsShown = 12

// LookOf is the class and the sign of a member's state.
func LookOf(s group.State) (class, sign string) {
	switch s {
	case group.Hit:
		return "hit", "✕"
	case group.NotChecked, group.Differs, group.Stranger, group.Twice:
		return "not-checked", "?"
	case group.Clean, group.Crossed:
		return "no-hit", "✓"
	case group.Referred:
		return "not-checked", "→"
	case group.Checking, group.Missing:
	}
	return "waiting", "…"
}

func chipClass(m group.Member) string { class, _ := LookOf(m.State); return class }
func chipSign(m group.Member) string  { _, sign := LookOf(m.State); return sign }
