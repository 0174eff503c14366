package emrtd

import (
	"time"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/emrtd/tlv"
)

// DG12 is additional document detail (Doc 9303-10, 4.7.12). All of it is optional.
type DG12 struct {
	Authority    string         `json:"authority,omitempty"`
	Issued       traveldoc.Date `json:"issued,omitzero"`
	OtherPersons []Name         `json:"other_persons,omitempty"`
	Observations string         `json:"observations,omitempty"`
	TaxExit      string         `json:"tax_exit,omitempty"`
	Front        Image          `json:"front,omitzero"`
	Rear         Image          `json:"rear,omitzero"`
	// Personalised is when the chip was written, in the issuer's own time; zero when not stated.
	Personalised time.Time `json:"personalised,omitzero"`
	// System is the serial number of the system that wrote it.
	System   string    `json:"system,omitempty"`
	Other    []Element `json:"other,omitempty"`
	Findings []Finding `json:"-"`
}

// ParseDG12 reads data group 12.
func ParseDG12(data []byte) (*DG12, error) {
	o, err := open(FileDG(12), data)
	if err != nil {
		return nil, err
	}
	d := &DG12{}
	if err := o.details(d.element); err != nil {
		return nil, err
	}
	d.Findings = o.findings
	return d, nil
}

func (d *DG12) element(o *opened, e tlv.Element) error {
	switch e.Tag {
	case 0x5F19:
		d.Authority = o.text(e)
	case 0x5F26:
		d.Issued = o.date(e)
	case 0x5F1A:
		d.OtherPersons = append(d.OtherPersons, o.name(e))
	case repeated:
		return o.each(e, 0x5F1A, func(name tlv.Element) { d.OtherPersons = append(d.OtherPersons, o.name(name)) })
	case 0x5F1B:
		d.Observations = o.text(e)
	case 0x5F1C:
		d.TaxExit = o.text(e)
	case 0x5F1D:
		d.Front = o.image(e)
	case 0x5F1E:
		d.Rear = o.image(e)
	case 0x5F55:
		d.Personalised = o.instant(e)
	case 0x5F56:
		d.System = o.text(e)
	default:
		o.add(UnknownElement, "tag %v", e.Tag)
		d.Other = append(d.Other, Element{e.Tag, e.Value})
	}
	return nil
}

// instant reads a date and time of fourteen digits or seven packed bytes.
func (o *opened) instant(e tlv.Element) time.Time {
	text := string(e.Value)
	if len(e.Value) == 7 {
		text = packed(e.Value)
	}
	at, err := time.Parse("20060102150405", text)
	if err != nil {
		o.add(DateUnreadable, "tag %v: %d bytes: expected YYYYMMDDhhmmss or seven packed bytes", e.Tag, len(e.Value))
		return time.Time{}
	}
	return at
}
