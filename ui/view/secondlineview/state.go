package secondlineview

import (
	"context"
	"slices"
	"sort"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/secondline"
	"github.com/openbmis/openbmis/ui/text"
)

// headClass is the colour of the case: what stands against the traveller while it is open.
func headClass(s Screen) string {
	if !s.open() {
		return "waiting"
	}
	outcome := border.NoHit
	for _, f := range s.Case.Findings() {
		switch f.Outcome {
		case border.Hit:
			return "hit"
		case border.NotChecked:
			outcome = border.NotChecked
		case border.NoHit:
		}
	}
	if outcome == border.NotChecked {
		return "not-checked"
	}
	return "no-hit"
}

// stateWord says in a line whose the case is and what it waits for.
func stateWord(ctx context.Context, s Screen) string {
	switch c := s.Case; {
	case c.End != nil:
		return t(ctx, text.SecondlineEnded, "outcome", word(ctx, "outcomes", string(c.End.Outcome)))
	case c.Owner == "":
		return t(ctx, text.SecondlineUnclaimed)
	case c.Asked != nil && s.mine():
		return t(ctx, text.SecondlineWaitsForSecond)
	case c.Asked != nil:
		return t(ctx, text.SecondlineAsksForSecond, "owner", c.Owner)
	case s.mine() && c.Agreed != nil:
		return t(ctx, text.SecondlineAgreed, "approver", c.Approver)
	case s.mine():
		return t(ctx, text.SecondlineYours)
	}
	return t(ctx, text.SecondlineOwned, "owner", s.Case.Owner)
}

func judgementWord(ctx context.Context, j secondline.Judgement) string {
	if j.Same {
		return t(ctx, text.SecondlineSamePerson)
	}
	return t(ctx, text.SecondlineNotSamePerson)
}

func (s Screen) newestFirst() []secondline.Event {
	course := slices.Clone(s.Case.Course)
	slices.Reverse(course)
	return course
}

// earlier are the words of other cases of the same person on the same entry.
func (s Screen) earlier(h hitCard) []secondline.EarlierJudgement {
	var found []secondline.EarlierJudgement
	for _, j := range s.Judgements {
		if j.Check == h.check && j.Ref == h.ref {
			found = append(found, j)
		}
	}
	return found
}

// elsewhere are the movements that are no decision of this crossing point, which are listed already.
func (s Screen) elsewhere() []secondline.Movement {
	return slices.DeleteFunc(slices.Clone(s.Movements), func(m secondline.Movement) bool {
		return m.Station == s.Scan.Station && m.Origin == border.Live
	})
}

type particular struct{ name, value string }

func particulars(s Screen) []particular {
	all := make([]particular, 0, len(s.Scan.Particulars))
	for name, value := range s.Scan.Particulars {
		all = append(all, particular{name, value})
	}
	sort.Slice(all, func(a, b int) bool { return all[a].name < all[b].name })
	return all
}
