package scan

import (
	"math"
	"slices"
)

// sure is the probability below which a character is told as uncertain.
const sure = 0.9

// find gathers the findings and the confidence of the whole.
func (r *Result) find(w weighed) {
	if len(w.changes) > 0 {
		f := Finding{Code: CodeChanged}
		for _, c := range w.changes {
			f.Places = append(f.Places, Place{c.Line, c.At})
		}
		r.Findings = append(r.Findings, f)
	}
	if w.disagree {
		r.Findings = append(r.Findings, Finding{Code: CodeDigitsDisagree})
	}
	r.Confidence = 1
	uncertain, odd := Finding{Code: CodeUncertain}, Finding{Code: CodeExtraordinary}
	for l, line := range r.Characters {
		markExtraordinary(line)
		for k := range line {
			r.Confidence = min(r.Confidence, line[k].Confidence)
			if line[k].Confidence < sure {
				uncertain.Places = append(uncertain.Places, Place{l + 1, k + 1})
			}
			if line[k].Extraordinary {
				odd.Places = append(odd.Places, Place{l + 1, k + 1})
			}
		}
	}
	for _, f := range []Finding{uncertain, odd} {
		if len(f.Places) > 0 {
			r.Findings = append(r.Findings, f)
		}
	}
}

// measures are the residual's numbers, each with how much of it is nothing even where the line's others agree closely.
var measures = [...]struct {
	of   func(r *Residual) *float64
	pass float64
}{
	{func(r *Residual) *float64 { return &r.Along }, 9},
	{func(r *Residual) *float64 { return &r.Across }, 9},
	{func(r *Residual) *float64 { return &r.Height }, 16},
	{func(r *Residual) *float64 { return &r.Ink }, 55},
}

// deviations is how many times the line's own spread a character must be off.
const deviations = 6

// markExtraordinary takes the line's median out of its residuals and marks who is still far off. Whoever is read with little
// confidence is not judged by the shape of what it may not be.
func markExtraordinary(line []Character) {
	for _, m := range measures {
		values := make([]float64, len(line))
		for k := range line {
			values[k] = *m.of(&line[k].Residual)
		}
		middle := median(values)
		for k := range values {
			values[k] = math.Abs(values[k] - middle)
		}
		limit := max(m.pass, deviations*1.48*median(values))
		for k := range line {
			v := m.of(&line[k].Residual)
			*v -= middle
			line[k].Extraordinary = line[k].Extraordinary || math.Abs(*v) > limit && line[k].Confidence > sure
		}
	}
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
