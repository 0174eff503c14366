package upload

import (
	"encoding/binary"
	"image"

	"github.com/openbmis/openbmis/traveldoc/picture"
)

// orientation is what a JPEG's Exif says of how the camera was held (CIPA DC-008, tag 274): 1 to 8, 1 when nothing is said.
func orientation(format picture.Format, data []byte) int {
	if format != picture.JPEG {
		return 1
	}
	for at := 2; at+4 <= len(data) && data[at] == 0xFF; {
		marker, length := data[at+1], int(binary.BigEndian.Uint16(data[at+2:]))
		if marker == 0xFF { // fill
			at++
			continue
		}
		if marker == 0xDA || length < 2 || at+2+length > len(data) {
			return 1
		}
		if body := data[at+4 : at+2+length]; marker == 0xE1 && len(body) > 14 && string(body[:6]) == "Exif\x00\x00" {
			return exifOrientation(body[6:])
		}
		at += 2 + length
	}
	return 1
}

// exifOrientation looks through the first directory of an Exif's TIFF.
func exifOrientation(tiff []byte) int {
	var order binary.ByteOrder = binary.LittleEndian
	if tiff[0] == 'M' {
		order = binary.BigEndian
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 1
	}
	for n := range int64(order.Uint16(tiff[at:])) {
		from := at + 2 + 12*n
		if from+12 > int64(len(tiff)) {
			return 1
		}
		if order.Uint16(tiff[from:]) == 274 {
			if o := int(order.Uint16(tiff[from+8:])); o >= 1 && o <= 8 {
				return o
			}
			return 1
		}
	}
	return 1
}

// turned is the image as the camera saw it.
func turned(img *image.RGBA, o int) *image.RGBA {
	if o <= 1 || o > 8 {
		return img
	}
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	if o >= 5 {
		out = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range h {
		for x := range w {
			tx, ty := place(o, x, y, w, h)
			copy(out.Pix[out.PixOffset(tx, ty):][:4], img.Pix[img.PixOffset(x, y):][:4])
		}
	}
	return out
}

// place is where a pixel goes.
func place(o, x, y, w, h int) (int, int) {
	switch o {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return h - 1 - y, x
	case 7:
		return h - 1 - y, w - 1 - x
	case 8:
		return y, w - 1 - x
	}
	return x, y
}
