package page

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"

	"github.com/boombuler/barcode/datamatrix"
)

// code prints the seal as a Data Matrix, with its quiet zone.
func (d *drawing) code() error {
	if d.Barcode == nil {
		return nil
	}
	made, err := datamatrix.Encode(string(d.Barcode))
	if err != nil {
		return fmt.Errorf("page: seal: %w", err)
	}
	modules := made.Bounds().Dx()
	module := max(math.Floor(d.barcode*d.scale/float64(modules+4)), 1)
	side := int(module) * (modules + 4)
	right := d.img.Bounds().Dx() - int(4*d.scale)
	bottom := int((d.height - d.zoneBottom - zoneSpacing*float64(d.zoneLines) - 1) * d.scale)
	area := image.Rect(right-side, bottom-side, right, bottom)
	draw.Draw(d.img, area, image.White, image.Point{}, draw.Src)
	for y := range modules {
		for x := range modules {
			if grey, _, _, _ := made.At(x, y).RGBA(); grey > 0x7FFF {
				continue
			}
			at := area.Min.Add(image.Pt((x+2)*int(module), (y+2)*int(module)))
			draw.Draw(d.img, image.Rectangle{at, at.Add(image.Pt(int(module), int(module)))}, image.NewUniform(color.Black), image.Point{}, draw.Src)
		}
	}
	return nil
}
