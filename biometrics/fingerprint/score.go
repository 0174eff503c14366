package fingerprint

import "math"

// model makes a score of evidence: a weighted sum of the features, which is the logarithm of the odds, and what that means as a false match
// rate. The numbers are fitted (see fit_test.go, and docs/fingerprints.md for what they were measured to be worth).
type model struct {
	weights [features]float32
	bias    float32
	// scale are the odds at which the false match rate is 1, 10^-1, 10^-2 ...; between them the score is interpolated, beyond the last one it
	// goes on as steep as the tail does.
	scale [scaleKnots]float64
	slope float64 // score a unit of odds, beyond the last knot
}

// scaleKnots is how many powers of ten the comparisons were enough to measure.
const scaleKnots = 5

// modelFor is the model for two prints: the directions of the ridges count only when both have them.
func modelFor(a, b *Prepared) model {
	if a.ground.directed && b.ground.directed {
		return modelOfFields()
	}
	return modelOfMinutiae()
}

func (m *model) odds(f *[features]float32) float32 {
	odds := m.bias
	for i, w := range m.weights {
		odds += w * f[i]
	}
	return odds
}

// score is the odds on the scale of the package.
func (m *model) score(odds float32) float64 {
	o := float64(odds)
	if !(o > m.scale[0]) {
		return 0
	}
	for k := 1; k < scaleKnots; k++ {
		if o < m.scale[k] {
			return 10 * (float64(k-1) + (o-m.scale[k-1])/(m.scale[k]-m.scale[k-1]))
		}
	}
	return min(10*(scaleKnots-1)+m.slope*(o-m.scale[scaleKnots-1]), MaxScore)
}

// MaxScore is the highest score of one comparison: beyond it a number would claim more than anybody can measure.
const MaxScore = 150.0

// FalseMatchRate is the share of pairs of prints of different fingers that reach a score.
func FalseMatchRate(score float64) float64 {
	if score <= 0 || math.IsNaN(score) {
		return 1
	}
	return math.Pow(10, -score/10)
}

// Default thresholds, of scores fused over the fingers.
const (
	// VerificationThreshold is the least score of a verification one to one: a false match rate of 0.1 %.
	VerificationThreshold = 30.0
	// CandidateThreshold is the least score of a candidate of an identification one to many: 0.001 %.
	CandidateThreshold = 50.0
)
