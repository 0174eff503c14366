package scan

import "github.com/openbmis/openbmis/traveldoc/scan/strip"

// sides are the lengths in pixels to which a picture's longer side is brought to search it, in the order of trying: a page alone, small
// print on a large sheet, a coarse look that joins broken strokes.
var sides = [...]int{1600, 2800, 900}

// locate finds the zone; nil when there is none.
func (p *picturePage) locate() *zone {
	longest := max(p.full.W, p.full.H)
	tried := 0
	for _, side := range sides {
		n := max(1, (longest+side-1)/side)
		if n == tried {
			continue
		}
		tried = n
		if z := p.search(n); z.acceptable() {
			return z
		}
	}
	return nil
}

// search looks for the zone in the picture n times smaller.
func (p *picturePage) search(n int) *zone {
	rows := findRows(p.reduced(n))
	for i := range rows {
		rows[i].at = rows[i].at.Scaled(1 / float64(n))
	}
	var best *zone
	for _, s := range stacks(rows) {
		if z := p.readStack(s); z != nil && (best == nil || z.total > best.total) {
			best = z
		}
	}
	if best.acceptable() {
		return best
	}
	for _, r := range rows[:min(len(rows), 3)] {
		if z := p.complete(r); z != nil && (best == nil || z.total > best.total) {
			best = z
		}
	}
	return best
}

// complete looks for the lines that must stand beside one that was found alone.
func (p *picturePage) complete(r row) *zone {
	s := p.upright(stack{r})
	above, below := p.neighbour(s[0], -1), p.neighbour(s[0], 1)
	var best *zone
	for _, stacked := range [...]stack{join(above, s, nil), join(nil, s, below), join(above, s, below)} {
		if len(stacked) < 2 {
			continue
		}
		if z := p.readStack(stacked); z != nil && (best == nil || z.total > best.total) {
			best = z
		}
	}
	return best
}

func join(above *row, s stack, below *row) stack {
	var all stack
	if above != nil {
		all = append(all, *above)
	}
	all = append(all, s...)
	if below != nil {
		all = append(all, *below)
	}
	return all
}

// neighbour is the line above (-1) or below (1) that looks most like characters, at the spacings that zones have.
func (p *picturePage) neighbour(r row, side float64) *row {
	var best *row
	most := 1.0
	for d := 1.4; d <= 3.2; d += 0.15 {
		at := moved(r.at, side*d)
		if v := p.glance(at, r.last+1); v > most {
			most, best = v, &row{at: at, last: r.last}
		}
	}
	return best
}

// moved is a line shifted by so many pitches, downwards in reading direction.
func moved(l strip.Line, by float64) strip.Line {
	l.X, l.Y = l.X-by*l.UY, l.Y+by*l.UX
	return l
}
