package an2k

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/record/codec"
	"github.com/openbmis/openbmis/biometrics/record/internal/octets"
)

// binaryHead is the length of a Type-4 record's fixed part.
const binaryHead = 18

// Binary is a Type-4 record: a grey image of one finger or several, in binary fields.
type Binary struct {
	IDC         uint8
	Impression  uint8
	Positions   [6]uint8 // the image's and, when it may be one of several fingers, the others'; 255: none
	Scanning    uint8    // 0: at the file's nominal resolution (1.012), 1: at its native scanning resolution (1.011)
	Width       uint16
	Height      uint16
	Compression uint8 // table of grey compression algorithms: 0 none, 1 WSQ, ...
	Data        []byte
}

func typeFour(r *octets.Reader) Record {
	at := r.Offset()
	length := r.U32("record length")
	if length < binaryHead {
		r.Fail(at, "record length", "%d, expected at least %d", length, binaryHead)
	}
	body := r.Sub(int(min(length, math.MaxInt32))-4, "Type-4 record")
	b := &Binary{IDC: body.U8("IDC"), Impression: body.U8("impression type")}
	copy(b.Positions[:], body.Bytes(len(b.Positions), "finger positions"))
	b.Scanning = body.U8("image scanning resolution")
	b.Width, b.Height, b.Compression = body.U16("width"), body.U16("height"), body.U8("compression")
	b.Data = body.Bytes(body.Left(), "image")
	r.Adopt(body)
	return Record{Type: 4, Binary: b}
}

func (b *Binary) append(out []byte) ([]byte, error) {
	if int64(len(b.Data)) > math.MaxInt32-binaryHead {
		return nil, fmt.Errorf("an2k: Type-4 record: %d bytes of image", len(b.Data))
	}
	out = binary.BigEndian.AppendUint32(out, uint32(len(b.Data)+binaryHead)) //nolint:gosec // checked
	out = append(append(out, b.IDC, b.Impression), b.Positions[:]...)
	out = binary.BigEndian.AppendUint16(append(out, b.Scanning), b.Width)
	out = append(binary.BigEndian.AppendUint16(out, b.Height), b.Compression)
	return append(out, b.Data...), nil
}

// compression is the table of grey compression algorithms by number.
func (b *Binary) compression() codec.Compression {
	names := []codec.Compression{codec.Raw, codec.WSQ, codec.JPEG, codec.JPEGLossless, codec.JPEG2000, codec.JPEG2000Lossless, codec.PNG}
	if int(b.Compression) < len(names) {
		return names[b.Compression]
	}
	return codec.Compression(fmt.Sprintf("compression_%d", b.Compression))
}

// positionOf is a friction ridge position as the finger it shows: 11 and 12 are the plain thumbs of a card.
func positionOf(code int) biometrics.Position {
	switch {
	case code == 11:
		return biometrics.RightThumb
	case code == 12:
		return biometrics.LeftThumb
	case code >= 0 && code <= 15:
		return biometrics.Position(code)
	default:
		return biometrics.UnknownFinger
	}
}
