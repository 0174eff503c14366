package scan

import "github.com/openbmis/openbmis/traveldoc/scan/strip"

// look is one way to search a picture: brought to so many pixels of its longer side, with so much darker than its surroundings as ink is.
type look struct {
	side int
	dark float64
}

// looks are the ways in the order of trying: a page alone, one of faint print, small print on a large sheet, a coarse look that joins
// broken strokes.
var looks = [...]look{{1600, darkInk}, {1600, faintInk}, {2800, darkInk}, {900, darkInk}}

// locate finds the zone; nil when there is none.
func (p *picturePage) locate() *zone {
	longest := max(p.full.W, p.full.H)
	tried := map[look]bool{}
	for _, l := range looks {
		n := max(1, (longest+l.side-1)/l.side)
		if this := (look{n, l.dark}); !tried[this] {
			tried[this] = true
			if z := p.search(n, l.dark); z.acceptable() {
				return z
			}
		}
	}
	return nil
}

// search looks for the zone in the picture n times smaller.
func (p *picturePage) search(n int, dark float64) *zone {
	rows := findRows(p.reduced(n), dark)
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
