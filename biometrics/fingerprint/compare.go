package fingerprint

import (
	"cmp"
	"slices"
)

// Match is how alike two prints are, with what says so.
type Match struct {
	// Score is on the scale of the package: one in 10^(Score/10) pairs of prints of different fingers reaches it. Never below 0.
	Score float64
	// Pairs are the minutiae that were found in both prints, in the order of the first one's template.
	Pairs []Pair
	// Rotation, in degrees counter-clockwise, and then DX and DY, in pixels at 500 ppi (y downwards), bring the first print onto the second.
	Rotation, DX, DY float64
}

// Pair is a minutia of the first template (its index) and the one of the second that it was found to be.
type Pair struct {
	A, B       int
	Similarity float64 // of the two neighbourhoods, 0 to 1
}

// MaxRotation is how far two prints may be turned against each other, in degrees. A finger on a reader at a counter is upright within a
// few tens of degrees; what is turned further matches nothing.
const MaxRotation = 75.0

// Compare compares two prints. Compare(a, b) and Compare(b, a) have the same score exactly, and the same pairs the other way round. It
// allocates the pairs of the answer and nothing else; where only the score is wanted, Score allocates nothing.
func Compare(a, b *Prepared) Match {
	var w work
	return w.match(a, b)
}

// Score is the score of Compare(a, b). It allocates nothing.
func Score(a, b *Prepared) float64 {
	var w work
	first, second, _ := ordered(a, b)
	return w.score(first, second)
}

// ordered are the two prints in an order that does not depend on which is named first.
func ordered(a, b *Prepared) (first, second *Prepared, swapped bool) {
	if b.key < a.key {
		return b, a, true
	}
	return a, b, false
}

// order sorts the pairs by the first print's minutiae.
func (m *Match) order() {
	slices.SortFunc(m.Pairs, func(x, y Pair) int { return cmp.Compare(x.A, y.A) })
}
