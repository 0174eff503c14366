package hits

import (
	"bytes"
	"errors"
	"image/png"
	"net/http"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/picture"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/ui/web"
)

// picture gives a picture of the hit's alert.
func (h *handlers) picture(c *web.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	p, err := h.Pictures.Picture(c.Ctx(), id, c.Param("digest"), look(c, id))
	if err != nil {
		return err
	}
	media, data, ok := browsable(p.JPEG)
	if !ok {
		return hit.ErrNoSuchHit
	}
	return c.Blob(http.StatusOK, media, data)
}

func look(c *web.Context, id uuid.UUID) audit.Entry {
	entry := c.Actor().Entry(c.Now(), audit.Consultation, "hit", id.String())
	entry.Purpose, entry.Decision = hit.PurposeOfHits, "picture"
	return entry
}

// portrait gives the traveller's picture as a reader read it: the chip's before the one that was cut out of the page.
func (h *handlers) portrait(c *web.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	if h.Readings == nil {
		return hit.ErrNoSuchHit
	}
	d, err := h.Desk.Look(c.Ctx(), c.Actor(), id)
	if err != nil {
		return err
	}
	entry := c.Actor().Entry(c.Now(), audit.Consultation, "inspection", d.Hit.Raise.Inspection.String())
	entry.Purpose, entry.Decision = hit.PurposeOfHits, "portrait"
	reading, err := h.Readings.KeptReading(c.Ctx(), d.Hit.Raise.Inspection, entry)
	if errors.Is(err, border.ErrReadingGone) || err == nil && reading == nil {
		return hit.ErrNoSuchHit
	}
	if err != nil {
		return err
	}
	media, data, ok := portraitOf(reading)
	if !ok {
		return hit.ErrNoSuchHit
	}
	return c.Blob(http.StatusOK, media, data)
}

func portraitOf(r *reader.Reading) (media string, data []byte, ok bool) {
	if r.Chip != nil {
		if dg2, err := emrtd.ParseDG2(r.Chip.Files["DG2"]); err == nil && dg2 != nil {
			if portrait, there := dg2.Portrait(); there {
				if media, data, ok = browsable(portrait.Data); ok {
					return media, data, true
				}
			}
		}
	}
	for _, i := range r.Images {
		if i.Light == reader.PortraitCut {
			return browsable(i.Data)
		}
	}
	return "", nil, false
}

// browsable is an image as browsers show it, told by its own bytes: what they know as it is, anything else decoded within bounds.
func browsable(plain []byte) (media string, data []byte, ok bool) {
	switch picture.FormatOf(plain) {
	case picture.JPEG:
		return "image/jpeg", plain, true
	case picture.PNG:
		return "image/png", plain, true
	default:
	}
	decoded, _, err := picture.Decode(plain, picture.PortraitLimits())
	if err != nil {
		return "", nil, false
	}
	var out bytes.Buffer
	if err := png.Encode(&out, decoded); err != nil {
		return "", nil, false
	}
	return "image/png", out.Bytes(), true
}
