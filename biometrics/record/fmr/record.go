// Package fmr reads and writes finger minutiae records: ISO/IEC 19794-2:2005 and ANSI INCITS 378-2004. It exists because templates travel
// between systems in them.
//
// It must never drop what it does not understand: extended data are kept and written back byte for byte, and what contradicts itself is read
// as far as it is plain, and noted.
package fmr

import (
	"bytes"

	"github.com/openbmis/openbmis/biometrics"
)

// magic is the format identifier and version, the same in both standards.
const (
	magic   = "FMR\x00"
	version = " 20\x00"
)

// Standard is which of the two a record follows.
type Standard string

// The standards. Both call themselves version 20: the length field is what tells them apart.
const (
	ISO  Standard = "ISO/IEC 19794-2:2005"
	ANSI Standard = "ANSI INCITS 378-2004"
)

// Record is a finger minutiae record with its fields as written.
type Record struct {
	Standard    Standard
	LongLength  bool   // ANSI: the length was written in six bytes
	Owner, Type uint16 // ANSI: CBEFF product identifier
	Equipment   uint16 // certification (4 bits) and device (12 bits)
	Width       uint16
	Height      uint16
	X, Y        uint16 // pixels per centimetre
	Reserved    uint8
	Views       []View
	// Trailing is what the lengths left over at the end of the record: at most two bytes, seen where a writer miscounted its extended data.
	Trailing []byte
}

// View is one print.
type View struct {
	Position   biometrics.Position
	Number     uint8 // 4 bits
	Impression uint8 // 4 bits
	Quality    uint8
	Minutiae   []Minutia
	Extended   []byte // all of it, as written
	// Missing is how many bytes fewer than announced the extended data have: at most two, at the end of a record.
	Missing uint8
}

// Minutia is six bytes of a view.
type Minutia struct {
	Kind     uint8  // 2 bits: 1 ending, 2 bifurcation, 0 other
	X        uint16 // 14 bits
	Reserved uint8  // 2 bits
	Y        uint16 // 14 bits
	Angle    uint8  // ISO: 360/256 degrees, ANSI: two degrees
	Quality  uint8  // 0: not reported
}

const (
	minutiaSize = 6
	coordinate  = 1<<14 - 1
	tolerated   = 2 // bytes by which the extended data at the end may be miscounted
)

// Is reports whether data begin as a minutiae record does, of whatever edition.
func Is(data []byte) bool { return bytes.HasPrefix(data, []byte(magic)) }

// Block is a part of a view's extended data: 1 ridge counts, 2 cores and deltas, 3 zonal quality, from 256 on the maker's own.
type Block struct {
	Type uint16
	Data []byte
}

// Blocks are the parts of the extended data. Notes say where a length does not fit what is there; the last block then has what is there.
func (v *View) Blocks() (blocks []Block, notes []string) {
	rest := v.Extended
	for len(rest) >= blockHead {
		kind, length := uint16(rest[0])<<8|uint16(rest[1]), int(rest[2])<<8|int(rest[3])
		if length < blockHead {
			return blocks, append(notes, note("block of type %d: length %d, expected at least %d", kind, length, blockHead))
		}
		if length > len(rest) {
			notes = append(notes, note("block of type %d: length %d, %d bytes are there", kind, length, len(rest)))
			length = len(rest)
		}
		blocks = append(blocks, Block{Type: kind, Data: rest[blockHead:length]})
		rest = rest[length:]
	}
	if len(rest) > 0 {
		notes = append(notes, note("%d bytes after the last block of extended data", len(rest)))
	}
	return blocks, notes
}

const blockHead = 4 // type and length
