package fingers

import (
	"slices"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
)

// Compared is one finger of two persons, or of one: the presented print and the impression of the other side that is most like it.
type Compared struct {
	Position  biometrics.Position
	Presented Print
	Reference Print
	Match     fingerprint.Match
}

// Comparison is what two sets of prints have in common, finger by finger.
type Comparison struct {
	Fingers []Compared
	// Score is the fused score of the fingers that both sides have; 0 when they have none in common.
	Score float64
}

// Compare holds presented prints against references: every finger against all its impressions, of which the most alike is shown; the fingers
// are fused. A finger that one side has not is left out: it is no zero.
func Compare(presented, references []Print) Comparison {
	var c Comparison
	var scores []fingerprint.FingerScore
	for _, p := range presented {
		best, found := Compared{}, false
		probe := fingerprint.Prepare(p.Template)
		for _, r := range references {
			if r.Position != p.Position {
				continue
			}
			m := fingerprint.Compare(probe, fingerprint.Prepare(r.Template))
			scores = append(scores, fingerprint.FingerScore{Position: p.Position, Score: m.Score})
			if !found || m.Score > best.Match.Score {
				best, found = Compared{Position: p.Position, Presented: p, Reference: r, Match: m}, true
			}
		}
		if found {
			c.Fingers = append(c.Fingers, best)
		}
	}
	if len(scores) > 0 {
		c.Score = fingerprint.Fuse(scores)
	}
	slices.SortStableFunc(c.Fingers, func(a, b Compared) int { return int(a.Position) - int(b.Position) })
	return c
}

// least is the score that is needed of a comparison of n fingers.
func least(n int, several, one float64) float64 {
	if n < 2 {
		return one
	}
	return several
}
