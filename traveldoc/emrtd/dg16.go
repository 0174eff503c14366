package emrtd

import (
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/emrtd/tlv"
)

// DG16 is whom to notify (Doc 9303-10, 4.7.16).
type DG16 struct {
	Persons  []Contact `json:"persons,omitempty"`
	Findings []Finding `json:"-"`
}

// Contact is somebody to notify in an emergency.
type Contact struct {
	Recorded  traveldoc.Date `json:"recorded,omitzero"`
	Name      Name           `json:"name,omitzero"`
	Telephone string         `json:"telephone,omitempty"`
	Address   []string       `json:"address,omitempty"`
}

// ParseDG16 reads data group 16.
func ParseDG16(data []byte) (*DG16, error) {
	o, err := open(FileDG(16), data)
	if err != nil {
		return nil, err
	}
	d, said := &DG16{}, -1
	for _, e := range o.elements {
		switch {
		case e.Tag == 0x02:
			if said, err = o.count(e); err != nil {
				return nil, err
			}
		case e.Tag >= 0xA0 && e.Tag <= 0xBE: // one template a person: A1, A2 ...
			contact, err := o.contact(e)
			if err != nil {
				return nil, err
			}
			d.Persons = append(d.Persons, contact)
		default:
			o.add(UnknownElement, "tag %v", e.Tag)
		}
	}
	if said != len(d.Persons) {
		o.add(CountDiffers, "count %d, persons %d", said, len(d.Persons))
	}
	d.Findings = o.findings
	return d, nil
}

func (o *opened) contact(e tlv.Element) (Contact, error) {
	parts, err := o.children(e)
	if err != nil {
		return Contact{}, err
	}
	var c Contact
	for _, part := range parts {
		switch part.Tag {
		case 0x5F50:
			c.Recorded = o.date(part)
		case 0x5F51:
			c.Name = o.name(part)
		case 0x5F52:
			c.Telephone = o.text(part)
		case 0x5F53:
			c.Address = o.parts(part)
		default:
			o.add(UnknownElement, "tag %v", part.Tag)
		}
	}
	return c, nil
}
