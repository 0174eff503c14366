package counter

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"
	"strconv"

	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/picture"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/ui/view/counterview"
)

var errNoImage = problem.New(problem.NotFound, "scan.none")

// named reports whether a reading may have an image of the name: what is asked for must not fill the album.
func named(r *reader.Reading, name string) bool {
	if r == nil {
		return false
	}
	if name == counterview.ChipPortrait || name == counterview.PagePortrait {
		return true
	}
	n, err := strconv.Atoi(name)
	return err == nil && n >= 0 && n < len(r.Images) && strconv.Itoa(n) == name
}

// source is an image as it was read.
type source struct {
	data   []byte
	limits picture.Limits
	area   *reader.Rectangle // the part of it to show; nil for all
}

// sourceOf is an image of a reading: by its number, "page" for the portrait of the page, "chip" for that of the chip.
func sourceOf(r *reader.Reading, name string) (source, error) {
	switch {
	case !named(r, name):
		return source{}, errNoImage
	case name == counterview.ChipPortrait:
		return chipPortrait(r.Chip)
	case name == counterview.PagePortrait:
		m, area := counterview.PortraitOf(r)
		if m == nil {
			return source{}, errNoImage
		}
		return source{m.Data, picture.DefaultLimits(), area}, nil
	}
	n, err := strconv.Atoi(name)
	if err != nil {
		return source{}, errNoImage
	}
	return source{r.Images[n].Data, picture.DefaultLimits(), nil}, nil
}

func chipPortrait(c *reader.Chip) (source, error) {
	if c == nil {
		return source{}, errNoImage
	}
	face, err := emrtd.ParseDG2(c.Files[emrtd.FileDG(2)])
	if err != nil {
		return source{}, errNoImage.Because(err)
	}
	portrait, found := face.Portrait()
	if !found {
		return source{}, errNoImage
	}
	return source{portrait.Data, picture.PortraitLimits(), nil}, nil
}

// native says whether browsers decode the image themselves, and whether its header is that of an image within the limits. What browsers
// make of a damaged one, they show as far as it goes: the officer sees more than nothing.
func (s source) native() (yes bool, err error) {
	if f := picture.FormatOf(s.data); f != picture.JPEG && f != picture.PNG {
		return false, nil
	}
	info, err := picture.Identify(s.data)
	switch {
	case err != nil:
		return true, err
	case len(s.data) > s.limits.Bytes || max(info.Width, info.Height) > s.limits.Side || info.Width > s.limits.Pixels/info.Height:
		return true, picture.ErrTooLarge
	}
	return true, nil
}

// shown is an image of a reading in a form that browsers show, cut to the area where there is one.
func shown(r *reader.Reading, name string) ([]byte, error) {
	s, err := sourceOf(r, name)
	if err != nil {
		return nil, err
	}
	if native, err := s.native(); err != nil {
		return nil, errNoImage.Because(err)
	} else if native && s.area == nil {
		return s.data, nil
	}
	decoded, format, err := picture.Decode(s.data, s.limits)
	if err != nil {
		return nil, errNoImage.Because(err)
	}
	if s.area != nil {
		decoded = cut(decoded, image.Rect(s.area.Left, s.area.Top, s.area.Right, s.area.Bottom))
	}
	if (format == picture.JP2 || format == picture.J2K) && flat(decoded) { // what is left of a portrait whose data is missing
		return nil, errNoImage.Because(fmt.Errorf("%s of one colour alone", format))
	}
	var out bytes.Buffer
	if name == counterview.ChipPortrait {
		err = png.Encode(&out, decoded) // as it was signed, point by point
	} else {
		err = jpeg.Encode(&out, decoded, &jpeg.Options{Quality: quality})
	}
	return out.Bytes(), err
}

const quality = 90

// flat reports whether every point has one colour, as no portrait has.
func flat(m image.Image) bool {
	b := m.Bounds()
	first := m.At(b.Min.X, b.Min.Y)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if m.At(x, y) != first {
				return false
			}
		}
	}
	return true
}

// cut is what of the image lies in the area; the whole image when nothing does.
func cut(whole image.Image, area image.Rectangle) image.Image {
	area = area.Add(whole.Bounds().Min).Intersect(whole.Bounds())
	if area.Empty() {
		return whole
	}
	part := image.NewRGBA(image.Rect(0, 0, area.Dx(), area.Dy()))
	draw.Draw(part, part.Bounds(), whole, area.Min, draw.Src)
	return part
}
