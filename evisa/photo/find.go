package photo

import (
	"cmp"
	"image"
	"math"
	"slices"

	pigo "github.com/esimov/pigo/core"
	"golang.org/x/image/draw"
)

// Parameters of finding faces. A face is at least an eighth of the picture's longer side; sure is the sum of a cluster's scores below which it is
// chance: drawn and photographed faces have hundreds.
const (
	findSide = 400
	leastFin = 50
	sure     = 40
)

// square is where a face was found, in pixels of the working picture: its middle and its side, brows to mouth.
type square struct{ x, y, side, score float64 }

// find gives the faces of a picture, the surest first.
func (j *Judge) find(work *image.RGBA) []square {
	size := work.Bounds().Size()
	scale := max(1, float64(max(size.X, size.Y))/findSide)
	grey := image.NewGray(image.Rect(0, 0, max(1, int(float64(size.X)/scale)), max(1, int(float64(size.Y)/scale))))
	draw.ApproxBiLinear.Scale(grey, grey.Bounds(), work, work.Bounds(), draw.Src, nil)
	w, h := grey.Bounds().Dx(), grey.Bounds().Dy()
	if min(w, h) < leastFin {
		return nil
	}
	all := j.faces.ClusterDetections(j.faces.RunCascade(pigo.CascadeParams{
		MinSize: leastFin, MaxSize: min(w, h), ShiftFactor: 0.08, ScaleFactor: 1.1,
		ImageParams: pigo.ImageParams{Pixels: grey.Pix, Rows: h, Cols: w, Dim: grey.Stride},
	}, 0), 0.2)
	slices.SortFunc(all, func(a, b pigo.Detection) int { return cmp.Compare(b.Q, a.Q) })
	var found []square
	for _, d := range all {
		s := square{float64(d.Col) * scale, float64(d.Row) * scale, float64(d.Scale) * scale, float64(d.Q)}
		if s.score >= sure && !slices.ContainsFunc(found, s.within) {
			found = append(found, s)
		}
	}
	return found
}

// within says whether two squares are one face: the middle of either lies in the other.
func (s square) within(other square) bool {
	return max(math.Abs(s.x-other.x), math.Abs(s.y-other.y)) < max(s.side, other.side)/2
}
