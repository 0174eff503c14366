package emrtd

import "github.com/openbmis/openbmis/traveldoc/emrtd/tlv"

// Images is DG5 (displayed portrait), DG6 or DG7 (displayed signature or usual mark): pictures as they are printed (Doc 9303-10, 4.7.5).
type Images struct {
	Images   []Image   `json:"images,omitempty"`
	Findings []Finding `json:"-"`
}

// ParseDG5 reads data group 5, the displayed portrait.
func ParseDG5(data []byte) (*Images, error) { return parseImages(5, 0x5F40, data) }

// ParseDG7 reads data group 7, the displayed signature or usual mark.
func ParseDG7(data []byte) (*Images, error) { return parseImages(7, 0x5F43, data) }

func parseImages(n int, tag tlv.Tag, data []byte) (*Images, error) {
	o, err := open(FileDG(n), data)
	if err != nil {
		return nil, err
	}
	d := &Images{}
	if err := o.each(o.root, tag, func(e tlv.Element) { d.Images = append(d.Images, o.image(e)) }); err != nil {
		return nil, err
	}
	if len(d.Images) == 0 {
		return nil, o.errorf(0, "expected an image (%v)", tag)
	}
	d.Findings = o.findings
	return d, nil
}
