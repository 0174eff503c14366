package fingerprint

import (
	"fmt"
	"go/format"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The fit of the score. With BMIS_FIT=1 it writes scoremodel.go anew, which is to be done when the extractor or the comparison changed:
//
//	BMIS_TEST_DATA=FOLDER BMIS_FIT=1 go test ./biometrics/fingerprint -run TestFit -v
//
// In any case it says what a fit on half of the fingers is worth on the other half, and holds that to the accuracy that the engine aims at;
// with BMIS_FIT also what minutiae alone are worth, and what a fit on all sets but one is worth on that one. BMIS_FIT=tables says it and
// writes nothing. A fit starts from the model that stands, as its weights choose the alignment: fitting twice gives other weights, and
// the same accuracy but for chance.

// comparison is a pair of prints, as numbers of realPrints.
type comparison struct {
	a, b    int
	genuine bool
	sameSet bool
}

// comparisonsOf are all pairs of the prints that are wanted; those of different sets are pairs of different fingers.
func comparisonsOf(prints []realPrint, want func(p *realPrint) bool) []comparison {
	var out []comparison
	for i := range prints {
		for j := i + 1; j < len(prints); j++ {
			if a, b := &prints[i], &prints[j]; want(a) && want(b) {
				out = append(out, comparison{i, j, a.set == b.set && a.finger == b.finger, a.set == b.set})
			}
		}
	}
	return out
}

// fitted makes a model from pairs: the weights by logistic regression, twice, as the weights choose the alignment too; then the scale.
func fitted(prints []realPrint, pairs []comparison, start model, field bool) model {
	m := start
	for range 2 {
		seen := evidenceOf(prints, pairs, &m)
		m = regression(pairs, seen, field)
	}
	m.calibrate(prints, pairs, oddsOf(evidenceOf(prints, pairs, &m)))
	return m
}

func evidenceOf(prints []realPrint, pairs []comparison, m *model) []evidence {
	out := make([]evidence, len(pairs))
	for i, p := range pairs {
		var w work
		first, second, _ := ordered(prints[p.a].prepared, prints[p.b].prepared)
		w.compare(first, second, m)
		out[i] = w.best.evidence
	}
	return out
}

func oddsOf(seen []evidence) []float64 {
	out := make([]float64, len(seen))
	for i := range seen {
		out[i] = float64(seen[i].odds)
	}
	return out
}

// regression fits the weights by Newton's method. The pairs of one finger weigh together as much as 0.3 of the others do: the region of low
// false match rates counts most.
func regression(pairs []comparison, seen []evidence, field bool) model {
	const n = features + 1
	genuine := 0
	for _, p := range pairs {
		if p.genuine {
			genuine++
		}
	}
	unused := featureRidges
	if field {
		unused = featureAlike
	}
	weight := 0.3 * float64(len(pairs)-genuine) / float64(genuine)
	var beta [n]float64
	for range 25 {
		var gradient [n]float64
		var hessian [n][n]float64
		for i := range n {
			hessian[i][i] = 1 // a weak hold towards 0, which also keeps a feature that is always the same out
			gradient[i] = -beta[i]
		}
		for k, p := range pairs {
			if seen[k].odds == nothing().odds {
				continue
			}
			var x [n]float64
			z := 0.0
			for i := range features {
				x[i] = float64(seen[k].features[i])
			}
			x[unused] = 0
			x[features] = 1
			for i := range n {
				z += beta[i] * x[i]
			}
			chance, w, y := 1/(1+math.Exp(-z)), 1.0, 0.0
			if p.genuine {
				w, y = weight, 1
			}
			for i := range n {
				gradient[i] += w * (y - chance) * x[i]
				for j := range n {
					hessian[i][j] += w * chance * (1 - chance) * x[i] * x[j]
				}
			}
		}
		step := solve(hessian, gradient)
		for i := range n {
			beta[i] += step[i]
		}
	}
	var m model
	for i := range features {
		m.weights[i] = float32(beta[i])
	}
	m.bias = float32(beta[features])
	return m
}

// solve is Gauss' elimination with the largest pivots.
func solve(matrix [features + 1][features + 1]float64, right [features + 1]float64) [features + 1]float64 {
	n := len(right)
	for c := range n {
		pivot := c
		for r := c + 1; r < n; r++ {
			if math.Abs(matrix[r][c]) > math.Abs(matrix[pivot][c]) {
				pivot = r
			}
		}
		matrix[c], matrix[pivot] = matrix[pivot], matrix[c]
		right[c], right[pivot] = right[pivot], right[c]
		for r := range n {
			if r != c {
				f := matrix[r][c] / matrix[c][c]
				for k := c; k < n; k++ {
					matrix[r][k] -= f * matrix[c][k]
				}
				right[r] -= f * right[c]
			}
		}
	}
	for c := range n {
		right[c] /= matrix[c][c]
	}
	return right
}

// calibrate measures the scale on pairs of different fingers of the same set, which are harder to tell apart than those of different sets:
// the odds that one in 10 and one in 100 reach, in the set where they are highest, so that the scale holds for every sensor. Beyond that
// the tail falls exponentially: its slope is that of the best 1 % of all sets.
func (m *model) calibrate(prints []realPrint, pairs []comparison, odds []float64) {
	m.scale = [scaleKnots]float64{math.Inf(-1), math.Inf(-1), math.Inf(-1)}
	excess, tail := 0.0, 0.0
	for _, set := range setsOf(prints) {
		var impostors []float64
		for i, p := range pairs {
			if p.sameSet && !p.genuine && prints[p.a].set == set {
				impostors = append(impostors, odds[i])
			}
		}
		if len(impostors) == 0 {
			continue // the set is not of those that are fitted on
		}
		slices.Sort(impostors)
		at := func(rate float64) float64 { return impostors[len(impostors)-1-int(rate*float64(len(impostors)))] }
		for k, rate := range []float64{0.9, 0.1, 0.01} {
			m.scale[k] = max(m.scale[k], at(rate))
		}
		for _, o := range impostors[len(impostors)-len(impostors)/100:] {
			excess, tail = excess+o-at(0.01), tail+1
		}
	}
	m.slope = 10 * tail / (excess * math.Ln10)
	for k := 3; k < scaleKnots; k++ {
		m.scale[k] = m.scale[k-1] + 10/m.slope
	}
}

func TestFit(t *testing.T) {
	prints := realPrints(t)
	halves(t, "ridges and minutiae", prints, modelOfFields(), true)
	if os.Getenv("BMIS_FIT") == "" {
		return
	}
	all := comparisonsOf(prints, func(*realPrint) bool { return true })
	bare := withoutFields(prints)
	halves(t, "minutiae alone", bare, modelOfMinutiae(), false)
	sets(t, "ridges and minutiae", prints, modelOfFields(), true)
	if os.Getenv("BMIS_FIT") == "tables" {
		return
	}
	field := fitted(prints, all, modelOfFields(), true)
	minutiae := fitted(bare, all, modelOfMinutiae(), false)
	text, err := format.Source([]byte(source(field, minutiae)))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile("scoremodel.go", text, 0o600))
}

func withoutFields(prints []realPrint) []realPrint {
	out := slices.Clone(prints)
	for i := range out {
		out[i].template.Field = nil
		out[i].prepared = Prepare(out[i].template)
	}
	return out
}

// halves fits on the fingers of even numbers and tests on the others, and the other way round.
func halves(t *testing.T, name string, prints []realPrint, start model, field bool) {
	t.Helper()
	half := func(odd int) func(p *realPrint) bool {
		return func(p *realPrint) bool { return int(p.finger[len(p.finger)-1])%2 == odd }
	}
	var tested []comparison
	var scores []float64
	for odd := range 2 {
		m := fitted(prints, comparisonsOf(prints, half(odd)), start, field)
		other := comparisonsOf(prints, half(1-odd))
		for _, o := range oddsOf(evidenceOf(prints, other, &m)) {
			scores = append(scores, m.score(float32(o)))
		}
		tested = append(tested, other...)
	}
	t.Log(accuracy(name+", fitted on the other half of the fingers", prints, tested, scores))
	var genuine, impostors []float64
	for i, c := range tested {
		switch {
		case c.genuine:
			genuine = append(genuine, scores[i])
		case c.sameSet:
			impostors = append(impostors, scores[i])
		}
	}
	require.Less(t, equalErrorRate(genuine, impostors), 0.05)
	require.Less(t, 1-reaching(genuine, VerificationThreshold), 0.12, "misses at a stated false match rate of 0.1 %")
	require.Less(t, 1-reaching(genuine, 40), 0.15, "misses at a stated false match rate of 0.01 %")
	require.Less(t, reaching(impostors, 20), 0.03, "a stated false match rate of 1 %")
	require.Less(t, reaching(impostors, VerificationThreshold), 0.004, "a stated false match rate of 0.1 %")
}

// sets fits on all sets but one and tests on that one.
func sets(t *testing.T, name string, prints []realPrint, start model, field bool) {
	t.Helper()
	var tested []comparison
	var scores []float64
	for _, set := range setsOf(prints) {
		m := fitted(prints, comparisonsOf(prints, func(p *realPrint) bool { return p.set != set }), start, field)
		of := comparisonsOf(prints, func(p *realPrint) bool { return p.set == set })
		for _, o := range oddsOf(evidenceOf(prints, of, &m)) {
			scores = append(scores, m.score(float32(o)))
		}
		tested = append(tested, of...)
	}
	t.Log(accuracy(name+", fitted on the other sets", prints, tested, scores))
}

func setsOf(prints []realPrint) []string {
	var out []string
	for _, p := range prints {
		if !slices.Contains(out, p.set) {
			out = append(out, p.set)
		}
	}
	return out
}

// accuracy is a table: false non-matches, and what of the others reached each threshold, a set and together.
func accuracy(name string, prints []realPrint, pairs []comparison, scores []float64) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%-16s %8s %9s", name, "set", "EER %", "impostors")
	for s := 10; s <= 50; s += 10 {
		fmt.Fprintf(&b, "  FMR(%d)  FNMR(%d)", s, s)
	}
	line := func(set string, use func(c comparison) bool) {
		var genuine, impostors []float64
		for i, c := range pairs {
			switch {
			case !use(c):
			case c.genuine:
				genuine = append(genuine, scores[i])
			default:
				impostors = append(impostors, scores[i])
			}
		}
		fmt.Fprintf(&b, "\n%-16s %8.2f %9d", set, 100*equalErrorRate(genuine, impostors), len(impostors))
		for s := 10.0; s <= 50; s += 10 {
			fmt.Fprintf(&b, " %7.3f%% %7.2f%%", 100*reaching(impostors, s), 100-100*reaching(genuine, s))
		}
	}
	for _, set := range setsOf(prints) {
		line(set, func(c comparison) bool { return c.sameSet && prints[c.a].set == set })
	}
	line("together", func(c comparison) bool { return c.sameSet })
	line("all impostors", func(comparison) bool { return true })
	return b.String()
}

func reaching(scores []float64, threshold float64) float64 {
	n := 0
	for _, s := range scores {
		if s >= threshold {
			n++
		}
	}
	return float64(n) / float64(max(len(scores), 1))
}

func equalErrorRate(genuine, impostors []float64) float64 {
	best, rate := math.Inf(1), 1.0
	for _, t := range genuine {
		miss, match := 1-reaching(genuine, t), reaching(impostors, t)
		if d := math.Abs(miss - match); d < best {
			best, rate = d, (miss+match)/2
		}
	}
	return rate
}

// source is scoremodel.go.
func source(field, minutiae model) string {
	var b strings.Builder
	b.WriteString("package fingerprint\n\n// The numbers below are written by the fit: see fit_test.go.\n")
	names := [features]string{"featureAlike", "featureApart", "featureOverlap", "featureEdges", "featureShare", "featureRidges"}
	write := func(comment, name string, m model) {
		fmt.Fprintf(&b, "\n// %s %s\nfunc %s() model {\n\treturn model{\n\t\tweights: [features]float32{\n", name, comment, name)
		for i, w := range m.weights {
			fmt.Fprintf(&b, "\t\t\t%s: %.4g,\n", names[i], w)
		}
		fmt.Fprintf(&b, "\t\t},\n\t\tbias:  %.4g,\n\t\tscale: [scaleKnots]float64{", m.bias)
		for i, s := range m.scale {
			fmt.Fprintf(&b, "%s%.4g", strings.Repeat(", ", min(i, 1)), s)
		}
		fmt.Fprintf(&b, "},\n\t\tslope: %.4g,\n\t}\n}\n", m.slope)
	}
	write("is for prints that both have a field of the ridges.", "modelOfFields", field)
	write("is for prints of which at least one has minutiae alone.", "modelOfMinutiae", minutiae)
	return b.String()
}
