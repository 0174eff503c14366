package emrtd

import (
	"github.com/openbmis/openbmis/traveldoc/emrtd/tlv"
)

// BiometricHeader is what a biometric template says about its data (CBEFF patron format of ISO/IEC 19785-3, Doc 9303-10, 4.7.2.1).
type BiometricHeader struct {
	Version      []byte    `json:"version,omitempty"`
	Type         []byte    `json:"type,omitempty"`
	Subtype      []byte    `json:"subtype,omitempty"`
	Created      []byte    `json:"created,omitempty"`
	Validity     []byte    `json:"validity,omitempty"` // as on the chip, 7 and 8 bytes
	Creator      []byte    `json:"creator,omitempty"`  // product that made it
	Owner        []byte    `json:"owner,omitempty"`    // of the format
	FormatType   []byte    `json:"format_type,omitempty"`
	Other        []Element `json:"other,omitempty"`
	BlockTag     tlv.Tag   `json:"block_tag"` // 5F2E or 7F2E
	BlockSize    int       `json:"block_size"`
	HeaderOffset int       `json:"header_offset"`
}

// BiometricGroup is DG3 (fingers) or DG4 (irises) as far as it is looked at: how many templates there are. The prints themselves are
// not decoded here.
type BiometricGroup struct {
	Count     int               `json:"count"` // as the file says
	Templates []BiometricHeader `json:"templates,omitempty"`
	Findings  []Finding         `json:"-"`
}

// ParseDG3 reads the header of data group 3, fingers.
func ParseDG3(data []byte) (*BiometricGroup, error) { return parseBiometricGroup(3, data) }

// ParseDG4 reads the header of data group 4, irises.
func ParseDG4(data []byte) (*BiometricGroup, error) { return parseBiometricGroup(4, data) }

func parseBiometricGroup(n int, data []byte) (*BiometricGroup, error) {
	o, err := open(FileDG(n), data)
	if err != nil {
		return nil, err
	}
	templates, err := o.templates()
	if err != nil {
		return nil, err
	}
	g := &BiometricGroup{Count: len(templates)}
	for _, t := range templates {
		g.Templates = append(g.Templates, t.BiometricHeader)
	}
	g.Findings = o.findings
	return g, nil
}

// template is a biometric information template: header and data.
type template struct {
	BiometricHeader
	block tlv.Element
}

// maxTemplates is more than there are fingers.
const maxTemplates = 32

// templates reads the group template (7F61) within the file.
func (o *opened) templates() ([]template, error) {
	group, ok := tlv.Find(o.elements, 0x7F61)
	if !ok {
		return nil, o.errorf(0, "expected a group of biometric templates (7F61)")
	}
	elements, err := o.children(group)
	if err != nil {
		return nil, err
	}
	said, found := -1, []template(nil)
	for _, e := range elements {
		switch {
		case e.Tag == 0x02:
			if said, err = o.count(e); err != nil {
				return nil, err
			}
		case e.Tag == 0x7F60 && len(found) == maxTemplates:
			return nil, o.errorf(e.Offset, "more than %d templates", maxTemplates)
		case e.Tag == 0x7F60:
			t, err := o.template(e)
			if err != nil {
				return nil, err
			}
			found = append(found, t)
		default:
			o.add(UnknownElement, "tag %v", e.Tag)
		}
	}
	if said != len(found) {
		o.add(CountDiffers, "count %d, templates %d", said, len(found))
	}
	return found, nil
}

func (o *opened) template(e tlv.Element) (template, error) {
	elements, err := o.children(e)
	if err != nil {
		return template{}, err
	}
	t, seen := template{}, false
	t.HeaderOffset = e.Offset
	for _, part := range elements {
		switch part.Tag {
		case 0xA1:
			if err := o.header(&t.BiometricHeader, part); err != nil {
				return template{}, err
			}
		case 0x5F2E, 0x7F2E:
			t.block, t.BlockTag, t.BlockSize, seen = part, part.Tag, len(part.Value), true
		default:
			t.Other = append(t.Other, Element{part.Tag, part.Value})
			o.add(UnknownElement, "tag %v", part.Tag)
		}
	}
	if !seen {
		return template{}, o.errorf(e.Offset, "expected biometric data (5F2E or 7F2E)")
	}
	return t, nil
}

func (o *opened) header(h *BiometricHeader, e tlv.Element) error {
	parts, err := o.children(e)
	if err != nil {
		return err
	}
	for _, part := range parts {
		switch part.Tag {
		case 0x80:
			h.Version = part.Value
		case 0x81:
			h.Type = part.Value
		case 0x82:
			h.Subtype = part.Value
		case 0x83:
			h.Created = part.Value
		case 0x85:
			h.Validity = part.Value
		case 0x86:
			h.Creator = part.Value
		case 0x87:
			h.Owner = part.Value
		case 0x88:
			h.FormatType = part.Value
		default:
			h.Other = append(h.Other, Element{part.Tag, part.Value})
		}
	}
	return nil
}
