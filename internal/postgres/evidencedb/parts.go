package evidencedb

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// part is one thing of a reading that is kept by itself.
type part struct {
	kind  border.ExhibitKind
	name  string
	media string
	data  []byte
}

const bytesOfUnknownType = "application/octet-stream"

// outline is a reading without its bytes, and where they are: what is kept as the exhibit of kind "reading".
type outline struct {
	Reading  reader.Reading       `json:"reading"`
	Images   []uuid.UUID          `json:"images,omitempty"` // in the order of Reading.Images; the nil id stands for one without bytes
	Files    map[string]uuid.UUID `json:"files,omitempty"`
	Barcodes []uuid.UUID          `json:"barcodes,omitempty"`
}

// split takes the bytes out of a reading. fill gives the outline once the parts have ids, in their order.
func split(r reader.Reading) (parts []part, fill func(ids []uuid.UUID) outline) {
	names := map[string]int{}
	for _, i := range r.Images {
		parts = append(parts, part{imageKind(i.Light), unique(names, string(i.Light), i.Page), i.MediaType, i.Data})
	}
	files := fileNames(r.Chip)
	for _, name := range files {
		parts = append(parts, part{border.ExhibitChip, name, bytesOfUnknownType, r.Chip.Files[name]})
	}
	for _, b := range r.Barcodes {
		parts = append(parts, part{border.ExhibitBarcode, unique(names, b.Symbology, 0), bytesOfUnknownType, b.Data})
	}
	return parts, func(ids []uuid.UUID) outline {
		n := len(r.Images)
		o := outline{Reading: bare(r), Images: ids[:n:n], Barcodes: ids[n+len(files):]}
		if len(files) > 0 {
			o.Files = make(map[string]uuid.UUID, len(files))
			for i, name := range files {
				o.Files[name] = ids[n+i]
			}
		}
		return o
	}
}

func imageKind(l reader.Light) border.ExhibitKind {
	if l == reader.PortraitCut {
		return border.ExhibitPortrait
	}
	return border.ExhibitPage
}

// unique names a part by what it is and its page or number, and never two alike.
func unique(taken map[string]int, what string, page int) string {
	name := what + "/" + strconv.Itoa(page)
	taken[name]++
	if n := taken[name]; n > 1 {
		name += "/" + strconv.Itoa(n)
	}
	return name
}

func fileNames(c *reader.Chip) []string {
	if c == nil {
		return nil
	}
	names := make([]string, 0, len(c.Files))
	for name := range c.Files {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// bare is the reading without the bytes of its parts. The reading handed in is not changed.
func bare(r reader.Reading) reader.Reading {
	r.Images, r.Barcodes = slices.Clone(r.Images), slices.Clone(r.Barcodes)
	for n := range r.Images {
		r.Images[n].Data = nil
	}
	for n := range r.Barcodes {
		r.Barcodes[n].Data = nil
	}
	if r.Chip != nil {
		chip := *r.Chip
		chip.Files = nil
		r.Chip = &chip
	}
	return r
}

// join puts the bytes back. What is not there stays without bytes; its name is still told.
func (o outline) join(bytes map[uuid.UUID][]byte) *reader.Reading {
	r := o.Reading
	for n := range min(len(r.Images), len(o.Images)) {
		r.Images[n].Data = bytes[o.Images[n]]
	}
	for n := range min(len(r.Barcodes), len(o.Barcodes)) {
		r.Barcodes[n].Data = bytes[o.Barcodes[n]]
	}
	if r.Chip != nil && len(o.Files) > 0 {
		r.Chip.Files = make(map[string][]byte, len(o.Files))
		for name, id := range o.Files {
			if data, here := bytes[id]; here {
				r.Chip.Files[name] = data
			}
		}
	}
	return &r
}

// exhibits are the ids that the outline names.
func (o outline) exhibits() []uuid.UUID {
	ids := slices.Concat(o.Images, o.Barcodes)
	for _, id := range o.Files {
		ids = append(ids, id)
	}
	return ids
}

func (o outline) part() (part, error) {
	data, err := json.Marshal(o)
	return part{border.ExhibitReading, "reading", "application/json", data}, err
}

func parseOutline(data []byte) (o outline, err error) {
	if err := json.Unmarshal(data, &o); err != nil {
		return o, fmt.Errorf("kept reading: %w", err)
	}
	return o, nil
}
