package chip

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/openbmis/openbmis/traveldoc/emrtd/internal/sm"
	"github.com/openbmis/openbmis/traveldoc/emrtd/tlv"
)

// applicationID is that of the travel document's application (Doc 9303-10, 3.4).
const applicationID = "\xA0\x00\x00\x02\x47\x10\x01"

// Files outside the application (Doc 9303-10, 3.6).
const (
	fileCardAccess   = 0x011C
	fileCardSecurity = 0x011D
	masterFile       = 0x3F00
)

// The most of a file that is asked for at once, in bytes: what chips refuse makes it smaller.
const (
	firstRead = 231 // a protected answer of it fits a short response
	leastRead = 16
	maxFile   = 65_535
)

func (l *link) selectApplication(ctx context.Context) error {
	_, err := l.ask(ctx, "select the application", sm.Command{INS: 0xA4, P1: 0x04, P2: 0x0C, Data: []byte(applicationID)})
	var status *StatusError
	if errors.As(err, &status) {
		return fmt.Errorf("%w: %w", ErrNoApplication, err)
	}
	return err
}

// selectMaster goes back to the root of the card. Some chips refuse it though they are there; that is no error.
func (l *link) selectMaster(ctx context.Context) error {
	_, err := l.ask(ctx, "select the master file", sm.Command{INS: 0xA4, P1: 0x00, P2: 0x0C, Data: []byte{masterFile >> 8, masterFile & 0xFF}})
	var status *StatusError
	if errors.As(err, &status) {
		return nil
	}
	return err
}

// file reads an elementary file whole, as long as its own first element says.
func (l *link) file(ctx context.Context, id uint16, size *int) ([]byte, error) {
	doing := fmt.Sprintf("file %04X", id)
	if _, err := l.ask(ctx, doing, sm.Command{INS: 0xA4, P1: 0x02, P2: 0x0C, Data: binary.BigEndian.AppendUint16(nil, id)}); err != nil {
		return nil, err
	}
	data, err := l.read(ctx, doing, 0, leastRead, size)
	if err != nil {
		return nil, err
	}
	total, err := lengthOf(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	if total > maxFile {
		return nil, fmt.Errorf("%s: %d bytes: expected at most %d", doing, total, maxFile)
	}
	for len(data) < total {
		part, err := l.read(ctx, doing, len(data), min(*size, total-len(data)), size)
		if err != nil {
			return nil, err
		}
		if len(part) == 0 {
			return nil, fmt.Errorf("%s: ends after %d bytes: expected %d", doing, len(data), total)
		}
		data = append(data, part...)
	}
	return data[:total], nil
}

// lengthOf is how long the first element is, tag and length included, by its first bytes.
func lengthOf(head []byte) (int, error) {
	_, n, err := tlv.ReadTag(head)
	if err != nil {
		return 0, err
	}
	if n >= len(head) {
		return 0, errors.New("expected a length after the tag")
	}
	first := int(head[n])
	if first < 0x80 {
		return n + 1 + first, nil
	}
	count := first & 0x7F
	if count == 0 || count > 3 || n+1+count > len(head) {
		return 0, errors.New("expected a length of at most three bytes")
	}
	length := 0
	for _, b := range head[n+1 : n+1+count] {
		length = length<<8 | int(b)
	}
	return n + 1 + count + length, nil
}

const (
	wrongLength    = 0x6700
	wrongLe        = 0x6C00 // the low byte is the right one
	endOfFile      = 0x6282
	maxShortOffset = 0x7FFF
)

// read reads from an offset. A chip that refuses the length is asked for less from then on.
func (l *link) read(ctx context.Context, doing string, offset, length int, size *int) ([]byte, error) {
	for {
		place := binary.BigEndian.AppendUint16(nil, uint16(offset)) //nolint:gosec // a file is at most of 65535 bytes
		c := sm.Command{INS: 0xB0, P1: place[0], P2: place[1], Le: length}
		if offset > maxShortOffset { // READ BINARY with an odd instruction takes the offset as an object (ISO/IEC 7816-4, 7.2.3)
			c = sm.Command{INS: 0xB1, Data: tlv.Write(0x54, place), Le: length + 4}
		}
		r, err := l.send(ctx, c)
		switch {
		case err != nil:
			return nil, fmt.Errorf("%s: %w", doing, err)
		case r.SW == sm.OK, r.SW == endOfFile && len(r.Data) > 0:
			return unpacked(doing, offset, r.Data)
		case r.SW&0xFF00 == wrongLe && int(r.SW&0xFF) > 0 && int(r.SW&0xFF) < length:
			length = int(r.SW & 0xFF)
		case (r.SW == wrongLength || r.SW&0xFF00 == 0x6B00 || r.SW == 0x6F00) && length > leastRead:
			length = max(length/2, leastRead)
		default:
			return nil, &StatusError{doing, r.SW}
		}
		*size = min(*size, length)
	}
}

// unpacked takes the data object off that an odd instruction answers with.
func unpacked(doing string, offset int, data []byte) ([]byte, error) {
	if offset <= maxShortOffset {
		return data, nil
	}
	object, _, err := tlv.Expect(data, 0x53)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	return object.Value, nil
}
