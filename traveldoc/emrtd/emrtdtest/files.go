package emrtdtest

import (
	"encoding/binary"
	"slices"

	"github.com/openbmis/openbmis/traveldoc/emrtd/tlv"
)

// Zone is the machine readable zone of the standard's own specimen (Doc 9303-4, appendix A).
const Zone = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO7408122F1204159ZE184226B<<<<<10"

// Picture begins as a JPEG does; nothing behind it is one.
func Picture() []byte {
	return append([]byte{0xFF, 0xD8, 0xFF, 0xE0}, "no picture, only its first bytes"...)
}

// COM is EF.COM with the data groups' tags.
func COM(tags ...byte) []byte {
	return tlv.Write(0x60, tlv.Write(0x5F01, []byte("0107")), tlv.Write(0x5F36, []byte("040000")), tlv.Write(0x5C, tags))
}

// DG1 holds the zone, without line ends.
func DG1(zone string) []byte { return tlv.Write(0x61, tlv.Write(0x5F1F, []byte(zone))) }

// FaceRecord is a record of ISO/IEC 19794-5 with a face an image, each with so many feature points.
func FaceRecord(points int, images ...[]byte) []byte {
	var faces []byte
	for _, image := range images {
		face := make([]byte, 20+8*points+12, 20+8*points+12+len(image))
		binary.BigEndian.PutUint32(face, uint32(cap(face)))  //nolint:gosec // small
		binary.BigEndian.PutUint16(face[4:], uint16(points)) //nolint:gosec // small
		face[6] = 2
		for i := range points {
			copy(face[20+8*i:], []byte{1, 0x31, 0, byte(i), 0, 9})
		}
		copy(face[20+8*points:], []byte{1, 0, 0x01, 0xC1, 0x02, 0x56, 1, 2})
		faces = append(faces, append(face, image...)...)
	}
	record := append([]byte("FAC\x00010\x00"), make([]byte, 6)...)
	binary.BigEndian.PutUint32(record[8:], uint32(len(record)+len(faces))) //nolint:gosec // small
	binary.BigEndian.PutUint16(record[12:], uint16(len(images)))           //nolint:gosec // small
	return append(record, faces...)
}

// DG2 holds biometric data blocks of ISO/IEC 19794-5, a template each.
func DG2(blocks ...[]byte) []byte { return biometric(0x75, 0x5F2E, blocks) }

// DG2Container holds biometric data blocks of ISO/IEC 39794-5.
func DG2Container(blocks ...[]byte) []byte { return biometric(0x75, 0x7F2E, blocks) }

// Container is a block of ISO/IEC 39794-5 around an image: version, one representation, the image some elements deep.
func Container(image []byte) []byte {
	picture := tlv.Write(0xA0, tlv.Write(0xA0, tlv.Write(0x80, image), tlv.Write(0xA1, []byte{0x80, 1, 0})))
	representation := tlv.Write(0x30, []byte{0x80, 1, 1}, tlv.Write(0xA1, picture))
	return tlv.Write(0x65, tlv.Write(0xA0, []byte{0x80, 1, 3, 0x81, 2, 0x07, 0xE3}), tlv.Write(0xA1, representation))
}

// DG3 holds so many templates of fingers.
func DG3(n int) []byte { return biometric(0x63, 0x5F2E, slices.Repeat([][]byte{[]byte("FIR\x00")}, n)) }

func biometric(tag, block tlv.Tag, blocks [][]byte) []byte {
	templates := []byte{2, 1, byte(len(blocks))} //nolint:gosec // small
	header := tlv.Write(0xA1, []byte{0x80, 2, 1, 1, 0x81, 1, 2, 0x82, 1, 0, 0x87, 2, 1, 1, 0x88, 2, 0, 8})
	for _, b := range blocks {
		templates = tlv.Append(templates, 0x7F60, header, tlv.Write(block, b))
	}
	return tlv.Write(tag, tlv.Write(0x7F61, templates))
}

// DG7 holds signatures.
func DG7(images ...[]byte) []byte {
	content := []byte{2, 1, byte(len(images))} //nolint:gosec // small
	for _, image := range images {
		content = tlv.Append(content, 0x5F43, image)
	}
	return tlv.Write(0x67, content)
}

// Text is an element with a text, for DG11, DG12 and DG16.
func Text(tag tlv.Tag, text string) []byte { return tlv.Write(tag, []byte(text)) }

// DG14 holds SecurityInfos, as SecurityInfo writes them.
func DG14(infos ...[]byte) []byte { return tlv.Write(0x6E, tlv.Write(0x31, infos...)) }

// SecurityInfo is one with a protocol and what follows it.
func SecurityInfo(protocol string, data ...[]byte) []byte {
	return tlv.Write(0x30, append([][]byte{OID(protocol)}, data...)...)
}

// DG15 holds a SubjectPublicKeyInfo.
func DG15(spki []byte) []byte { return tlv.Write(0x6F, spki) }
