package seal

import (
	"errors"
	"fmt"

	"github.com/openbmis/openbmis/traveldoc"
)

// Bounds of what is read and written.
const (
	MaxSize     = 4096 // bytes of a whole seal: more than any barcode holds
	MaxMessages = 64
	maxRefer    = 255 // characters of a certificate reference
	fixedSize   = 5   // characters of a reference in the fixed form
	minHeader   = 18  // bytes of the shortest header
)

const (
	magic        = 0xDC
	version3     = 0x02 // "version 3" in the text of Doc 9303-13: signer and reference have a fixed length
	version4     = 0x03 // "version 4": the reference is preceded by its length
	signatureTag = 0xFF
)

// Header is the header zone of a seal (Doc 9303-13, 2.2).
type Header struct {
	// Version is the version byte: 2 for a reference of five characters, 3 (which Sign writes unless told 2) for one of any length.
	Version byte
	// Country is the issuing State, three letters as in an MRZ.
	Country string
	// Signer is the signer's identifier: the State's two letters and two characters.
	Signer string
	// Reference is the certificate's, or key's, reference at the signer, in hexadecimal capitals.
	Reference string
	// Issued is the date of the document; Signed that of the signature.
	Issued, Signed traveldoc.Date
	// Feature names the definition of the features, Category the kind of document; together they are the use case.
	Feature, Category byte
}

// Message is one feature of the message zone. Its tag is below 0xFF.
type Message struct {
	Tag   byte
	Value []byte
}

// Seal is a seal as read. Its bytes were only read, not verified.
type Seal struct {
	Header
	Messages  []Message
	Signature []byte // r and s, each half
	signed    []byte // header and messages as received
}

// Value is the value of the first message with the tag.
func (s Seal) Value(tag byte) ([]byte, bool) {
	for _, m := range s.Messages {
		if m.Tag == tag {
			return m.Value, true
		}
	}
	return nil, false
}

// ErrNoSeal says that the bytes do not begin as a seal does.
var ErrNoSeal = errors.New("no visible digital seal: expected the bytes DC 02 or DC 03")

// Parse reads a seal. Signers disagree on how version 4 writes the length of the reference (hexadecimal, decimal by the signer DEZV, or
// the fixed form of version 3 under the number of version 4), so the reading is taken under which everything that follows is whole:
// tagged features that end with a signature at the last byte. Parse keeps nothing of data.
func Parse(data []byte) (Seal, error) {
	switch {
	case len(data) < 2 || data[0] != magic || data[1] != version3 && data[1] != version4:
		return Seal{}, ErrNoSeal
	case len(data) < minHeader:
		return Seal{}, fmt.Errorf("seal of %d bytes: expected a header of at least %d", len(data), minHeader)
	case len(data) > MaxSize:
		return Seal{}, fmt.Errorf("seal of %d bytes: expected at most %d", len(data), MaxSize)
	}
	own := append([]byte(nil), data...)
	var first error
	for _, reading := range readingsOf(own) {
		s, err := parseAs(own, reading)
		if err == nil {
			return s, nil
		}
		if first == nil {
			first = err
		}
	}
	return Seal{}, first
}

func parseAs(data []byte, reading reading) (Seal, error) {
	h, rest, err := parseHeader(data, reading)
	if err != nil {
		return Seal{}, fmt.Errorf("seal: header: %w", err)
	}
	s := Seal{Header: h}
	for len(rest) > 0 {
		at := len(data) - len(rest)
		tag, value, after, err := next(rest)
		if err != nil {
			return Seal{}, fmt.Errorf("seal: byte %d: %w", at, err)
		}
		if tag == signatureTag {
			if len(after) != 0 {
				return Seal{}, fmt.Errorf("seal: %d bytes after the signature: expected none", len(after))
			}
			s.Signature, s.signed = value, data[:at]
			return s, nil
		}
		if len(s.Messages) == MaxMessages {
			return Seal{}, fmt.Errorf("seal: expected at most %d features", MaxMessages)
		}
		s.Messages = append(s.Messages, Message{Tag: tag, Value: value})
		rest = after
	}
	return Seal{}, errors.New("seal: no signature: expected the tag FF")
}

// next reads one feature: a tag of one byte, a length as in DER, a value.
func next(data []byte) (tag byte, value, rest []byte, err error) {
	if len(data) < 2 {
		return 0, nil, nil, errors.New("cut off: expected a tag and a length")
	}
	tag, length, used := data[0], int(data[1]), 2
	switch length {
	case 0x81:
		if len(data) < 3 || data[2] < 0x80 {
			return 0, nil, nil, errors.New("length: expected the shortest form of DER")
		}
		length, used = int(data[2]), 3
	case 0x82:
		if len(data) < 4 || data[2] == 0 {
			return 0, nil, nil, errors.New("length: expected the shortest form of DER")
		}
		length, used = int(data[2])<<8|int(data[3]), 4
	default:
		if length > 0x7F {
			return 0, nil, nil, errors.New("length: expected one or two bytes of DER")
		}
	}
	if len(data)-used < length {
		return 0, nil, nil, fmt.Errorf("feature %02X of %d bytes: only %d follow", tag, length, len(data)-used)
	}
	return tag, data[used : used+length], data[used+length:], nil
}

func appendFeature(out []byte, tag byte, value []byte) []byte {
	out = append(out, tag)
	switch n := len(value); {
	case n > 0xFF:
		out = append(out, 0x82, byte(n>>8), byte(n)) //nolint:gosec // bounded by MaxSize
	case n > 0x7F:
		out = append(out, 0x81, byte(n))
	default:
		out = append(out, byte(n))
	}
	return append(out, value...)
}
