package barcode

import (
	"bytes"
	"fmt"
	"image"
	"iter"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/aztec"
	"github.com/makiuchi-d/gozxing/datamatrix"
	multi "github.com/makiuchi-d/gozxing/multi/qrcode"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// finder looks for codes in one picture until its work is used up.
type finder struct {
	grey   *image.Gray
	factor int // by which the picture was shrunk
	work   int // pixels that may still be handed to readers
	found  []Code
}

// region looks at one part of the picture, in several forms.
func (f *finder) region(area image.Rectangle) {
	for _, c := range f.found {
		if !area.Intersect(f.own(c.Area)).Empty() {
			return
		}
	}
	margin := max(area.Dx(), area.Dy())/12 + 2*block
	patch := cropped(f.grey, area.Inset(-margin))
	for form := range forms(patch) {
		if f.try(form, area) {
			return
		}
	}
}

// form is a patch as it is tried, and the kinds of code that it may help.
type form struct {
	*image.Gray
	kinds []Symbology
}

// forms are a patch in the forms that are tried, one after the other: its own size, halved when it is large, grown when it is small; and at
// last turned, for a Data Matrix code that stands on its corner or has rough edges, and an Aztec code that is not level.
func forms(patch *image.Gray) iter.Seq[form] {
	return func(yield func(form) bool) {
		side, all, small := max(patch.Rect.Dx(), patch.Rect.Dy()), Symbologies(), patch
		if !yield(form{patch, all}) || side > 200 && !yield(form{halved(patch), all}) {
			return
		}
		if side < 400 {
			if patch = grown(patch, 2); !yield(form{patch, all}) {
				return
			}
		}
		if side < 150 && (!yield(form{grown(patch, 2), all}) || !yield(form{repeated(small), all})) || side > maxTurned {
			return
		}
		for _, degrees := range []float64{3, 87, 45, 22.5, 67.5} {
			if !yield(form{turned(patch, degrees), []Symbology{DataMatrix, Aztec}}) {
				return
			}
		}
	}
}

const maxTurned = 800 // pixels of the side of a patch

// own is a place of the file in the shrunk picture.
func (f *finder) own(r image.Rectangle) image.Rectangle {
	return image.Rect(r.Min.X/f.factor, r.Min.Y/f.factor, r.Max.X/f.factor, r.Max.Y/f.factor)
}

func (f *finder) try(patch form, area image.Rectangle) bool {
	for _, bitmap := range bitmaps(patch.Gray) {
		for _, s := range patch.kinds {
			if f.work -= len(patch.Pix); f.work < 0 || len(f.found) == MaxCodes {
				return true
			}
			result, err := readOne(s, bitmap)
			if err == nil && f.add(s, result, area) {
				return true
			}
		}
	}
	return false
}

// add keeps a code that has data and was not found before.
func (f *finder) add(s Symbology, result *gozxing.Result, area image.Rectangle) bool {
	data := bytesOf(s, result)
	if len(data) == 0 || len(data) > MaxData || len(f.found) == MaxCodes {
		return false
	}
	for _, c := range f.found {
		if c.Symbology == s && bytes.Equal(c.Data, data) {
			return true
		}
	}
	area = image.Rect(area.Min.X*f.factor, area.Min.Y*f.factor, area.Max.X*f.factor, area.Max.Y*f.factor)
	f.found = append(f.found, Code{Symbology: s, Data: data, Area: area})
	return true
}

// whole looks at the whole picture, for several QR codes at once and for one code of each kind.
func (f *finder) whole() {
	small, _ := shrunk(f.grey, maxPixels/4)
	for _, bitmap := range bitmaps(small) {
		for _, result := range readQRs(bitmap) {
			f.add(QR, result, f.grey.Rect)
		}
	}
	if len(f.found) == 0 {
		f.try(form{small, Symbologies()}, f.grey.Rect)
	}
}

// cropped is a part of a picture on white ground: the readers want a quiet zone and find a code best in the middle.
func cropped(g *image.Gray, area image.Rectangle) *image.Gray {
	out := image.NewGray(image.Rect(0, 0, area.Dx(), area.Dy()))
	for i := range out.Pix {
		out.Pix[i] = 255
	}
	inside := area.Intersect(g.Rect)
	for y := inside.Min.Y; y < inside.Max.Y; y++ {
		copy(out.Pix[(y-area.Min.Y)*out.Stride+inside.Min.X-area.Min.X:], g.Pix[y*g.Stride+inside.Min.X:y*g.Stride+inside.Max.X])
	}
	return out
}

// bitmaps are the ways of telling black from white: each finds codes that the other misses.
func bitmaps(g *image.Gray) []*gozxing.BinaryBitmap {
	pixels := make([]int, g.Rect.Dx()*g.Rect.Dy())
	for y := range g.Rect.Dy() {
		for x, v := range g.Pix[y*g.Stride:][:g.Rect.Dx()] {
			pixels[y*g.Rect.Dx()+x] = int(v) * 0x010101
		}
	}
	source := gozxing.NewRGBLuminanceSource(g.Rect.Dx(), g.Rect.Dy(), pixels)
	var out []*gozxing.BinaryBitmap
	for _, b := range []gozxing.Binarizer{gozxing.NewHybridBinarizer(source), gozxing.NewGlobalHistgramBinarizer(source)} {
		if bitmap, err := gozxing.NewBinaryBitmap(b); err == nil {
			out = append(out, bitmap)
		}
	}
	return out
}

// hints make text of a byte mode one character a byte, so that no guess about an encoding loses any.
func hints() map[gozxing.DecodeHintType]any {
	return map[gozxing.DecodeHintType]any{
		gozxing.DecodeHintType_TRY_HARDER: true, gozxing.DecodeHintType_CHARACTER_SET: "ISO-8859-1",
	}
}

// readOne asks one reader. A picture made to break the library must not end the program: its panics are errors here.
func readOne(s Symbology, bitmap *gozxing.BinaryBitmap) (result *gozxing.Result, err error) {
	defer func() {
		if p := recover(); p != nil {
			result, err = nil, fmt.Errorf("%s reader: %v", s, p)
		}
	}()
	switch s {
	case DataMatrix:
		return datamatrix.NewDataMatrixReader().Decode(bitmap, hints())
	case QR:
		return qrcode.NewQRCodeReader().Decode(bitmap, hints())
	default:
		return aztec.NewAztecReader().Decode(bitmap, hints())
	}
}

func readQRs(bitmap *gozxing.BinaryBitmap) (results []*gozxing.Result) {
	defer func() {
		if recover() != nil { // as in readOne
			results = nil
		}
	}()
	results, _ = multi.NewQRCodeMultiReader().DecodeMultiple(bitmap, hints()) // none is no error
	return results
}
