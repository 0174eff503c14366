package translit

import (
	"slices"
	"strings"
)

// The costs of the steps of an alignment: a difference is worse than any number of letters that a truncation explains.
const (
	costDifferent = 1 << 12
	costCut       = 1
	costOutOfUse  = 1 << 30
)

// step is one step of an alignment, to the place where it stands.
type step struct {
	cost        int
	tokens, mrz int    // how far it goes in each
	spelling    string // what the tokens were read as
	kind        stepKind
}

type stepKind uint8

const (
	stepNone  stepKind = iota
	stepEqual          // a token and one of its spellings
	stepVowel          // a vowel that the script does not write
	stepCut            // left out for want of room
	stepOther          // a difference
)

// alignment is the best way to see a name in a text of the machine readable zone.
type alignment struct {
	name      []token
	mrz       string
	truncated bool
	steps     []step // for each pair of places, row by row
	width     int
}

// align finds the alignment with the fewest differences; its cost grows with the product of the lengths, which are bounded. Most
// names have none: they are looked at without differences first, which visits few places.
func align(name []token, mrz string, truncated bool) *alignment {
	a := &alignment{name: name, mrz: mrz, truncated: truncated, width: len(mrz) + 1}
	a.steps = make([]step, (len(name)+1)*a.width)
	if a.fill(false); a.cost() >= costDifferent {
		a.fill(true)
	}
	return a
}

func (a *alignment) fill(differing bool) {
	for i := range a.steps {
		a.steps[i] = step{cost: costOutOfUse}
	}
	a.steps[0].cost = 0
	for i := range len(a.name) + 1 {
		for j := range a.width {
			if a.steps[i*a.width+j].cost == costOutOfUse {
				continue
			}
			a.leave(i, j)
			if differing {
				a.differ(i, j)
			}
		}
	}
}

// leave takes every step from a place that is no difference.
func (a *alignment) leave(i, j int) {
	here := a.steps[i*a.width+j].cost
	if i < len(a.name) {
		for _, spelling := range a.name[i].spellings {
			if strings.HasPrefix(a.mrz[j:], spelling) {
				n := len(spelling)
				a.reach(i+1, j+n, step{cost: here, tokens: 1, mrz: n, spelling: spelling, kind: stepEqual})
			}
		}
		if a.name[i].separator && a.atBoundary(j) {
			a.reach(i+1, j, step{cost: here, tokens: 1, kind: stepEqual}) // beside a word of letters that are all left out
		}
		if a.cuts(i, j) {
			a.reach(i+1, j, step{cost: here + costCut, tokens: 1, kind: stepCut})
		}
	}
	if j < len(a.mrz) && i > 0 && a.name[i-1].script.unvocalised() && strings.IndexByte("AEIOUY", a.mrz[j]) >= 0 {
		a.reach(i, j+1, step{cost: here, mrz: 1, kind: stepVowel})
	}
}

// atBoundary reports whether the zone's name starts or ends at j, or a word starts there.
func (a *alignment) atBoundary(j int) bool { return j == 0 || j == len(a.mrz) || a.mrz[j-1] == ' ' }

// differ takes the steps from a place that are differences: one for another, one too many, one too few.
func (a *alignment) differ(i, j int) {
	cost := a.steps[i*a.width+j].cost + costDifferent
	if i < len(a.name) && j < len(a.mrz) {
		a.reach(i+1, j+1, step{cost: cost, tokens: 1, mrz: 1, kind: stepOther})
	}
	if i < len(a.name) {
		a.reach(i+1, j, step{cost: cost, tokens: 1, kind: stepOther})
	}
	if j < len(a.mrz) {
		a.reach(i, j+1, step{cost: cost, mrz: 1, kind: stepOther})
	}
}

func (a *alignment) reach(i, j int, s step) {
	if at := &a.steps[i*a.width+j]; s.cost < at.cost {
		*at = s
	}
}

// cuts reports whether truncation explains that token i does not stand at j: the zone's word ends there, after a letter at least, or
// the zone ends (ICAO Doc 9303-3, section 4.6: words are shortened to an initial at least, the last are left out).
func (a *alignment) cuts(i, j int) bool {
	if !a.truncated || j == 0 {
		return false
	}
	return j == len(a.mrz) || !a.name[i].separator && a.mrz[j] == ' ' && a.mrz[j-1] != ' '
}

// cost is that of the whole.
func (a *alignment) cost() int { return a.steps[len(a.steps)-1].cost }

// place is a step and where it starts.
type place struct {
	step
	i, j int
}

// path are the steps from the start to the end.
func (a *alignment) path() []place {
	var path []place
	for i, j := len(a.name), len(a.mrz); i > 0 || j > 0; {
		s := a.steps[i*a.width+j]
		i, j = i-s.tokens, j-s.mrz
		path = append(path, place{s, i, j})
	}
	slices.Reverse(path)
	return path
}
