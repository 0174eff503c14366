package scan

import (
	"slices"

	"github.com/openbmis/openbmis/traveldoc/scan/strip"
)

// refine moves a line's grid to where the characters are that were read in it, each by its own kind's centre, and reads it again.
func (p *picturePage) refine(kinds *shapes, at strip.Line, cells []scores) (strip.Line, *strip.Strip, []scores) {
	s := p.cut(at, 0, len(cells))
	for range 2 {
		moved, ok := recentre(kinds, at, s, cells)
		if !ok {
			break
		}
		fresh, again := p.read(moved, 0, len(cells))
		before, after := certainty(cells), certainty(again)
		if after < before {
			break
		}
		at, s, cells = moved, fresh, again
		if after < before+0.05*float64(len(cells)) {
			break
		}
	}
	return at, s, cells
}

// certainty is the sum of the logarithms of the best characters' probabilities.
func certainty(cells []scores) float64 {
	sum := 0.0
	for i := range cells {
		sum += float64(cells[i][cells[i].best()])
	}
	return sum
}

// recentre fits the line's course to the characters that are read with some certainty; false when they are too few.
func recentre(kinds *shapes, at strip.Line, s *strip.Strip, cells []scores) (strip.Line, bool) {
	off := kinds.residuals(s, len(cells), func(k int) int { return cells[k].best() })
	var ks, xs, ys, talls []float64
	for k := range cells {
		best := cells[k].best()
		if cells[k][best] < -0.5 || kinds[best].tall == 0 {
			continue
		}
		x, y := at.Middle(float64(k))
		ux, uy := at.Direction(float64(k))
		along, across := clamp(off[k].Along/100, 0.3), clamp(off[k].Across/100, 0.3)*at.Tall
		ks = append(ks, float64(k))
		xs, ys = append(xs, x+along*ux-across*uy), append(ys, y+along*uy+across*ux)
		talls = append(talls, off[k].Height)
	}
	if len(ks) < len(cells)/2 {
		return at, false
	}
	px, py := fitCurve(ks, xs, true), fitCurve(ks, ys, true)
	ks2, xs, ys := without(ks, xs, ys, px, py)
	px, py = fitCurve(ks2, xs, true), fitCurve(ks2, ys, true)
	slices.Sort(talls)
	moved := strip.Line{X: px[0], Y: py[0], UX: px[1], UY: py[1], QX: px[2], QY: py[2], Tall: at.Tall}
	moved.Tall = min(1.35, max(0.7, at.Tall*(1+clamp(talls[len(talls)/2]/100, 0.1))))
	return moved, true
}

func clamp(v, limit float64) float64 { return min(limit, max(-limit, v)) }
