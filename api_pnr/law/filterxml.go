package law

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/openbmis/openbmis/api_pnr/pnrgov/pnrxml"
)

// xml goes over the tokens of a document by their places in it. An element of a special service that the list names loses its values and
// all within; text elsewhere is free text where its name says so. From a byte that is no XML to the next reservation, where its reader goes
// on too, lines are searched.
func (f *filter) xml() {
	text := f.body
	if !utf8.Valid(text) { // the decoder wants UTF-8; only places matter here
		text = make([]byte, len(f.body))
		for i, b := range f.body {
			text[i] = b
			if b >= utf8.RuneSelf {
				text[i] = '?'
			}
		}
	}
	for from := 0; ; {
		failed, behind := f.tokens(text, from)
		next, found := pnrxml.NextRecord(text, behind)
		f.lines(failed, next)
		if !found {
			return
		}
		from = next
	}
}

// tokens goes over the tokens from an index on: to where one that is none begins, and behind what was read to find that.
func (f *filter) tokens(text []byte, from int) (failed, behind int) {
	d := xml.NewDecoder(bytes.NewReader(text[from:]))
	d.Strict = false
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	depth, within := 0, 0 // within: the depth of the element that is dropped; 0: none
	free := []bool{false}
	for {
		start := from + int(d.InputOffset())
		token, err := d.RawToken()
		end := from + int(d.InputOffset())
		if err != nil {
			return start, end
		}
		switch t := token.(type) {
		case xml.StartElement:
			depth++
			free = append(free, free[len(free)-1] || freeText(t.Name.Local))
			if within == 0 && f.service(t) {
				within = depth
			}
			f.values(start, end, within > 0, t)
		case xml.EndElement:
			if depth == within {
				within = 0
			}
			if depth > 0 {
				depth--
				free = free[:len(free)-1]
			}
		case xml.CharData:
			if within > 0 || free[len(free)-1] && f.sensitive(string(t)) {
				f.drop(start, end, 0, structureByte)
			}
		case xml.Comment:
			if f.sensitive(string(t)) {
				f.drop(start+len("<!--"), end-len("-->"), 0, structureByte)
			}
		}
	}
}

func structureByte(b byte) bool {
	return lineEnd(b) || strings.IndexByte(" \t<>&;=\"'", b) >= 0
}

// service reports whether an element is a special service that the list names, by any of its attributes.
func (f *filter) service(t xml.StartElement) bool {
	if !strings.Contains(plainName(t.Name.Local), "ssr") {
		return false
	}
	for _, a := range t.Attr {
		if strings.Contains(plainName(a.Name.Local), "code") && f.services[strings.ToUpper(strings.TrimSpace(a.Value))] {
			return true
		}
	}
	return false
}

// values drops the values of a start tag: all, or those that are free text and hold a word of the list.
func (f *filter) values(start, end int, all bool, t xml.StartElement) {
	tag := f.body[start:end]
	at := 0
	for _, a := range t.Attr {
		from, to, ok := value(tag, at)
		if !ok {
			return
		}
		at = to + 1
		if a.Name.Space == "xmlns" || a.Name.Local == "xmlns" {
			continue
		}
		if all || (freeText(a.Name.Local) || freeText(t.Name.Local)) && f.sensitive(a.Value) {
			f.drop(start+from, start+to, 0, structureByte)
		}
	}
}

// value finds the next quoted value of a tag.
func value(tag []byte, at int) (from, to int, ok bool) {
	equals := bytes.IndexByte(tag[at:], '=')
	if equals < 0 {
		return 0, 0, false
	}
	from = at + equals + 1
	for from < len(tag) && (tag[from] == ' ' || lineEnd(tag[from]) || tag[from] == '\t') {
		from++
	}
	if from >= len(tag) {
		return 0, 0, false
	}
	if quote := tag[from]; quote == '"' || quote == '\'' {
		from++
		end := bytes.IndexByte(tag[from:], quote)
		return from, from + end, end >= 0
	}
	to = from
	for to < len(tag) && !structureByte(tag[to]) && tag[to] != '/' {
		to++
	}
	return from, to, true
}

func plainName(name string) string { return strings.ToLower(strings.ReplaceAll(name, "_", "")) }

// freeText reports whether an element or attribute of the name holds free text.
func freeText(name string) bool {
	name = plainName(name)
	for _, part := range []string{"text", "remark", "comment", "description", "osi", "freetext", "instruction"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return name == "ssr"
}
