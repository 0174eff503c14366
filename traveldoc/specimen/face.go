package specimen

import "encoding/binary"

// faceRecord is a record of ISO/IEC 19794-5:2005 with one portrait, a JPEG, and no feature points.
func faceRecord(portrait []byte, width, height int, sex string) []byte {
	const header, information = 14, 32
	gender := map[string]byte{"M": 1, "F": 2}[sex]
	block := information + len(portrait)
	out := make([]byte, 0, header+block)
	out = append(out, "FAC\x00010\x00"...)
	out = binary.BigEndian.AppendUint32(out, uint32(header+block)) //nolint:gosec // far below 4 GB
	out = binary.BigEndian.AppendUint16(out, 1)
	out = binary.BigEndian.AppendUint32(out, uint32(block)) //nolint:gosec // far below 4 GB
	out = binary.BigEndian.AppendUint16(out, 0)
	out = append(out, gender, 0, 0)                          // eyes, hair: unspecified
	out = append(out, make([]byte, 3+2+3+3)...)              // properties, expression, pose, uncertainty: unspecified
	out = append(out, 1, 0)                                  // full frontal, JPEG
	out = binary.BigEndian.AppendUint16(out, uint16(width))  //nolint:gosec // a small picture
	out = binary.BigEndian.AppendUint16(out, uint16(height)) //nolint:gosec // a small picture
	out = append(out, 1, 0, 0, 0, 0, 0)                      // sRGB; source, device, quality: unspecified
	return append(out, portrait...)
}
