package an2k

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// MarshalBinary writes the file. Lengths and the list of contents are made where those written do not hold; where they do, they stay as they
// are, so that a file that was read comes out byte for byte.
func (f *File) MarshalBinary() ([]byte, error) {
	if len(f.Records) == 0 || f.Records[0].Type != 1 || len(f.Records)-1 > maxRecords {
		return nil, fmt.Errorf("an2k: %d records, expected a Type-1 record first and at most %d others", len(f.Records), maxRecords)
	}
	first := f.Records[0]
	first.Fields = append([]Field(nil), first.Fields...)
	if !f.listed() {
		first.Set(3, f.contents())
	}
	out, err := first.append(nil)
	for i := 1; i < len(f.Records) && err == nil; i++ {
		out, err = f.Records[i].append(out)
	}
	if err != nil {
		return nil, err
	}
	if int64(len(out)) > math.MaxInt32 {
		return nil, fmt.Errorf("an2k: %d bytes, expected at most %d", len(out), math.MaxInt32)
	}
	return out, nil
}

// listed reports whether field 1.003 lists the records that there are.
func (f *File) listed() bool {
	items := f.Records[0].Items(3)
	if len(items) != len(f.Records) || len(items[0]) < 2 || strings.TrimSpace(items[0][0]) != "1" {
		return false
	}
	if count, ok := whole(items[0][1]); !ok || count != len(f.Records)-1 {
		return false
	}
	for i := 1; i < len(items); i++ {
		if len(items[i]) < 2 {
			return false
		}
		kind, okKind := whole(items[i][0])
		idc, okIDC := whole(items[i][1])
		if !okKind || !okIDC || kind != f.Records[i].Type || idc != f.Records[i].IDC() {
			return false
		}
	}
	return true
}

func (f *File) contents() string {
	var b strings.Builder
	fmt.Fprintf(&b, "1%c%d", us, len(f.Records)-1)
	for i := 1; i < len(f.Records); i++ {
		fmt.Fprintf(&b, "%c%d%c%02d", rs, f.Records[i].Type, us, f.Records[i].IDC())
	}
	return b.String()
}

func (r *Record) append(out []byte) ([]byte, error) {
	switch {
	case r.Binary != nil:
		return r.Binary.append(out)
	case binaryType(r.Type):
		if len(r.Opaque) < 5 || int64(binary.BigEndian.Uint32(r.Opaque)) != int64(len(r.Opaque)) {
			return nil, fmt.Errorf("an2k: record of type %d: expected its %d bytes to say so", r.Type, len(r.Opaque))
		}
		return append(out, r.Opaque...), nil
	}
	return r.appendFields(out)
}

func (r *Record) appendFields(out []byte) ([]byte, error) {
	var body []byte // all but the length
	for i, field := range r.Fields {
		kind, number, ok := splitTag(field.Tag)
		if !ok || kind != r.Type || number != field.Number || (number == 1) != (i == 0) {
			return nil, fmt.Errorf("an2k: record of type %d: field %d: tag %q, expected such as %d.002", r.Type, i+1, field.Tag, r.Type)
		}
		if number == dataField && i != len(r.Fields)-1 {
			return nil, fmt.Errorf("an2k: record of type %d: field 999 must be the last", r.Type)
		}
		if number != dataField && (bytes.IndexByte(field.Value, gs) >= 0 || bytes.IndexByte(field.Value, fs) >= 0) {
			return nil, fmt.Errorf("an2k: record of type %d: field %d: has a separator in it", r.Type, field.Number)
		}
		if i > 0 {
			body = append(append(append(body, gs), field.Tag...), ':')
			body = append(body, field.Value...)
		}
	}
	body = append(body, fs)
	tag, written := fmt.Sprintf("%d.001", r.Type), ""
	if len(r.Fields) > 0 {
		tag, written = r.Fields[0].Tag, string(r.Fields[0].Value)
	}
	out = append(append(out, tag...), ':')
	return append(append(out, lengthText(len(tag)+1+len(body), written)...), body...), nil
}

// lengthText is the length of a record of which all but these digits has a size: as it was written where that holds.
func lengthText(size int, written string) string {
	if v, ok := whole(written); ok && v == size+len(written) {
		return written
	}
	for width := 1; ; width++ {
		if text := strconv.Itoa(size + width); len(text) <= width {
			return strings.Repeat("0", width-len(text)) + text
		}
	}
}
