package exhibits

import (
	"bytes"
	"image/png"
	"mime"
	"net/http"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/exhibit"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/picture"
	"github.com/openbmis/openbmis/ui/view/exhibitview"
	"github.com/openbmis/openbmis/ui/web"
)

// open gives one exhibit: an image as an image that every browser shows, anything else as a file to be kept by whoever asked for it.
func (x *screens) open(c *web.Context) error {
	crossing, err := idOf(c, "crossing")
	if err != nil {
		return err
	}
	id, err := idOf(c, "exhibit")
	if err != nil {
		return err
	}
	entry := c.Actor().Entry(c.Now(), audit.Consultation, "exhibit", id.String())
	entry.Purpose = c.QueryParam("purpose")
	k, plain, err := x.Keeper.Open(c.Ctx(), crossing, id, entry)
	if err != nil {
		return x.askPurpose(c, err)
	}
	if exhibitview.IsPicture(k) {
		if media, data, ok := shown(k, plain); ok {
			return c.Blob(http.StatusOK, media, data)
		}
	}
	name := fileName(k)
	c.Response().Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	return c.Blob(http.StatusOK, "application/octet-stream", plain)
}

// fileName names the exhibit, never the person.
func fileName(k exhibit.Kept) string {
	name := []byte(string(k.Kind) + "-" + k.Name)
	for n, b := range name {
		if (b < 'a' || b > 'z') && (b < 'A' || b > 'Z') && (b < '0' || b > '9') && b != '-' {
			name[n] = '-'
		}
	}
	if k.Kind == border.ExhibitReading {
		return string(name) + ".json"
	}
	return string(name) + ".bin"
}

// shown is an image as browsers show it: what they know as it is, told by its own bytes and never by what a device says of it; anything
// else, such as the JPEG 2000 portrait of a chip, decoded within bounds and written as PNG. False when it cannot be.
func shown(k exhibit.Kept, plain []byte) (media string, data []byte, ok bool) {
	limits := picture.DefaultLimits()
	if k.Kind == border.ExhibitChip {
		dg2, err := emrtd.ParseDG2(plain)
		if err != nil || dg2 == nil {
			return "", nil, false
		}
		portrait, there := dg2.Portrait()
		if !there {
			return "", nil, false
		}
		plain, limits = portrait.Data, picture.PortraitLimits()
	}
	switch picture.FormatOf(plain) {
	case picture.JPEG:
		return "image/jpeg", plain, true
	case picture.PNG:
		return "image/png", plain, true
	default:
		return converted(plain, limits)
	}
}

func converted(plain []byte, limits picture.Limits) (string, []byte, bool) {
	decoded, _, err := picture.Decode(plain, limits)
	if err != nil {
		return "", nil, false
	}
	var out bytes.Buffer
	if err := png.Encode(&out, decoded); err != nil {
		return "", nil, false
	}
	return "image/png", out.Bytes(), true
}
