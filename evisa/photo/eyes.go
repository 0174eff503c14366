package photo

import (
	"encoding/binary"
	"errors"
	"image"
	"math"
	"slices"
)

// eyeFinder walks the regression trees that find a pupil near a place (Markus et al., "Eye pupil localization with an ensemble of randomized trees",
// Pattern Recognition 47, 2014). It is walked from fixed places around the guess, so that the same picture has the same eyes each time.
type eyeFinder struct {
	stages, trees, depth int
	shrink               float64 // of the window after each stage
	tests                []int8  // four numbers a node: two places to compare
	moves                []float32
}

var errCascade = errors.New("cascade: expected stages, scale, trees, depth, and as many numbers as they say")

func newEyeFinder(data []byte) (*eyeFinder, error) {
	if len(data) < 16 {
		return nil, errCascade
	}
	word := func(at int) uint32 { return binary.LittleEndian.Uint32(data[at:]) }
	e := &eyeFinder{stages: int(word(0)), shrink: float64(math.Float32frombits(word(4))), trees: int(word(8)), depth: int(word(12))}
	if e.stages > 64 || e.trees > 1024 || e.depth > 16 || e.stages*e.trees*e.depth == 0 {
		return nil, errCascade
	}
	leaves := 1 << e.depth
	tree := 4*(leaves-1) + 8*leaves
	if len(data) < 16+e.stages*e.trees*tree {
		return nil, errCascade
	}
	for at := 16; len(e.moves) < 2*leaves*e.stages*e.trees; at += tree {
		for _, b := range data[at : at+4*(leaves-1)] {
			e.tests = append(e.tests, int8(b)) //nolint:gosec // a signed byte
		}
		for n := range 2 * leaves {
			e.moves = append(e.moves, math.Float32frombits(word(at+4*(leaves-1)+4*n)))
		}
	}
	return e, nil
}

// walk moves a window of a side from a place towards a pupil.
func (e *eyeFinder) walk(img *image.Gray, x, y, side float64) (float64, float64) {
	for stage := range e.stages {
		var dx, dy float64
		for tree := range e.trees {
			mx, my := e.move(img, stage*e.trees+tree, x, y, side)
			dx, dy = dx+mx, dy+my
		}
		x, y, side = x+dx*side, y+dy*side, side*e.shrink
	}
	return x, y
}

// move is what one tree says: how far to go, in sides of the window.
func (e *eyeFinder) move(img *image.Gray, tree int, x, y, side float64) (dx, dy float64) {
	leaves := 1 << e.depth
	tests, node := e.tests[tree*4*(leaves-1):], 0
	for range e.depth {
		t := tests[4*node : 4*node+4]
		node = 2*node + 1
		if at(img, x, y, side, t[1], t[0]) > at(img, x, y, side, t[3], t[2]) {
			node++
		}
	}
	leaf := e.moves[2*(tree*leaves+node-(leaves-1)):]
	return float64(leaf[1]), float64(leaf[0])
}

// pupil finds a pupil near a place of a picture: the middle of walks from places around it. False when the walks do not meet.
func (e *eyeFinder) pupil(img *image.Gray, x, y, side float64) (px, py float64, found bool) {
	var xs, ys []float64
	for dy := -2.0; dy <= 2; dy++ {
		for dx := -2.0; dx <= 2; dx++ {
			wx, wy := e.walk(img, x+dx*side*0.05, y+dy*side*0.05, side*(1+0.05*dx*dy/4))
			xs, ys = append(xs, wx), append(ys, wy)
		}
	}
	px, offX := median(xs)
	py, offY := median(ys)
	return px, py, max(offX, offY) < 0.12*side
}

func at(img *image.Gray, x, y, side float64, dx, dy int8) byte {
	px := int(x + float64(dx)*side/256)
	py := int(y + float64(dy)*side/256)
	return img.Pix[min(max(py, 0), img.Rect.Dy()-1)*img.Stride+min(max(px, 0), img.Rect.Dx()-1)]
}

// median of what several walks gave, and how far they lie from it in the middle.
func median(all []float64) (middle, spread float64) {
	slices.Sort(all)
	middle = all[len(all)/2]
	off := make([]float64, len(all))
	for n, v := range all {
		off[n] = math.Abs(v - middle)
	}
	slices.Sort(off)
	return middle, off[len(off)/2]
}
