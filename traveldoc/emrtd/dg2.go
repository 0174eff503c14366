package emrtd

import (
	"bytes"

	"github.com/openbmis/openbmis/traveldoc/emrtd/tlv"
)

// The bounds of DG2.
const (
	MaxFaces  = 4  // faces in all templates together
	MaxPoints = 32 // feature points of a face
)

// DG2 is the encoded face (Doc 9303-10, 4.7.2).
type DG2 struct {
	Templates []BiometricHeader `json:"templates,omitempty"`
	Faces     []Face            `json:"faces,omitempty"`
	Findings  []Finding         `json:"-"`
}

// Portrait is the first face whose image is of a known kind; false when there is none.
func (d *DG2) Portrait() (Image, bool) {
	for _, face := range d.Faces {
		if face.Image.MediaType != "" {
			return face.Image, true
		}
	}
	return Image{}, false
}

// ParseDG2 reads data group 2.
func ParseDG2(data []byte) (*DG2, error) {
	o, err := open(FileDG(2), data)
	if err != nil {
		return nil, err
	}
	templates, err := o.templates()
	if err != nil {
		return nil, err
	}
	d := &DG2{}
	for _, t := range templates {
		d.Templates = append(d.Templates, t.BiometricHeader)
		faces, err := o.faces(t, MaxFaces-len(d.Faces))
		if err != nil {
			return nil, err
		}
		d.Faces = append(d.Faces, faces...)
	}
	if len(d.Faces) == 0 {
		return nil, o.errorf(0, "expected a face")
	}
	for i, face := range d.Faces {
		if face.Image.MediaType == "" {
			o.add(ImageUnknown, "face %d: %d bytes", i+1, len(face.Image.Data))
		}
	}
	d.Findings = o.findings
	return d, nil
}

// faces reads one biometric data block, by what it begins with: the tag around it is not always the right one.
func (o *opened) faces(t template, room int) ([]Face, error) {
	if bytes.HasPrefix(t.block.Value, []byte(faceMagic)) {
		return o.faceRecord(t.block, room)
	}
	return o.faceContainer(t.block, room)
}

// faceContainer finds the images in a block of ISO/IEC 39794-5: BER elements of which the image is a primitive one. Everything around
// it is left alone.
func (o *opened) faceContainer(block tlv.Element, room int) ([]Face, error) {
	outer, err := tlv.All(block.Value)
	if err != nil {
		return nil, o.errorf(block.Offset, "neither a face record of ISO/IEC 19794-5 nor elements of ISO/IEC 39794-5: %v", err)
	}
	var faces []Face
	for _, e := range outer {
		for leaf := range e.Walk() {
			image := imageOf(leaf.Value)
			if image.MediaType == "" {
				continue
			}
			if len(faces) == room {
				return nil, o.errorf(block.Offset, "more than %d faces", MaxFaces)
			}
			faces = append(faces, Face{Format: ISO39794, Image: image})
		}
	}
	if len(faces) == 0 {
		return nil, o.errorf(block.Offset, "no JPEG, JPEG 2000 or PNG in the block")
	}
	return faces, nil
}
