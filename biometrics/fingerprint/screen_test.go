package fingerprint

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// How often the screen lets a person's print through: of the pairs of one finger that the exact comparison would find, those whose place
// among all prints of other fingers is among the best 1, 2 and 5 %.
func TestTheScreenOnRealPrints(t *testing.T) {
	prints := realPrints(t)
	stored := make([]*screen, len(prints))
	for i := range prints {
		stored[i] = newScreen(prints[i].prepared)
	}
	var places []float64
	for i := range prints {
		places = append(places, placesOf(prints, stored, i)...)
	}
	share := func(best float64) float64 {
		n := 0
		for _, p := range places {
			if p <= best {
				n++
			}
		}
		return float64(n) / float64(len(places))
	}
	t.Logf("%d searches of one finger: found among the best 1 %%: %.2f %%, 2 %%: %.2f %%, 5 %%: %.2f %%",
		len(places), 100*share(0.01), 100*share(0.02), 100*share(0.05))
	require.Greater(t, share(0.02), 0.98)
}

// placesOf are the places, as shares of the others that come before, of the impressions of the i-th print's finger.
func placesOf(prints []realPrint, stored []*screen, i int) []float64 {
	own := func(j int) bool { return prints[i].set == prints[j].set && prints[i].finger == prints[j].finger }
	probe := prints[i].prepared.strongest(screenProbe)
	var others []float32
	for j := range prints {
		if !own(j) {
			others = append(others, stored[j].look(&probe))
		}
	}
	slices.Sort(others)
	var out []float64
	for j := range prints {
		if i != j && own(j) && Score(prints[i].prepared, prints[j].prepared) >= CandidateThreshold {
			at, _ := slices.BinarySearch(others, stored[j].look(&probe))
			out = append(out, float64(len(others)-at)/float64(len(others)))
		}
	}
	return out
}
