package an2k

import (
	"bytes"
	"encoding/binary"
	"math"
	"strconv"
	"strings"

	"github.com/openbmis/openbmis/biometrics/record/internal/octets"
)

// Parse reads a file. Slices of the result are views of data.
func Parse(data []byte) (*File, error) {
	r := octets.NewReader("an2k", data)
	first := tagged(r, 1)
	if r.Err() != nil {
		return nil, r.Err()
	}
	file := &File{Records: []Record{first}}
	for _, listed := range contents(r, &first) {
		at := r.Offset()
		record := one(r, listed.kind)
		if r.Err() == nil && record.IDC() != listed.idc {
			r.Fail(at, "IDC", "%d, the Type-1 record lists %d", record.IDC(), listed.idc)
		}
		if r.Err() != nil {
			return nil, r.Err()
		}
		file.Records = append(file.Records, record)
	}
	if left := r.Left(); left > 0 {
		r.Fail(r.Offset(), "end", "expected the end after the %d records that the Type-1 record lists, %d bytes follow", len(file.Records), left)
	}
	if r.Err() != nil {
		return nil, r.Err()
	}
	return file, nil
}

type listed struct{ kind, idc int }

// contents reads field 1.003: how many records follow, and each one's type and IDC.
func contents(r *octets.Reader, first *Record) []listed {
	items := first.Items(3)
	if len(items) == 0 || len(items[0]) < 2 || strings.TrimSpace(items[0][0]) != "1" {
		r.Fail(0, "field 1.003 (file content)", "expected 1 and the number of records")
		return nil
	}
	count, ok := whole(items[0][1])
	if !ok || count != len(items)-1 || count > maxRecords {
		r.Fail(0, "field 1.003 (file content)", "expected the number of the %d records listed, at most %d", len(items)-1, maxRecords)
		return nil
	}
	all := make([]listed, 0, count)
	for _, item := range items[1:] {
		if len(item) < 2 {
			r.Fail(0, "field 1.003 (file content)", "expected a type and an IDC for each record")
			return nil
		}
		kind, okKind := whole(item[0])
		idc, okIDC := whole(item[1])
		if !okKind || !okIDC || kind < 2 || kind > 99 {
			r.Fail(0, "field 1.003 (file content)", "expected a type of 2 to 99 and an IDC for each record")
			return nil
		}
		all = append(all, listed{kind, idc})
	}
	return all
}

func whole(text string) (int, bool) {
	text = strings.TrimSpace(text)
	if !digits(text, 9) {
		return 0, false
	}
	v, err := strconv.Atoi(text)
	return v, err == nil
}

// one reads the next record, of the type that is listed.
func one(r *octets.Reader, kind int) Record {
	switch {
	case kind == 4:
		return typeFour(r)
	case binaryType(kind):
		return opaque(r, kind)
	default:
		return tagged(r, kind)
	}
}

// opaque keeps a binary record as it is.
func opaque(r *octets.Reader, kind int) Record {
	at, rest := r.Offset(), r.Rest()
	if len(rest) < 5 {
		r.Fail(at, "record length", "expected a binary record of type %d, %d bytes are there", kind, len(rest))
		return Record{}
	}
	length := binary.BigEndian.Uint32(rest)
	if length < 5 {
		r.Fail(at, "record length", "%d, expected at least 5", length)
	}
	return Record{Type: kind, Opaque: r.Bytes(int(min(length, math.MaxInt32)), "record")}
}

// tagged reads a record of text fields: its length first, its image, if it has one, last.
func tagged(r *octets.Reader, kind int) Record {
	at, rest := r.Offset(), r.Rest()
	head, _, found := bytes.Cut(rest[:min(len(rest), 32)], []byte{gs})
	if !found {
		head, _, found = bytes.Cut(head, []byte{fs}) // the length alone
	}
	tag, text, colon := strings.Cut(string(head), ":")
	record, number, ok := splitTag(tag)
	if !found || !colon || !ok || record != kind || number != 1 {
		r.Fail(at, "record", "expected a field %d.001 with the length", kind)
		return Record{}
	}
	length, ok := whole(text)
	if !ok || length < len(head)+1 {
		r.Fail(at, "record length", "expected a number of at least %d", len(head)+1)
		return Record{}
	}
	body := r.Bytes(length, "record")
	if body == nil {
		return Record{}
	}
	if body[length-1] != fs {
		r.Fail(at+length-1, "end of record", "byte %02X, expected a file separator 1C", body[length-1])
		return Record{}
	}
	return Record{Type: kind, Fields: fields(r, body[:length-1], kind, at)}
}

// fields cuts a record. Field 999 is cut by the record's end and not by separators: it is binary.
func fields(r *octets.Reader, body []byte, kind, at int) []Field {
	var all []Field
	seen := map[int]bool{}
	for done := false; !done && r.Err() == nil; {
		colon := bytes.IndexByte(body[:min(len(body), 16)], ':')
		tag := string(body[:max(colon, 0)])
		record, number, ok := splitTag(tag)
		if !ok || record != kind || len(all) == maxFields {
			r.Fail(at, "field", "expected a field of type %d such as %d.002 (and at most %d of them)", kind, kind, maxFields)
			return nil
		}
		value := body[colon+1:]
		end := bytes.IndexByte(value, gs)
		if done = end < 0 || number == dataField; done {
			end = len(value)
		}
		if seen[number] {
			r.Fail(at, "field", "%s: a second one, expected each field once", tag)
			return nil
		}
		seen[number] = true
		if number != dataField && bytes.IndexByte(value[:end], fs) >= 0 {
			r.Fail(at, "field", "%s: a file separator in it, expected none before the end of the record", tag)
			return nil
		}
		if number != dataField && bytes.Count(value[:end], []byte{rs})+bytes.Count(value[:end], []byte{us}) >= maxItems {
			r.Fail(at, "field", "%s: expected at most %d items", tag, maxItems)
			return nil
		}
		all = append(all, Field{Tag: tag, Number: number, Value: value[:end:end]})
		if !done {
			at += colon + 1 + end + 1
			body = value[end+1:]
		}
	}
	return all
}
