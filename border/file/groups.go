package file

import (
	"bytes"
	"slices"
	"time"

	"github.com/google/uuid"
)

// Decided is one word on whether two files are one person, with the words that it took the place of.
type Decided struct {
	ID         uuid.UUID
	At         time.Time
	A, B       uuid.UUID
	Verdict    LinkVerdict
	Supersedes []uuid.UUID
}

// Pair is two different files, the smaller id first.
type Pair struct{ A, B uuid.UUID }

// PairOf puts the ids in order.
func PairOf(a, b uuid.UUID) Pair {
	if compare(a, b) > 0 {
		a, b = b, a
	}
	return Pair{a, b}
}

func compare(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }

// Grouping is what the standing words mean together.
type Grouping struct {
	// Of gives the smallest id of the files that are one person, for every file that a word names.
	Of map[uuid.UUID]uuid.UUID
	// Conflicts are pairs about which the standing words contradict each other: directly, or because a chain of "same" joins two
	// files that are said to be different. Their files stay apart until a person has decided.
	Conflicts []Pair
}

// Groups works out who is one person: the connected components of the standing "same" words. A word stands until another names it
// as superseded. The order in which the words arrive changes nothing.
//
// Where standing words contradict each other nobody is joined on the strength of them: a directly contradicted pair counts as not
// joined, and a component with two files that are said to be different falls apart into its files.
func Groups(words []Decided) Grouping {
	heads := standing(words)
	g := Grouping{Of: map[uuid.UUID]uuid.UUID{}}
	for _, w := range words {
		g.Of[w.A], g.Of[w.B] = w.A, w.B
	}
	var different []Pair
	for pair, verdicts := range heads {
		if len(verdicts) > 1 {
			g.Conflicts = append(g.Conflicts, pair)
		} else if verdicts[Same] {
			g.join(pair)
		}
		if verdicts[Different] {
			different = append(different, pair)
		}
	}
	g.part(different)
	slices.SortFunc(g.Conflicts, func(p, q Pair) int {
		if c := compare(p.A, q.A); c != 0 {
			return c
		}
		return compare(p.B, q.B)
	})
	g.Conflicts = slices.Compact(g.Conflicts)
	for id := range g.Of {
		g.Of[id] = g.root(id)
	}
	return g
}

// standing are the verdicts of the words that no other word supersedes, by pair.
func standing(words []Decided) map[Pair]map[LinkVerdict]bool {
	superseded := supersededBy(words)
	heads := map[Pair]map[LinkVerdict]bool{}
	for _, w := range words {
		if superseded[w.ID] || w.A == w.B {
			continue
		}
		pair := PairOf(w.A, w.B)
		if heads[pair] == nil {
			heads[pair] = map[LinkVerdict]bool{}
		}
		heads[pair][w.Verdict] = true
	}
	return heads
}

// supersededBy are the words that another word names.
func supersededBy(words []Decided) map[uuid.UUID]bool {
	superseded := map[uuid.UUID]bool{}
	for _, w := range words {
		for _, id := range w.Supersedes {
			if id != w.ID {
				superseded[id] = true
			}
		}
	}
	return superseded
}

func (g *Grouping) root(id uuid.UUID) uuid.UUID {
	for g.Of[id] != id {
		id = g.Of[id]
	}
	return id
}

// join makes the smaller root the root of both.
func (g *Grouping) join(p Pair) {
	roots := PairOf(g.root(p.A), g.root(p.B))
	g.Of[roots.B] = roots.A
}

// part takes components apart that hold two files said to be different.
func (g *Grouping) part(different []Pair) {
	broken := map[uuid.UUID]bool{}
	for _, p := range different {
		if root := g.root(p.A); root == g.root(p.B) {
			broken[root] = true
			g.Conflicts = append(g.Conflicts, p)
		}
	}
	roots := make(map[uuid.UUID]uuid.UUID, len(g.Of))
	for id := range g.Of {
		roots[id] = g.root(id)
	}
	for id, root := range roots {
		if broken[root] {
			g.Of[id] = id
		}
	}
}
