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
	tracks := make([]*track, len(rows))
	for i, r := range rows {
		r.at = r.at.Scaled(1 / float64(n))
		tracks[i] = newTrack(r)
	}
	best := p.best(stacks(tracks))
	if best.acceptable() {
		return best
	}
	var completed []stack
	for _, t := range tracks[:min(len(tracks), 3)] {
		completed = append(completed, p.complete(t)...)
	}
	if z := p.best(completed); z != nil && (best == nil || z.total > best.total) {
		return z
	}
	return best
}

// best is the zone with the most evidence.
func (p *picturePage) best(all []stack) *zone {
	var best *zone
	for _, s := range all {
		if z := p.readStack(s); z != nil && (best == nil || z.total > best.total) {
			best = z
		}
	}
	return best
}

// complete adds to a line that was found alone the lines that look like characters above and below it.
func (p *picturePage) complete(t *track) []stack {
	t = p.upright(stack{t})[0]
	above, below := p.neighbour(t, -1), p.neighbour(t, 1)
	var all []stack
	if above != nil {
		all = append(all, stack{above, t})
	}
	if below != nil {
		all = append(all, stack{t, below})
	}
	if above != nil && below != nil {
		all = append(all, stack{above, t, below})
	}
	return all
}

// neighbour is the line above (-1) or below (1) that looks most like characters, at the spacings that zones have.
func (p *picturePage) neighbour(t *track, side float64) *track {
	var best *track
	for d := 1.4; d <= 3.2; d += 0.15 {
		next := newTrack(row{at: moved(t.at, side*d), last: t.last, score: t.score})
		if v := p.glance(next); v > 1 && (best == nil || v > best.seems) {
			best = next
		}
	}
	return best
}

// moved is a line shifted by so many pitches, downwards in reading direction.
func moved(l strip.Line, by float64) strip.Line {
	l.X, l.Y = l.X-by*l.UY, l.Y+by*l.UX
	return l
}
