package specimen

import (
	"bytes"
	"image"
	"image/jpeg"
	"slices"
	"strings"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/specimen/page"
)

// Tags of the logical data structure (ICAO Doc 9303-10, 4).
const (
	tagCOM       = 0x60
	tagDG1       = 0x61
	tagDG2       = 0x75
	tagDG7       = 0x67
	tagDG11      = 0x6B
	tagDG12      = 0x6C
	tagDG14      = 0x6E
	tagDG15      = 0x6F
	tagSOD       = 0x77
	tagList      = 0x5C
	tagBiometric = 0x7F61
	tagInstance  = 0x7F60
)

// groupTags are the tags of the data groups made here, by number.
func groupTags() map[int]uint {
	return map[int]uint{1: tagDG1, 2: tagDG2, 7: tagDG7, 11: tagDG11, 12: tagDG12, 14: tagDG14, 15: tagDG15}
}

// com lists the data groups. version is that of the data structure, such as "0107".
func com(version string, groups []int) []byte {
	var list []byte
	for _, n := range groups {
		list = append(list, byte(groupTags()[n])) //nolint:gosec // tags of one byte
	}
	return tlv(tagCOM, tlv(0x5F01, []byte(version)), tlv(0x5F36, []byte("040000")), tlv(tagList, list))
}

func dg1(zone string) []byte {
	return tlv(tagDG1, tlv(0x5F1F, []byte(strings.ReplaceAll(zone, "\n", ""))))
}

// dg2 is one portrait in a record of ISO/IEC 19794-5.
func dg2(portrait []byte, width, height int, sex string) []byte {
	header := tlv(tagOption1,
		tlv(0x80, []byte{1, 1}), tlv(0x81, []byte{2}), // version; facial features
		tlv(0x87, []byte{1, 1}), tlv(0x88, []byte{0, 8}), // ISO/IEC JTC 1/SC 37; face image
	)
	record := tlv(0x5F2E, faceRecord(portrait, width, height, sex))
	return tlv(tagDG2, tlv(tagBiometric, integer(1), tlv(tagInstance, header, record)))
}

// dg7 is one displayed signature.
func dg7(picture []byte) []byte { return tlv(tagDG7, integer(1), tlv(0x5F43, picture)) }

// named is a file of tagged texts, with the list of its tags first.
func named(tag uint, fields []field) []byte {
	var list, content []byte
	for _, f := range fields {
		list = append(list, byte(f.tag>>8), byte(f.tag)) //nolint:gosec // tags of two bytes
		content = append(content, tlv(f.tag, []byte(f.text))...)
	}
	return tlv(tag, tlv(tagList, list), content)
}

type field struct {
	tag  uint
	text string
}

// dg11 is what the authority knows of the bearer beside the zone.
func dg11(p Person) []byte {
	name := strings.ReplaceAll(p.Surname, " ", "<") + "<<" + strings.ReplaceAll(p.GivenNames, " ", "<")
	return named(tagDG11, []field{
		{0x5F0E, name}, {0x5F10, p.PersonalNumber}, {0x5F2B, compact(p.BirthDate)}, {0x5F11, strings.ReplaceAll(p.PlaceOfBirth, " ", "<") + "<UTO"},
	})
}

// dg12 is what there is to say of the document.
func dg12(d Document) []byte {
	return named(tagDG12, []field{{0x5F19, d.Authority}, {0x5F26, compact(d.Issued)}})
}

// compact is a date as the chip holds it: YYYYMMDD.
func compact(d traveldoc.Date) string { return strings.ReplaceAll(d.String(), "-", "") }

// PortraitWidth is the width of the chip's portrait, in pixels.
const PortraitWidth = 300

// portrait is a person's portrait as a JPEG file.
func portrait(p Person) (file []byte, width, height int, err error) {
	img := p.Face.Portrait(PortraitWidth)
	file, err = jpegOf(img, 82)
	return file, img.Bounds().Dx(), img.Bounds().Dy(), err
}

func jpegOf(img image.Image, quality int) ([]byte, error) {
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: quality}); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// sortedGroups are the numbers of data groups in order.
func sortedGroups(groups map[int][]byte) []int {
	numbers := make([]int, 0, len(groups))
	for n := range groups {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	return numbers
}

// signaturePicture is a person's signature as a JPEG file.
func signaturePicture(p Person) ([]byte, error) { return jpegOf(p.Face.Signature(300), 75) }

// PortraitFile is a drawn face as a JPEG file.
func PortraitFile(f page.Face) ([]byte, error) { return jpegOf(f.Portrait(PortraitWidth), 82) }
