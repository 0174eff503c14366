package picture

import (
	"encoding/binary"
	"fmt"
)

// maxScans bounds the passes over a progressive JPEG. Encoders write about ten; a scan of a few bytes costs a pass over all pixels.
const maxScans = 64

// boundScans counts the scans of a JPEG by its markers alone. Entropy-coded data holds FF only before 00 or a restart marker, so a
// marker cannot hide in it.
func boundScans(data []byte) error {
	scans := 0
	for at := 0; at+1 < len(data); at++ {
		if data[at] != 0xFF {
			continue
		}
		switch data[at+1] {
		case 0xDA: // start of scan
			if scans++; scans > maxScans {
				return fmt.Errorf("%w: JPEG of more than %d scans", ErrTooLarge, maxScans)
			}
		case 0xC0, 0xC1, 0xC2, 0xC4, 0xDB, 0xFE, 0xE0, 0xE1, 0xE2, 0xED, 0xEE: // segments are skipped: they may hold a whole thumbnail
			if scans == 0 && at+3 < len(data) {
				at += 1 + int(binary.BigEndian.Uint16(data[at+2:]))
			}
		}
	}
	return nil
}

// isProgressive looks for the frame of a progressive JPEG among the segments before the first scan.
func isProgressive(data []byte) bool {
	for at := 2; at+3 < len(data) && data[at] == 0xFF; {
		switch marker := data[at+1]; marker {
		case 0xFF: // fill
			at++
		case 0xC2:
			return true
		case 0xDA:
			return false
		default:
			at += 2 + int(binary.BigEndian.Uint16(data[at+2:]))
		}
	}
	return false
}

// boundStrips refuses a TIFF whose strips or tiles together are longer than the file: each would be decompressed anew.
func boundStrips(data []byte) error {
	total := uint64(0)
	err := eachStrip(data, func(length uint32) bool {
		total += uint64(length)
		return total <= uint64(len(data))
	})
	if err == nil && total > uint64(len(data)) {
		err = fmt.Errorf("%w: TIFF of %d bytes whose strips are longer together", ErrTooLarge, len(data))
	}
	return err
}

// eachStrip gives the lengths of the strips and tiles of the first image until the function says false. What is broken the decoder says.
func eachStrip(data []byte, each func(uint32) bool) error {
	order := binary.ByteOrder(binary.LittleEndian)
	if data[0] == 'M' {
		order = binary.BigEndian
	}
	at := uint64(order.Uint32(data[4:]))
	if at+2 > uint64(len(data)) {
		return fmt.Errorf("%w: TIFF: its directory lies at byte %d of %d", ErrBroken, at, len(data))
	}
	for n := range uint64(order.Uint16(data[at:])) {
		from := at + 2 + 12*n
		if from+12 > uint64(len(data)) {
			return fmt.Errorf("%w: TIFF: its directory is cut off at byte %d", ErrBroken, len(data))
		}
		entry := data[from : from+12]
		const stripByteCounts, tileByteCounts = 279, 325
		if tag := order.Uint16(entry); tag != stripByteCounts && tag != tileByteCounts {
			continue
		}
		if err := eachNumber(data, entry, order, each); err != nil {
			return err
		}
	}
	return nil
}

// eachNumber gives the values of a directory entry of bytes, short or long numbers.
func eachNumber(data, entry []byte, order binary.ByteOrder, each func(uint32) bool) error {
	kind, count := order.Uint16(entry[2:]), uint64(order.Uint32(entry[4:]))
	width := map[uint16]uint64{1: 1, 3: 2, 4: 4}[kind]
	if width == 0 {
		return fmt.Errorf("%w: TIFF: lengths of its strips of type %d, expected 1, 3 or 4", ErrBroken, kind)
	}
	values := entry[8:12]
	if count*width > 4 {
		from := uint64(order.Uint32(values))
		if from+count*width > uint64(len(data)) {
			return fmt.Errorf("%w: TIFF: lengths of its strips are cut off", ErrBroken)
		}
		values = data[from : from+count*width]
	}
	for i := range count {
		value := values[i*width:]
		var length uint32
		switch width {
		case 1:
			length = uint32(value[0])
		case 2:
			length = uint32(order.Uint16(value))
		default:
			length = order.Uint32(value)
		}
		if !each(length) {
			return nil
		}
	}
	return nil
}
