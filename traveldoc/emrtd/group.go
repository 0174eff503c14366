package emrtd

import (
	"fmt"

	"github.com/openbmis/openbmis/traveldoc/emrtd/tlv"
)

// Element is an element that the standard does not name at its place, kept as it is.
type Element struct {
	Tag   tlv.Tag `json:"tag"`
	Value []byte  `json:"value,omitempty"`
}

// opened is a file whose outermost element and the elements within it are read.
type opened struct {
	notes
	root     tlv.Element
	elements []tlv.Element
}

// open reads the outermost element of a file and those within it.
func open(name string, data []byte) (*opened, error) {
	o, err := openPlain(name, data)
	if err != nil {
		return nil, err
	}
	o.elements, err = o.root.Children()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return o, nil
}

// openPlain reads the outermost element of a file alone.
func openPlain(name string, data []byte) (*opened, error) {
	o := &opened{notes: notes{file: name}}
	root, trailing, err := content(name, data)
	if err != nil {
		return nil, err
	}
	if trailing > 0 {
		o.add(TrailingBytes, "%d bytes follow the element of %d bytes", trailing, len(root.Raw))
	}
	o.root = root
	return o, nil
}

// children are the elements within e.
func (o *opened) children(e tlv.Element) ([]tlv.Element, error) {
	found, err := e.Children()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.file, err)
	}
	return found, nil
}

// count reads a number of templates (tag 02), which is a small positive integer.
func (o *opened) count(e tlv.Element) (int, error) {
	if len(e.Value) < 1 || len(e.Value) > 2 {
		return 0, o.errorf(e.Offset, "count of %d bytes: expected 1", len(e.Value))
	}
	n := 0
	for _, b := range e.Value {
		n = n<<8 | int(b)
	}
	return n, nil
}

// maxList is how many bytes a file's own list of tags may have.
const maxList = 256

// listed notes what the file's own list (tag 5C) names and does not hold.
func (o *opened) listed(list []byte) error {
	if len(list) > maxList {
		return o.errorf(o.root.Offset, "list of tags of %d bytes: expected at most %d", len(list), maxList)
	}
	for at := 0; at < len(list); {
		tag, n, err := tlv.ReadTag(list[at:])
		if err != nil {
			return o.errorf(at, "list of tags: %v", err)
		}
		at += n
		if !o.holds(tag) {
			o.add(MissingElement, "tag %v is in the file's list and not in the file", tag)
		}
	}
	return nil
}

// holds also looks into the one level of templates (A0) that repeated elements stand in.
func (o *opened) holds(tag tlv.Tag) bool {
	if _, ok := tlv.Find(o.elements, tag); ok {
		return true
	}
	for _, e := range o.elements {
		if e.Tag != repeated {
			continue
		}
		within, err := e.Children()
		if _, ok := tlv.Find(within, tag); err == nil && ok {
			return true
		}
	}
	return false
}

// repeated is the template around elements of which there may be several (Doc 9303-10, DG11 and DG12).
const repeated tlv.Tag = 0xA0
