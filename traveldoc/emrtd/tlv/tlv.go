// Package tlv reads and writes the tag, length and value structures of chips (ISO/IEC 7816-4, 5.2.2: BER-TLV of ITU-T X.690). It exists
// because a chip's answer is hostile input: every length is held against what is there, nesting and counts are bounded, and reading
// takes linear time. It must never copy, change or re-encode what it reads: hashes are taken over the bytes as they came.
package tlv

import (
	"fmt"
	"iter"
)

// Bounds of what is read.
const (
	// MaxDepth is how deep elements of indefinite length may be nested.
	MaxDepth = 16
	// MaxElements is how many elements one value may hold.
	MaxElements = 1024
	// maxTag is the largest tag: three bytes, as ISO/IEC 7816-4 allows.
	maxTag = 0xFFFFFF
)

// Tag is a tag with its class and form, as it is written: 0x61, 0x5F1F, 0x7F60.
type Tag uint32

// String is the tag in hexadecimal capitals.
func (t Tag) String() string { return fmt.Sprintf("%02X", uint32(t)) }

// MarshalText writes the tag as String does.
func (t Tag) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// Constructed reports whether the element holds elements.
func (t Tag) Constructed() bool {
	for t > 0xFF {
		t >>= 8
	}
	return t&0x20 != 0
}

// Element is one element as read. Both slices are parts of what was handed to Read.
type Element struct {
	Tag   Tag
	Value []byte
	// Raw is the whole element: tag, length and value, and the end mark of an indefinite length.
	Raw []byte
	// Offset is where the element begins in what Read or All was given.
	Offset int
	// header is how many bytes stand before the value.
	header int
}

// Error is what is wrong at which offset of the bytes handed in. It never holds a value.
type Error struct {
	Offset int
	What   string
}

func (e *Error) Error() string { return fmt.Sprintf("offset %d: %s", e.Offset, e.What) }

func failf(offset int, format string, args ...any) error {
	return &Error{offset, fmt.Sprintf(format, args...)}
}

// Read reads the first element and gives what follows it.
func Read(data []byte) (first Element, rest []byte, err error) {
	first, err = read(data, 0, 0)
	if err != nil {
		return Element{}, nil, err
	}
	return first, data[len(first.Raw):], nil
}

// Expect reads the first element, which must have the tag. What follows it is given as rest.
func Expect(data []byte, tag Tag) (first Element, rest []byte, err error) {
	first, rest, err = Read(data)
	switch {
	case err != nil:
		return Element{}, nil, err
	case first.Tag != tag:
		return Element{}, nil, failf(0, "tag %v: expected %v", first.Tag, tag)
	}
	return first, rest, nil
}

// Children are the elements that an element's value holds, in order, with offsets from the start of the bytes that e was read from.
func (e Element) Children() ([]Element, error) {
	return all(e.Value, e.Offset+e.header)
}

// All are the elements of data, which must hold nothing else.
func All(data []byte) ([]Element, error) { return all(data, 0) }

func all(data []byte, base int) ([]Element, error) {
	var found []Element
	for at := 0; at < len(data); {
		if len(found) == MaxElements {
			return nil, failf(base+at, "more than %d elements", MaxElements)
		}
		e, err := read(data[at:], base+at, 0)
		if err != nil {
			return nil, err
		}
		found = append(found, e)
		at += len(e.Raw)
	}
	return found, nil
}

// Find is the first element with the tag.
func Find(elements []Element, tag Tag) (Element, bool) {
	for _, e := range elements {
		if e.Tag == tag {
			return e, true
		}
	}
	return Element{}, false
}

// Walk gives every primitive element below e, in order, down to MaxDepth. What cannot be read as elements ends that branch.
func (e Element) Walk() iter.Seq[Element] {
	return func(yield func(Element) bool) { e.walk(MaxDepth, yield) }
}

func (e Element) walk(depth int, yield func(Element) bool) bool {
	if !e.Tag.Constructed() {
		return yield(e)
	}
	if depth == 0 {
		return true
	}
	children, err := e.Children()
	if err != nil {
		return true
	}
	for _, child := range children {
		if !child.walk(depth-1, yield) {
			return false
		}
	}
	return true
}
