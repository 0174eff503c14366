package crosscheck

import (
	"context"
	"slices"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// Images holds what the images and the device itself say of the document: evidence with its source. Nothing about ultraviolet,
// infrared or a hologram is computed here.
type Images struct {
	Rules     Rules
	Equipment Equipment
	// Zone looks at how the characters of the zone stand on an image; nil: not done.
	Zone func(image reader.Image) (Grid, error)
}

// Grid is how the characters of a zone stand.
type Grid struct {
	// Text is the zone as read from the image, lines joined by \n, and not constrained by anything.
	Text string
	// Odd are the positions, such as "2:14", whose character stands or looks otherwise than its neighbours.
	Odd []string
}

var _ border.Check = Images{}

// Name is "document.image".
func (Images) Name() string { return ImageCheck }

// Check does not apply where nobody reads pages and none was read.
func (c Images) Check(ctx context.Context, s border.Subject) (border.Finding, error) {
	j := newJudge(ImageCheck, c.Rules, s)
	pages := j.pages()
	if len(pages) == 0 && (s.Reading == nil || s.Reading.Zone == nil && len(s.Reading.Authenticity) == 0) {
		if c.Equipment < PageReaders {
			return border.NotApplicable(ImageCheck, ZoneOnly), nil
		}
		j.add("image.zone", notDone(ReasonNoPage))
		f := j.finding(ImageCheck)
		f.Reason = ReasonNoPage
		return f, nil
	}
	j.zoneReading()
	j.pageImages(ctx, c.Zone, pages)
	j.device()
	return j.finding(ImageCheck), nil
}

// pages are the images on which the zone may stand: those in white light, by page, or else those in infrared, which shows the zone alone.
func (j *judge) pages() []reader.Image {
	if j.Reading == nil {
		return nil
	}
	for _, light := range []reader.Light{reader.White, reader.Infrared} {
		var pages []reader.Image
		for _, i := range j.Reading.Images {
			if i.Light == light && len(i.Data) > 0 {
				pages = append(pages, i)
			}
		}
		if len(pages) > 0 {
			slices.SortStableFunc(pages, func(a, b reader.Image) int { return a.Page - b.Page })
			return pages
		}
	}
	return nil
}

func (j *judge) pageImages(ctx context.Context, zone func(reader.Image) (Grid, error), pages []reader.Image) {
	switch {
	case len(pages) == 0:
		j.add("image.zone", notDone(ReasonNoPage))
		return
	case zone == nil:
		j.add("image.zone", notDone(ReasonNotRead))
	default:
		j.zoneOfImage(firstZone(ctx, zone, pages))
	}
	for _, page := range pages {
		if name := Software(page.Data); name != "" {
			j.add("image.software", fail(ReasonEdited, value("image", "software", name)))
			return
		}
	}
	j.add("image.software", pass())
}

// firstZone is the zone of the first page that has one: a card has it on its back.
func firstZone(ctx context.Context, zone func(reader.Image) (Grid, error), pages []reader.Image) (g Grid, err error) {
	for _, page := range pages {
		if g, err = zone(page); err == nil || ctx.Err() != nil {
			break
		}
	}
	return g, err
}

// zoneOfImage: the image must show the zone that the device told.
func (j *judge) zoneOfImage(g Grid, err error) {
	if err != nil {
		j.add("image.zone", unsure(ReasonUnreadable))
		j.add("image.grid", notDone(ReasonUnreadable))
		return
	}
	a, b := value("image", "zone", g.Text), value("mrz", "zone", j.Document.MRZ)
	switch {
	case j.Document.MRZ == "":
		j.add("image.zone", notDone(ReasonNoZone, a))
	case lettersOf(g.Text) != lettersOf(j.Document.MRZ):
		j.add("image.zone", unsure(ReasonDiffers, a, b)) // our own reading may be the one that is wrong
	default:
		j.add("image.zone", pass(a, b))
	}
	if len(g.Odd) > 0 {
		r := fail(ReasonAltered)
		for _, at := range g.Odd {
			r.values = append(r.values, value("image", "position", at))
		}
		j.add("image.grid", r)
		return
	}
	j.add("image.grid", pass())
}

func lettersOf(zone string) string {
	out := make([]byte, 0, len(zone))
	for n := range len(zone) {
		if c := zone[n]; c > ' ' {
			out = append(out, c)
		}
	}
	return string(out)
}

// device are the device's own verdicts, one step for each.
func (j *judge) device() {
	if j.Reading == nil {
		return
	}
	for _, a := range j.Reading.Authenticity {
		var r result
		switch a.Result {
		case reader.OK:
			r = pass()
		case reader.Error:
			r = fail(ReasonDeviceRejects)
		case reader.WasNotDone:
			r = notDone(ReasonNotRead)
		}
		r.detail = a.Detail
		r.values = append(r.values, value("device", a.Feature, deviceName(j.Reading.Device)))
		j.addAs(DeviceItem, DeviceItem+"."+a.Feature, r)
	}
}

func deviceName(d reader.Device) string {
	name := d.Vendor
	if d.Model != "" {
		name += " " + d.Model
	}
	if name == "" {
		name = "?"
	}
	return name
}
