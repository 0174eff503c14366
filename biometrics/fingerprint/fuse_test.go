package fingerprint

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
)

func TestFuse(t *testing.T) {
	const index, middle, ring = biometrics.RightIndex, biometrics.RightMiddle, biometrics.RightRing
	one := Fuse([]FingerScore{{index, 40}})
	require.InDelta(t, 40, one, 1e-9, "one finger stands for itself")
	require.Zero(t, Fuse(nil), "no finger says nothing")
	require.InDelta(t, 40-10*math.Log10(2), Fuse([]FingerScore{{index, 40}, {index, 3}}), 1e-9, "the best of two tries is worth half")
	two := Fuse([]FingerScore{{index, 40}, {middle, 40}})
	require.Greater(t, two, 60.0, "two fingers say more than one")
	require.Less(t, two, 80.0, "and less than their sum, as any two that add up to it would do")
	require.Greater(t, Fuse([]FingerScore{{index, 60}, {middle, 0}}), CandidateThreshold-10, "a finger that failed costs little")
	require.Less(t, Fuse([]FingerScore{{index, 10}, {middle, 10}, {ring, 10}}), VerificationThreshold, "much that says little stays little")
	require.InDelta(t, Fuse([]FingerScore{{index, 25}, {middle, 50}}), Fuse([]FingerScore{{middle, 50}, {index, 25}}), 1e-9)
}

// The scores of other people's fingers are such that one in 10^(s/10) reaches s; fused ones must be too.
func TestFusedScoresKeepTheScale(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 9))
	const persons = 200_000
	for _, fingers := range []int{1, 2, 4} {
		reached := map[float64]int{}
		for range persons {
			scores := make([]FingerScore, fingers)
			for i := range scores {
				scores[i] = FingerScore{biometrics.Fingers()[i], -10 * math.Log10(1-r.Float64())}
			}
			fused := Fuse(scores)
			for _, s := range []float64{10, 20, 30} {
				if fused >= s {
					reached[s]++
				}
			}
		}
		for _, s := range []float64{10, 20, 30} {
			want := FalseMatchRate(s) * persons
			require.InDelta(t, want, reached[s], 4*math.Sqrt(want), "%d fingers, score %v", fingers, s)
		}
	}
}
