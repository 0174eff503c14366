package printview

import (
	"fmt"
	"math"

	"github.com/openbmis/openbmis/biometrics/fingerprint"
)

// Side is one of the two prints.
type Side struct {
	// Image is the address of the image, scaled to 500 ppi or not; "" when only the template was kept.
	Image    string
	Template fingerprint.Template
	Caption  string // in the page's language
}

// Drawing is two prints and what they have in common.
type Drawing struct {
	Title string // such as the name of the finger, in the page's language
	Facts string // such as the score, in the page's language
	A, B  Side
	Match fingerprint.Match
}

// gap is between the two prints, in pixels at 500 ppi.
const gap = 24

func (d Drawing) width() int  { return d.A.Template.Width + gap + d.B.Template.Width }
func (d Drawing) height() int { return max(d.A.Template.Height, d.B.Template.Height, 1) }

func (d Drawing) viewBox() string { return fmt.Sprintf("0 0 %d %d", d.width(), d.height()) }

// left is where a side begins.
func (d Drawing) left(second bool) int {
	if second {
		return d.A.Template.Width + gap
	}
	return 0
}

// mark is a minutia as it is drawn: where it is, and the end of the short line that shows its direction.
type mark struct{ x, y, toX, toY string }

const tick = 14

// markOf places a minutia of a side. Angles are counter-clockwise with y downwards on the screen (see fingerprint.Minutia).
func (d Drawing) markOf(m fingerprint.Minutia, second bool) mark {
	x, y := float64(int(m.X)+d.left(second)), float64(m.Y)
	sin, cos := math.Sincos(float64(m.Angle) * 2 * math.Pi / 256)
	return mark{number(x), number(y), number(x + tick*cos), number(y - tick*sin)}
}

func number(v float64) string { return fmt.Sprintf("%.1f", v) }

// pair is a line between two minutiae that were found alike, with its number.
type pair struct {
	a, b  mark
	label string
}

// pairs are the matched minutiae; an index that the templates have not is left out.
func (d Drawing) pairs() []pair {
	var list []pair
	for _, p := range d.Match.Pairs {
		if p.A < 0 || p.A >= len(d.A.Template.Minutiae) || p.B < 0 || p.B >= len(d.B.Template.Minutiae) {
			continue
		}
		list = append(list, pair{
			a: d.markOf(d.A.Template.Minutiae[p.A], false), b: d.markOf(d.B.Template.Minutiae[p.B], true), label: fmt.Sprint(len(list) + 1),
		})
	}
	return list
}

// rest are the minutiae of a side that have no counterpart.
func (d Drawing) rest(second bool) []mark {
	side, used := d.A.Template.Minutiae, map[int]bool{}
	if second {
		side = d.B.Template.Minutiae
	}
	for _, p := range d.Match.Pairs {
		if second {
			used[p.B] = true
		} else {
			used[p.A] = true
		}
	}
	var list []mark
	for n, m := range side {
		if !used[n] {
			list = append(list, d.markOf(m, second))
		}
	}
	return list
}
