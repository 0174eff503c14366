package pki

import (
	"fmt"
	"math/big"
	"strconv"
)

// Tags of ASN.1 that occur here (X.690, 8.1.2), with the bits of class and form.
const (
	tagBoolean         = 0x01
	tagInteger         = 0x02
	tagBitString       = 0x03
	tagOctetString     = 0x04
	tagNull            = 0x05
	tagOID             = 0x06
	tagEnumerated      = 0x0A
	tagUTF8            = 0x0C
	tagPrintable       = 0x13
	tagTeletex         = 0x14
	tagIA5             = 0x16
	tagUTCTime         = 0x17
	tagGeneralizedTime = 0x18
	tagUniversal       = 0x1C
	tagBMP             = 0x1E
	tagSequence        = 0x30
	tagSet             = 0x31
	constructed        = 0x20
	context            = 0x80
)

// value is one element: full includes its header; offset is where it begins in the bytes handed to the parser.
type value struct {
	tag        byte
	full, body []byte
	offset     int
}

// inside reads what a constructed element holds.
func (v value) inside() *cursor {
	return &cursor{data: v.body, base: v.offset + len(v.full) - len(v.body)}
}

// cursor reads elements one after the other. Lengths need not be the shortest; indefinite ones are for DER to remove first.
type cursor struct {
	data []byte
	base int
}

func (c *cursor) empty() bool { return len(c.data) == 0 }

// is says whether the next element has the tag.
func (c *cursor) is(tag byte) bool { return len(c.data) > 0 && c.data[0] == tag }

func (c *cursor) fail(what, expected string) error {
	return &SyntaxError{Offset: c.base, What: what, Expected: expected}
}

// header gives the lengths of the header and of the body of the element that data begins with; body -1 for an indefinite length.
func header(data []byte) (head, body int, problem string) {
	switch {
	case len(data) < 2:
		return 0, 0, "a tag and a length"
	case data[0]&0x1F == 0x1F:
		return 0, 0, "a tag number below 31"
	case data[1] < 0x80:
		return 2, int(data[1]), ""
	case data[1] == 0x80:
		return 2, -1, ""
	}
	n := int(data[1] & 0x7F)
	if n > 4 || len(data) < 2+n {
		return 0, 0, "a length of at most 4 bytes"
	}
	for _, b := range data[2 : 2+n] {
		body = body<<8 | int(b)
	}
	return 2 + n, body, ""
}

// any reads the next element, whatever it is.
func (c *cursor) any(what string) (value, error) {
	head, body, problem := header(c.data)
	switch {
	case problem != "":
		return value{}, c.fail(what, problem)
	case body < 0:
		return value{}, c.fail(what, "a definite length")
	case body > len(c.data)-head:
		return value{}, c.fail(what, fmt.Sprintf("%d bytes of content, %d are left", body, len(c.data)-head))
	}
	v := value{tag: c.data[0], full: c.data[:head+body], body: c.data[head : head+body], offset: c.base}
	c.data, c.base = c.data[head+body:], c.base+head+body
	return v, nil
}

// read reads the next element, which must have the tag.
func (c *cursor) read(tag byte, what string) (value, error) {
	if !c.is(tag) {
		return value{}, c.fail(what, tagName(tag)+c.found())
	}
	return c.any(what)
}

// optional reads the next element when it has the tag.
func (c *cursor) optional(tag byte, what string) (v value, ok bool, err error) {
	if !c.is(tag) {
		return value{}, false, nil
	}
	v, err = c.any(what)
	return v, err == nil, err
}

// sequence is the inside of the next element, a SEQUENCE.
func (c *cursor) sequence(what string) (*cursor, error) {
	v, err := c.read(tagSequence, what)
	if err != nil {
		return nil, err
	}
	return v.inside(), nil
}

func (c *cursor) found() string {
	if c.empty() {
		return ", found the end"
	}
	return ", found " + tagName(c.data[0])
}

func tagName(tag byte) string {
	names := map[byte]string{
		tagBoolean: "BOOLEAN", tagInteger: "INTEGER", tagBitString: "BIT STRING", tagOctetString: "OCTET STRING", tagNull: "NULL",
		tagOID: "OBJECT IDENTIFIER", tagEnumerated: "ENUMERATED", tagUTCTime: "UTCTime", tagGeneralizedTime: "GeneralizedTime",
		tagSequence: "SEQUENCE", tagSet: "SET",
	}
	if name, ok := names[tag]; ok {
		return name
	}
	if tag&0xC0 == context {
		return "[" + strconv.Itoa(int(tag&0x1F)) + "]"
	}
	return fmt.Sprintf("tag %02X", tag)
}

// integer reads a number of two's complement; padded tells that it is not written the shortest way.
func (c *cursor) integer(what string) (n *big.Int, padded bool, err error) {
	v, err := c.read(tagInteger, what)
	if err != nil {
		return nil, false, err
	}
	if len(v.body) == 0 {
		return nil, false, &SyntaxError{v.offset, what, "an INTEGER of at least one byte"}
	}
	n, padded = twosComplement(v.body)
	return n, padded, nil
}

func twosComplement(b []byte) (n *big.Int, padded bool) {
	n = new(big.Int).SetBytes(b)
	if b[0]&0x80 != 0 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(len(b))*8))
	}
	padded = len(b) > 1 && (b[0] == 0 && b[1]&0x80 == 0 || b[0] == 0xFF && b[1]&0x80 != 0)
	return n, padded
}

// small reads a number from 0 to limit.
func (c *cursor) small(what string, limit int64) (int, error) {
	at := c.base
	n, _, err := c.integer(what)
	if err != nil {
		return 0, err
	}
	if !n.IsInt64() || n.Int64() < 0 || n.Int64() > limit {
		return 0, &SyntaxError{at, what, fmt.Sprintf("a number from 0 to %d", limit)}
	}
	return int(n.Int64()), nil
}

// oid reads an object identifier as dotted text.
func (c *cursor) oid(what string) (string, error) {
	v, err := c.read(tagOID, what)
	if err != nil {
		return "", err
	}
	text, ok := dotted(v.body)
	if !ok {
		return "", &SyntaxError{v.offset, what, "an OBJECT IDENTIFIER of 1 to 64 bytes with arcs below 2^56"}
	}
	return text, nil
}

// dotted writes the content of an OBJECT IDENTIFIER (X.690, 8.19).
func dotted(body []byte) (string, bool) {
	if len(body) == 0 || len(body) > 64 || body[len(body)-1]&0x80 != 0 {
		return "", false
	}
	out := make([]byte, 0, 4*len(body))
	var arc uint64
	for _, b := range body {
		if arc >= 1<<49 {
			return "", false
		}
		arc = arc<<7 | uint64(b&0x7F)
		if b&0x80 != 0 {
			continue
		}
		if len(out) == 0 {
			first := min(arc/40, 2)
			out = strconv.AppendUint(out, first, 10)
			arc -= first * 40
		}
		out = strconv.AppendUint(append(out, '.'), arc, 10)
		arc = 0
	}
	return string(out), true
}

// bits reads a BIT STRING; unused says how many of the last bits do not count.
func (c *cursor) bits(what string) (body []byte, unused int, err error) {
	v, err := c.read(tagBitString, what)
	if err != nil {
		return nil, 0, err
	}
	if len(v.body) == 0 || v.body[0] > 7 || len(v.body) == 1 && v.body[0] != 0 {
		return nil, 0, &SyntaxError{v.offset, what, "a BIT STRING with 0 to 7 unused bits"}
	}
	return v.body[1:], int(v.body[0]), nil
}

// octetBits is a BIT STRING of whole bytes: a key or a signature.
func (c *cursor) octetBits(what string) ([]byte, error) {
	at := c.base
	body, unused, err := c.bits(what)
	if err == nil && unused != 0 {
		err = &SyntaxError{at, what, "a BIT STRING of whole bytes"}
	}
	return body, err
}

// boolean reads a BOOLEAN; any value but 0 is true.
func (c *cursor) boolean(what string) (bool, error) {
	v, err := c.read(tagBoolean, what)
	if err != nil {
		return false, err
	}
	if len(v.body) != 1 {
		return false, &SyntaxError{v.offset, what, "a BOOLEAN of one byte"}
	}
	return v.body[0] != 0, nil
}
