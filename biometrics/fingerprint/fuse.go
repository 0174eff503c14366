package fingerprint

import (
	"cmp"
	"math"
	"slices"

	"github.com/openbmis/openbmis/biometrics"
)

// FingerScore is the score of one comparison of a person's finger: of the impression presented with one of the impressions stored.
type FingerScore struct {
	Position biometrics.Position
	Score    float64
}

// Fuse is one score out of those of a person's fingers, on the same scale: of the pairs of different persons one in 10^(s/10) reaches it.
// Several scores of one finger (impressions) count as their best, less what trying several times is worth by chance. Fingers that were not
// compared are not in scores and count for nothing, neither for nor against.
//
// A score s is a chance of 10^(-s/10), so the product of n of them is judged as Fisher's method does: the chance that the product of n
// chances is that small is product * sum over k < n of (-ln product)^k / k!. That holds for fingers that are independent of each other;
// where a capture was of poor quality throughout they are not quite, on the safe side as poor prints score low.
func Fuse(scores []FingerScore) float64 {
	fingers := bestOfFingers(scores)
	if len(fingers) == 0 {
		return 0
	}
	sum := 0.0
	for _, f := range fingers {
		sum += f.Score
	}
	product := sum * math.Ln10 / 10 // -ln of it
	series, term := 0.0, 1.0
	for k := range fingers {
		series += term
		term *= product / float64(k+1)
	}
	return max(0, sum-10*math.Log10(series))
}

// bestOfFingers is one score a finger, in the order of the positions.
func bestOfFingers(scores []FingerScore) []FingerScore {
	sorted := slices.Clone(scores)
	slices.SortFunc(sorted, func(a, b FingerScore) int {
		return cmp.Or(cmp.Compare(a.Position, b.Position), cmp.Compare(b.Score, a.Score))
	})
	var out []FingerScore
	for i := 0; i < len(sorted); {
		end := i
		for end < len(sorted) && sorted[end].Position == sorted[i].Position {
			end++
		}
		tries := float64(end - i)
		out = append(out, FingerScore{sorted[i].Position, max(0, sorted[i].Score-10*math.Log10(tries))})
		i = end
	}
	return out
}
