package scan

import (
	"image"
	"slices"

	"github.com/openbmis/openbmis/traveldoc"
)

// FromLines is the result of another engine that gives lines of text alone: what it read is what it saw, and it tells no confidence.
// Lines that stand above the zone are left aside. ErrNoZone when no zone is among them.
func FromLines(engine string, lines []string, inspection traveldoc.Date, o Options) (Result, error) {
	for _, n := range [...]int{2, 3, 1} {
		if len(lines) < n {
			continue
		}
		last := lines[len(lines)-n:]
		document, err := parse(last, inspection, o)
		if err != nil || len(document.Lines()) != n {
			continue
		}
		return Result{
			Engine: engine, Lines: slices.Clone(last), Raw: slices.Clone(last), Document: document,
		}, nil
	}
	return Result{}, ErrNoZone
}

// Turn is a grey copy of a picture, turned by 0, 90, 180 or 270 degrees against the clock: what brings a page upright that lies turned
// that far with the clock.
func Turn(img image.Image, degrees int) *image.Gray {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	size := image.Rect(0, 0, w, h)
	if degrees%180 != 0 {
		size = image.Rect(0, 0, h, w)
	}
	out := image.NewGray(size)
	for y := range size.Dy() {
		for x := range size.Dx() {
			sx, sy := x, y
			switch degrees {
			case 90:
				sx, sy = w-1-y, x
			case 180:
				sx, sy = w-1-x, h-1-y
			case 270:
				sx, sy = y, h-1-x
			}
			out.Set(x, y, img.At(b.Min.X+sx, b.Min.Y+sy))
		}
	}
	return out
}
