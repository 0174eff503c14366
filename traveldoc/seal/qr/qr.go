// Package qr draws a text as a QR code (ISO/IEC 18004) and reads one from a picture. It exists so that the few lines that need a
// library of barcodes stand in one place. It must never be asked to judge what a code says.
package qr

import (
	"bytes"
	"errors"
	"fmt"
	"image"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"rsc.io/qr"

	"github.com/openbmis/openbmis/traveldoc/picture"
)

// Quiet is the width of the white border that a reader needs, in modules.
const Quiet = 4

// Code is a QR code as squares. It does not change.
type Code struct {
	Size  int // modules a side, without the quiet zone
	black []bool
}

// Draw makes the code of the text, with error correction M (15 %): enough for a thermal printer and a creased paper. Text of capitals,
// digits and "$%*+-./:" takes the least room.
func Draw(text string) (Code, error) {
	made, err := qr.Encode(text, qr.M)
	if err != nil {
		return Code{}, fmt.Errorf("QR code: %w", err)
	}
	c := Code{Size: made.Size, black: make([]bool, made.Size*made.Size)}
	for y := range c.Size {
		for x := range c.Size {
			c.black[y*c.Size+x] = made.Black(x, y)
		}
	}
	return c, nil
}

// Black reports whether the module at column x and row y is black; outside the code all are white.
func (c Code) Black(x, y int) bool {
	return x >= 0 && y >= 0 && x < c.Size && y < c.Size && c.black[y*c.Size+x]
}

// Path is the black modules as the path of an SVG whose unit is a module, with the quiet zone: one rectangle for each run of a row.
func (c Code) Path() string {
	var out bytes.Buffer
	for y := range c.Size {
		for x := 0; x < c.Size; x++ {
			run := 0
			for c.Black(x+run, y) {
				run++
			}
			if run > 0 {
				fmt.Fprintf(&out, "M%d %dh%dv1h-%dz", x+Quiet, y+Quiet, run, run)
				x += run
			}
		}
	}
	return out.String()
}

// Bounds of a picture that is read.
const (
	MaxPicture = 8 << 20  // bytes
	maxPixels  = 24 << 20 // before any is decoded
)

// Problems of reading a picture.
var (
	ErrNoPicture = errors.New("no picture: expected PNG or JPEG of at most 24 million pixels")
	ErrNoCode    = errors.New("no QR code was found in the picture")
)

// Read finds the QR code in a PNG or JPEG (or another format of package picture) and gives its text: ErrNoPicture or ErrNoCode.
func Read(file []byte) (string, error) {
	img, _, err := picture.Decode(file, picture.Limits{Bytes: MaxPicture, Pixels: maxPixels})
	if err != nil {
		return "", ErrNoPicture
	}
	return find(img)
}

// find tries the ways of telling black from white, and of looking for the code, one after the other: each misses a few that another
// finds.
func find(img image.Image) (string, error) {
	source := gozxing.NewLuminanceSourceFromImage(img)
	harder := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true}
	pure := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_PURE_BARCODE: true}
	for _, binarizer := range []gozxing.Binarizer{gozxing.NewHybridBinarizer(source), gozxing.NewGlobalHistgramBinarizer(source)} {
		bitmap, err := gozxing.NewBinaryBitmap(binarizer)
		if err != nil {
			return "", ErrNoPicture
		}
		for _, hints := range []map[gozxing.DecodeHintType]any{harder, pure} {
			if found, err := qrcode.NewQRCodeReader().Decode(bitmap, hints); err == nil {
				return found.GetText(), nil
			}
		}
	}
	return "", ErrNoCode
}
