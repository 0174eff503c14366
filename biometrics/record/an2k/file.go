// Package an2k reads and writes ANSI/NIST-ITL files in the traditional encoding (ITL 1-2011 update 2015 and the older ones that are met):
// Types 1, 2, 4 and 14 both ways, Type-9 read. It exists because police services and INTERPOL exchange prints in them.
//
// It must never look for a separator in binary data: a record ends where its length says. Records of other types are kept as they are, and
// written back byte for byte.
package an2k

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// The separators.
const (
	fs = 0x1C // ends a record
	gs = 0x1D // between fields
	rs = 0x1E // between subfields
	us = 0x1F // between items
)

// Bounds of a file.
const (
	maxRecords = 1000
	maxFields  = 10000 // of a record
	maxItems   = 65536 // of a field: 255 minutiae with all their neighbours have a tenth of that
	dataField  = 999   // the image of a tagged record: last, and binary
)

// File is an exchange file: the Type-1 record, and those that it lists.
type File struct {
	Records []Record
}

// Record is one record. A tagged one has Fields, a Type-4 one Binary, any other binary one Opaque: all of it, with its length.
type Record struct {
	Type   int
	Fields []Field
	Binary *Binary
	Opaque []byte
}

// Field is a field of a tagged record.
type Field struct {
	// Tag is the name as written, such as "1.003"; Number its number in the record.
	Tag    string
	Number int
	Value  []byte
}

// Is reports whether data begin as a file does: with the length of a Type-1 record.
func Is(data []byte) bool {
	tag, _, found := bytes.Cut(data[:min(len(data), 16)], []byte(":"))
	record, number, ok := splitTag(string(tag))
	return found && ok && record == 1 && number == 1
}

// Value is a field of the record as text; "" without it.
func (r *Record) Value(number int) string {
	for i := range r.Fields {
		if r.Fields[i].Number == number {
			return string(r.Fields[i].Value)
		}
	}
	return ""
}

// Bytes is a field's bytes; nil without it.
func (r *Record) Bytes(number int) []byte {
	for i := range r.Fields {
		if r.Fields[i].Number == number {
			return r.Fields[i].Value
		}
	}
	return nil
}

// Items are a field's subfields, each a list of items.
func (r *Record) Items(number int) [][]string {
	value := r.Value(number)
	if value == "" {
		return nil
	}
	var all [][]string
	for subfield := range strings.SplitSeq(value, string(rune(rs))) {
		all = append(all, strings.Split(subfield, string(rune(us))))
	}
	return all
}

// number is a field that holds a whole number of at most nine digits.
func (r *Record) number(number int, name string) (int, error) {
	text := strings.TrimSpace(r.Value(number))
	v, err := strconv.Atoi(text)
	if err != nil || v < 0 || len(text) > 9 {
		return 0, fmt.Errorf("an2k: field %d.%03d (%s): expected a number", r.Type, number, name)
	}
	return v, nil
}

// Set puts a text into a field, at its place by number.
func (r *Record) Set(number int, value string) { r.set(number, []byte(value)) }

func (r *Record) set(number int, value []byte) {
	at := 0
	for at < len(r.Fields) && r.Fields[at].Number < number {
		at++
	}
	if at < len(r.Fields) && r.Fields[at].Number == number {
		r.Fields[at].Value = value
		return
	}
	field := Field{Tag: fmt.Sprintf("%d.%03d", r.Type, number), Number: number, Value: value}
	r.Fields = append(r.Fields[:at:at], append([]Field{field}, r.Fields[at:]...)...)
}

// IDC is the record's number within the file, as the Type-1 record lists it.
func (r *Record) IDC() int {
	switch {
	case r.Type == 1:
		return 0
	case r.Binary != nil:
		return int(r.Binary.IDC)
	case len(r.Opaque) > 4:
		return int(r.Opaque[4])
	}
	idc, err := r.number(2, "IDC")
	if err != nil {
		return 0
	}
	return idc
}

// binaryType reports whether records of a type are binary: the images of old, and signatures.
func binaryType(t int) bool { return t >= 3 && t <= 8 }

// splitTag reads "14.001".
func splitTag(tag string) (record, field int, ok bool) {
	left, right, found := strings.Cut(tag, ".")
	if !found || !digits(left, 2) || !digits(right, 9) {
		return 0, 0, false
	}
	record, errRecord := strconv.Atoi(left)
	field, errField := strconv.Atoi(right)
	return record, field, errRecord == nil && errField == nil
}

func digits(text string, most int) bool {
	return len(text) > 0 && len(text) <= most && strings.Trim(text, "0123456789") == ""
}
