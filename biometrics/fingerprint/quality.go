package fingerprint

import (
	"errors"
	"math"

	"github.com/openbmis/openbmis/biometrics"
)

// Assessment is how good a print is, and why: a screen can say what to do better.
type Assessment struct {
	Score     uint8  // 0 to 100, as Template.Quality
	Algorithm string // whose score it is: never NFIQ 2
	Minutiae  int
	// Reliable is how many of the minutiae are expected to be found again in another print of the finger.
	Reliable float64
	// Area is the print in square millimetres. Clarity is how much of the picture of the print is ridges (0 to 1: 0.9 is a clean print, below
	// 0.6 the ridges are hard to follow), Direction how certain the ridges' directions are (0 to 1).
	Area, Clarity, Direction float64
	// Contrast is that of ridges and valleys (1: black on white, 0 to 1). Darkness is the share of dark in the print (0 to 1): below TooDry's bound
	// the finger is dry or pressed too lightly, above TooWet's it is wet or pressed hard.
	Contrast, Darkness float64
	// OffCentre is how far the middle of the print is from the middle of the picture, as a share of the picture's half sides.
	OffCentre float64
	// Advice is what is worst, "" when nothing is.
	Advice Advice
}

// Advice is a stable name of what makes a print poor.
type Advice string

// The advices, with the bound of each.
const (
	NoPrint   Advice = "no_print"   // no ridges were found
	TooSmall  Advice = "too_small"  // below smallArea
	TooDry    Advice = "too_dry"    // not clear, and darkness below dryShare
	TooWet    Advice = "too_wet"    // not clear, and darkness above wetShare
	Unclear   Advice = "unclear"    // below clearShare for another reason
	Displaced Advice = "off_centre" // cut off: small, and further than displacedShare from the middle
)

const (
	smallArea      = 100.0 // mm²; a plain print of an adult's finger has 150 to 300
	clearShare     = 0.7
	dryShare       = 0.42
	wetShare       = 0.58
	displacedShare = 0.4
)

// Assess judges a print. An image without a print is no error: its score is 0 and its advice NoPrint. An image that Extract refuses for its
// size is refused here too.
func Assess(img biometrics.Image) (Assessment, error) {
	found, err := look(img)
	switch {
	case errors.Is(err, ErrNoPrint):
		return Assessment{Algorithm: Algorithm, Advice: NoPrint}, nil
	case err != nil:
		return Assessment{}, err
	}
	return found.assess(), nil
}

// enough is the number of reliable minutiae at which their part of the score is two thirds: about what a comparison needs to be sure. The
// score is the geometric mean of that part and the clarity; both order prints by how often they are missed (docs/fingerprints.md).
const enough = 18.0

func (s *sight) assess() Assessment {
	a := s.measure()
	for _, p := range s.points {
		a.Reliable += p.quality
	}
	a.Minutiae = min(len(s.points), MaxMinutiae)
	known := 1 - math.Exp(-a.Reliable/enough)
	a.Score = uint8(math.Round(100 * math.Sqrt(known*a.Clarity)))
	a.Advice = a.advise()
	return a
}

// advise names what is worst: what the officer can change comes first.
func (a Assessment) advise() Advice {
	switch {
	case a.Area < smallArea && a.OffCentre > displacedShare:
		return Displaced
	case a.Area < smallArea:
		return TooSmall
	case a.Clarity >= clearShare:
		return ""
	case a.Darkness < dryShare:
		return TooDry
	case a.Darkness > wetShare:
		return TooWet
	}
	return Unclear
}

// measure averages over the cells of print.
func (s *sight) measure() Assessment {
	a := Assessment{Algorithm: Algorithm}
	var n, left, top float64
	for i, v := range s.print.v {
		if !v {
			continue
		}
		n++
		a.Clarity += float64(s.clear.v[i])
		a.Direction += float64(s.ridges.coherence(i))
		a.Contrast += float64(s.deviation.v[i])
		a.Darkness += float64(s.dark.v[i])
		left, top = left+float64(i%s.print.cols)+0.5, top+float64(i/s.print.cols)+0.5
	}
	a.Area = n * cell * cell * (25.4 / biometrics.PPI) * (25.4 / biometrics.PPI)
	n = max(n, 1)
	a.Clarity, a.Direction, a.Contrast, a.Darkness = a.Clarity/n, a.Direction/n, min(a.Contrast/n*2/255, 1), a.Darkness/n
	right, down := 2*left/n/float64(s.print.cols)-1, 2*top/n/float64(s.print.rows)-1
	a.OffCentre = math.Hypot(right, down)
	return a
}

// darkness is the share of dark a cell: where the mean stands between the lightest and the darkest pixel of the cell and its neighbours.
func darkness(img grey, cols, rows int) cells {
	type span struct{ low, high, sum, n int }
	spans, out := make([]span, cols*rows), newCells(cols, rows)
	for i := range spans {
		low, high := extremes(img, i%cols*cell, i/cols*cell)
		sum, _, n := moments(img, i%cols*cell, i/cols*cell, absent)
		spans[i] = span{low, high, sum, n}
	}
	for i := range spans {
		all := span{low: 255}
		for y := max(i/cols-1, 0); y <= min(i/cols+1, rows-1); y++ {
			for x := max(i%cols-1, 0); x <= min(i%cols+1, cols-1); x++ {
				s := spans[y*cols+x]
				all = span{min(all.low, s.low), max(all.high, s.high), all.sum + s.sum, all.n + s.n}
			}
		}
		out.v[i] = (float32(all.high) - float32(all.sum)/float32(all.n)) / float32(max(all.high-all.low, 1))
	}
	return out
}
