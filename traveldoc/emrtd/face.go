package emrtd

import (
	"encoding/binary"

	"github.com/openbmis/openbmis/traveldoc/emrtd/tlv"
)

// FaceFormat is the standard that a face is encoded by.
type FaceFormat string

// The formats.
const (
	ISO19794 FaceFormat = "iso19794-5"
	ISO39794 FaceFormat = "iso39794-5"
)

// Face is one face. All but Format and Image are of ISO/IEC 19794-5 alone, in its codes; 0 means not stated.
type Face struct {
	Format          FaceFormat     `json:"format"`
	Image           Image          `json:"image,omitzero"`
	Gender          byte           `json:"gender,omitempty"`
	Eyes            byte           `json:"eyes,omitempty"`
	Hair            byte           `json:"hair,omitempty"`
	Properties      uint32         `json:"properties,omitempty"` // 3 bytes: glasses, moustache, beard ...
	Expression      uint16         `json:"expression,omitempty"`
	Pose            [3]byte        `json:"pose,omitzero"`
	PoseUncertainty [3]byte        `json:"pose_uncertainty,omitzero"` // yaw, pitch, roll
	Points          []FeaturePoint `json:"points,omitempty"`
	ImageType       byte           `json:"image_type,omitempty"`
	// DataType is what the record says: 0 JPEG, 1 JPEG 2000. Image.MediaType is what it is.
	DataType    byte   `json:"data_type,omitempty"`
	Width       int    `json:"width"`
	Height      int    `json:"height"` // pixels, as the record says
	ColourSpace byte   `json:"colour_space,omitempty"`
	SourceType  byte   `json:"source_type,omitempty"`
	Device      uint16 `json:"device,omitempty"`
	Quality     uint16 `json:"quality,omitempty"`
}

// FeaturePoint is a point of the face, such as a pupil (ISO/IEC 19794-5, 5.6).
type FeaturePoint struct {
	Type byte `json:"type,omitempty"`
	Code byte `json:"code,omitempty"` // Code: major and minor code of ISO/IEC 14496-2, a half byte each
	X    int  `json:"x"`
	Y    int  `json:"y"` // pixels
}

// The fixed parts of a face record (ISO/IEC 19794-5, version 010).
const (
	faceMagic    = "FAC\x00"
	faceVersion  = "010\x00"
	recordHeader = 14 // magic, version, length 4, faces 2
	faceHeader   = 20
	pointSize    = 8
	imageHeader  = 12
	// tolerance is by how many bytes real records err about their own length.
	tolerance = 8
)

// faceRecord reads a record of version 010. room is how many faces there may still be.
func (o *opened) faceRecord(block tlv.Element, room int) ([]Face, error) {
	data, base := block.Value, block.Offset+len(block.Raw)-len(block.Value)
	if len(data) < recordHeader || string(data[4:8]) != faceVersion {
		return nil, o.errorf(base, "face record of %d bytes: expected version 010 of ISO/IEC 19794-5", len(data))
	}
	count := int(binary.BigEndian.Uint16(data[12:]))
	switch said := int64(binary.BigEndian.Uint32(data[8:])); {
	case said == int64(len(data)):
	case said < int64(len(data))-tolerance || said > int64(len(data))+tolerance:
		return nil, o.errorf(base, "face record says %d bytes and has %d", said, len(data))
	default:
		o.add(LengthDiffers, "face record says %d bytes and has %d", said, len(data))
	}
	if count < 1 || count > room {
		return nil, o.errorf(base, "%d faces: expected 1 to %d in all", count, MaxFaces)
	}
	return o.facesOf(data, base, count)
}

func (o *opened) facesOf(data []byte, base, count int) ([]Face, error) {
	faces := make([]Face, 0, count)
	at := recordHeader
	for i := range count {
		if len(data)-at < faceHeader+imageHeader {
			return nil, o.errorf(base+at, "face %d: %d bytes left: expected at least %d", i+1, len(data)-at, faceHeader+imageHeader)
		}
		size, err := o.blockSize(data[at:], base+at, i == count-1)
		if err != nil {
			return nil, err
		}
		face, err := o.face(data[at:at+size], base+at)
		if err != nil {
			return nil, err
		}
		faces = append(faces, face)
		at += size
	}
	return faces, nil
}

// blockSize is how many bytes the face's block takes. The last face takes what is there.
func (o *opened) blockSize(data []byte, offset int, last bool) (int, error) {
	said := int64(binary.BigEndian.Uint32(data))
	left := int64(len(data))
	switch {
	case said == left, !last && said < left && said >= faceHeader+imageHeader:
		return int(said), nil
	case last && said >= left-tolerance && said <= left+tolerance:
		o.add(LengthDiffers, "face block says %d bytes and has %d", said, left)
		return len(data), nil
	}
	return 0, o.errorf(offset, "face block says %d bytes, %d left", said, left)
}

// face reads one block: face information, feature points, image information, image.
func (o *opened) face(b []byte, offset int) (Face, error) {
	points := int(binary.BigEndian.Uint16(b[4:]))
	image := faceHeader + points*pointSize
	switch {
	case points > MaxPoints:
		return Face{}, o.errorf(offset, "%d feature points: expected at most %d", points, MaxPoints)
	case len(b) <= image+imageHeader:
		return Face{}, o.errorf(offset, "face block of %d bytes: no image behind %d points", len(b), points)
	}
	f := Face{
		Format: ISO19794, Gender: b[6], Eyes: b[7], Hair: b[8],
		Properties: uint32(b[9])<<16 | uint32(b[10])<<8 | uint32(b[11]),
		Expression: binary.BigEndian.Uint16(b[12:]),
		Pose:       [3]byte(b[14:17]), PoseUncertainty: [3]byte(b[17:20]),
	}
	for p := b[faceHeader:image]; len(p) > 0; p = p[pointSize:] {
		x, y := binary.BigEndian.Uint16(p[2:]), binary.BigEndian.Uint16(p[4:])
		f.Points = append(f.Points, FeaturePoint{Type: p[0], Code: p[1], X: int(x), Y: int(y)})
	}
	f.imageInformation(b[image:])
	return f, nil
}

func (f *Face) imageInformation(b []byte) {
	f.ImageType, f.DataType = b[0], b[1]
	f.Width, f.Height = int(binary.BigEndian.Uint16(b[2:])), int(binary.BigEndian.Uint16(b[4:]))
	f.ColourSpace, f.SourceType = b[6], b[7]
	f.Device, f.Quality = binary.BigEndian.Uint16(b[8:]), binary.BigEndian.Uint16(b[10:])
	f.Image = imageOf(b[imageHeader:])
}
