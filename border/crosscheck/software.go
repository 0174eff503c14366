package crosscheck

import (
	"bytes"
	"encoding/binary"
	"strings"
)

// Software is the name of the program in the Exif data of a JPEG image (tag 305 of its first directory; JEITA CP-3451, 4.6.4); empty
// when there is none. Readers write none or their own; a weak sign, for anybody can remove it.
func Software(jpeg []byte) string {
	if len(jpeg) < 4 || jpeg[0] != 0xFF || jpeg[1] != 0xD8 {
		return ""
	}
	for rest := jpeg[2:]; len(rest) >= 4 && rest[0] == 0xFF; {
		marker, length := rest[1], int(binary.BigEndian.Uint16(rest[2:]))
		if marker == 0xDA || length < 2 || len(rest) < 2+length {
			return ""
		}
		segment := rest[4 : 2+length]
		if tiff, is := bytes.CutPrefix(segment, []byte("Exif\x00\x00")); is && marker == 0xE1 {
			return exifSoftware(tiff)
		}
		rest = rest[2+length:]
	}
	return ""
}

const (
	tagSoftware = 305
	typeASCII   = 2
	maxEntries  = 1000
	maxName     = 100
)

func exifSoftware(tiff []byte) string {
	if len(tiff) < 8 {
		return ""
	}
	var order binary.ByteOrder = binary.LittleEndian
	if string(tiff[:2]) == "MM" {
		order = binary.BigEndian
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return ""
	}
	entries := int(order.Uint16(tiff[at:]))
	for n := range min(entries, maxEntries) {
		from := at + 2 + 12*int64(n)
		if from+12 > int64(len(tiff)) {
			return ""
		}
		e := tiff[from : from+12]
		if order.Uint16(e) == tagSoftware && order.Uint16(e[2:]) == typeASCII {
			return ascii(tiff, e, order)
		}
	}
	return ""
}

func ascii(tiff, entry []byte, order binary.ByteOrder) string {
	length := int64(order.Uint32(entry[4:]))
	data := entry[8:12]
	if length > 4 {
		from := int64(order.Uint32(entry[8:]))
		if from+length > int64(len(tiff)) {
			return ""
		}
		data = tiff[from : from+length]
	} else {
		data = data[:length]
	}
	name := strings.TrimRight(string(data), "\x00 ")
	return strings.ToValidUTF8(name[:min(len(name), maxName)], "")
}
