package emrtd

import (
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/emrtd/tlv"
)

// DG11 is additional personal detail (Doc 9303-10, 4.7.11). All of it is optional.
type DG11 struct {
	Name             Name           `json:"name,omitzero"`
	OtherNames       []Name         `json:"other_names,omitempty"`
	PersonalNumber   string         `json:"personal_number,omitempty"`
	BirthDate        traveldoc.Date `json:"birth_date,omitzero"`
	BirthPlace       []string       `json:"birth_place,omitempty"`
	Address          []string       `json:"address,omitempty"`
	Telephone        string         `json:"telephone,omitempty"`
	Profession       string         `json:"profession,omitempty"`
	Title            string         `json:"title,omitempty"`
	Summary          string         `json:"summary,omitempty"`
	CitizenshipProof Image          `json:"citizenship_proof,omitzero"`
	OtherDocuments   []string       `json:"other_documents,omitempty"`
	Custody          string         `json:"custody,omitempty"`
	Other            []Element      `json:"other,omitempty"`
	Findings         []Finding      `json:"-"`
}

// ParseDG11 reads data group 11.
func ParseDG11(data []byte) (*DG11, error) {
	o, err := open(FileDG(11), data)
	if err != nil {
		return nil, err
	}
	d := &DG11{}
	if err := o.details(d.element); err != nil {
		return nil, err
	}
	d.Findings = o.findings
	return d, nil
}

// details visits the elements of a data group whose first one lists the tags of the others.
func (o *opened) details(visit func(*opened, tlv.Element) error) error {
	for _, e := range o.elements {
		var err error
		if e.Tag == 0x5C {
			err = o.listed(e.Value)
		} else {
			err = visit(o, e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *DG11) element(o *opened, e tlv.Element) error {
	if target := d.textOf(e.Tag); target != nil {
		*target = o.text(e)
		return nil
	}
	switch e.Tag {
	case 0x5F0E:
		d.Name = o.name(e)
	case 0x5F0F:
		d.OtherNames = append(d.OtherNames, o.name(e))
	case repeated:
		return o.each(e, 0x5F0F, func(name tlv.Element) { d.OtherNames = append(d.OtherNames, o.name(name)) })
	case 0x5F2B:
		d.BirthDate = o.date(e)
	case 0x5F11:
		d.BirthPlace = o.parts(e)
	case 0x5F42:
		d.Address = o.parts(e)
	case 0x5F16:
		d.CitizenshipProof = o.image(e)
	case 0x5F17:
		d.OtherDocuments = o.parts(e)
	default:
		o.add(UnknownElement, "tag %v", e.Tag)
		d.Other = append(d.Other, Element{e.Tag, e.Value})
	}
	return nil
}

// textOf is where the text of a plain element goes.
func (d *DG11) textOf(tag tlv.Tag) *string {
	return map[tlv.Tag]*string{
		0x5F10: &d.PersonalNumber, 0x5F12: &d.Telephone, 0x5F13: &d.Profession, 0x5F14: &d.Title, 0x5F15: &d.Summary,
		0x5F18: &d.Custody,
	}[tag]
}

// each visits the elements with the tag within a template that repeats them, and holds their number against what it says.
func (o *opened) each(e tlv.Element, tag tlv.Tag, visit func(tlv.Element)) error {
	within, err := o.children(e)
	if err != nil {
		return err
	}
	said, n := -1, 0
	for _, part := range within {
		switch part.Tag {
		case 0x02:
			if said, err = o.count(part); err != nil {
				return err
			}
		case tag:
			n++
			visit(part)
		default:
			o.add(UnknownElement, "tag %v", part.Tag)
		}
	}
	if said != n {
		o.add(CountDiffers, "count %d, elements %d", said, n)
	}
	return nil
}

// image is the picture in an element, with a finding when its kind is not known.
func (o *opened) image(e tlv.Element) Image {
	image := imageOf(e.Value)
	if image.MediaType == "" {
		o.add(ImageUnknown, "tag %v: %d bytes", e.Tag, len(e.Value))
	}
	return image
}
