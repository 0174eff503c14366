package barcode

import (
	"fmt"
	"image"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/aztec"
	"github.com/boombuler/barcode/datamatrix"
	"github.com/boombuler/barcode/qr"
)

// maxModule bounds the size of a module that is drawn, in pixels.
const maxModule = 32

// Draw makes the picture of a code, black on white with its quiet zone, each module so many pixels wide (1 to 32).
func Draw(s Symbology, data []byte, module int) (*image.Gray, error) {
	if module < 1 || module > maxModule || len(data) == 0 || len(data) > MaxData {
		return nil, fmt.Errorf("draw %s: %d bytes in modules of %d pixels: expected 1 to %d and 1 to %d", s, len(data), module, MaxData, maxModule)
	}
	var made barcode.Barcode
	var err error
	quiet := 2
	switch s {
	case DataMatrix:
		made, err = datamatrix.Encode(string(data))
	case Aztec:
		made, err = aztec.Encode(data, aztec.DEFAULT_EC_PERCENT, aztec.DEFAULT_LAYERS)
	case QR:
		quiet = 4
		made, err = qr.Encode(string(data), qr.M, qr.Unicode)
	default:
		return nil, fmt.Errorf("draw %q: expected one of %v", s, Symbologies())
	}
	if err != nil {
		return nil, fmt.Errorf("draw %s of %d bytes: %w", s, len(data), err)
	}
	return scaled(made, quiet, module), nil
}

func scaled(made image.Image, quiet, module int) *image.Gray {
	b := made.Bounds()
	out := image.NewGray(image.Rect(0, 0, (b.Dx()+2*quiet)*module, (b.Dy()+2*quiet)*module))
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			mx, my := x/module-quiet+b.Min.X, y/module-quiet+b.Min.Y
			shade := byte(255)
			if image.Pt(mx, my).In(b) {
				if r, _, _, _ := made.At(mx, my).RGBA(); r < 0x8000 {
					shade = 0
				}
			}
			out.Pix[y*out.Stride+x] = shade
		}
	}
	return out
}
