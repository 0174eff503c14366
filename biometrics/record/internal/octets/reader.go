// Package octets reads and writes the big-endian fields of binary records. It exists so that every format of this folder has its bounds
// checked, and its errors worded, in one place.
//
// It must never allocate by a length that the data merely claim: what is handed out are views of the data.
package octets

import (
	"encoding/binary"
	"fmt"
)

// Reader reads fields one after another. The first thing that is wrong stays: every later read gives zero values, so that a parser asks
// for the error once, at the end of a group of fields, and before it loops or allocates.
type Reader struct {
	format string
	data   []byte // up to the end of what may be read
	at     int
	base   int // offset of data[0] in the whole
	err    error
}

// NewReader reads data, a whole record of the format that is named in errors.
func NewReader(format string, data []byte) *Reader { return &Reader{format: format, data: data} }

// NewReaderAt reads data that begins at offset base of the whole.
func NewReaderAt(format string, data []byte, base int) *Reader {
	return &Reader{format: format, data: data, base: base}
}

// Err is the first thing that was wrong, with its offset and field.
func (r *Reader) Err() error { return r.err }

// Left is how many bytes are left; 0 after an error.
func (r *Reader) Left() int {
	if r.err != nil {
		return 0
	}
	return len(r.data) - r.at
}

// Offset is where the next field begins, counted from the start of the whole.
func (r *Reader) Offset() int { return r.base + r.at }

// Fail says that a field at offset is wrong: what was expected. Only the first failure is kept.
func (r *Reader) Fail(offset int, field, format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%s: offset %d: %s: %s", r.format, offset, field, fmt.Sprintf(format, args...))
	}
}

// Bytes is a view of the next n bytes.
func (r *Reader) Bytes(n int, field string) []byte {
	if r.err != nil {
		return nil
	}
	if n < 0 || n > len(r.data)-r.at {
		r.Fail(r.Offset(), field, "expected %d bytes, %d are there", n, len(r.data)-r.at)
		return nil
	}
	view := r.data[r.at : r.at+n : r.at+n]
	r.at += n
	return view
}

// Sub is a reader of the next n bytes alone; its offsets count from the start of the whole. It has failed when this one has.
func (r *Reader) Sub(n int, field string) *Reader {
	base := r.Offset()
	return &Reader{format: r.format, data: r.Bytes(n, field), base: base, err: r.err}
}

// U8 reads one byte.
func (r *Reader) U8(field string) uint8 {
	if b := r.Bytes(1, field); b != nil {
		return b[0]
	}
	return 0
}

// U16 reads two bytes.
func (r *Reader) U16(field string) uint16 {
	if b := r.Bytes(2, field); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

// U32 reads four bytes.
func (r *Reader) U32(field string) uint32 {
	if b := r.Bytes(4, field); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

// Rest is a view of what is left, without reading it.
func (r *Reader) Rest() []byte {
	if r.err != nil {
		return nil
	}
	return r.data[r.at:]
}

// Adopt takes over the failure of a reader of a part, if it has one.
func (r *Reader) Adopt(part *Reader) {
	if r.err == nil {
		r.err = part.err
	}
}
