package pnrxml

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// Bounds of one document. What lies beyond is not read.
const (
	maxDepth    = 32
	maxElements = 200_000 // of one reservation
	maxText     = 64 << 10
	maxPieces   = 16 // elements that text of an element may stand between
	maxUnits    = 12 // bytes of a document for each element at least
)

var errBound = errors.New("more than is read")

// errClosed is that elements do not close one another; errNested that a reservation begins within another, whose end is missing.
var (
	errClosed = errors.New("an element is closed by the end of another")
	errNested = errors.New("a reservation begins within another")
)

// node is an element of a reservation. Names are in small letters without underscores, so that PNR_TransDate and PnrTransDate are one.
type node struct {
	name     string
	attrs    []attr
	children []*node
	text     string
	number   int // of the element in the document, from 1
	offset   int // in what was received
}

type attr struct{ name, value string }

// key is a name as it is compared.
func key(name string) string {
	return strings.ToLower(strings.ReplaceAll(name, "_", ""))
}

// attr is the first of the attributes that is there, without spaces around it. A child of that name with a text does as well.
func (n *node) attr(names ...string) string {
	if n == nil {
		return ""
	}
	for _, name := range names {
		for _, a := range n.attrs {
			if a.name == name {
				return strings.TrimSpace(a.value)
			}
		}
	}
	for _, name := range names {
		if c := n.child(name); c != nil && strings.TrimSpace(c.text) != "" {
			return strings.TrimSpace(c.text)
		}
	}
	return ""
}

// child is the first child of a name; nil without one.
func (n *node) child(path ...string) *node {
	for _, name := range path {
		if n == nil {
			return nil
		}
		var found *node
		for _, c := range n.children {
			if c.name == name {
				found = c
				break
			}
		}
		n = found
	}
	return n
}

// each calls do for the children of a name.
func (n *node) each(name string, do func(*node)) {
	if n == nil {
		return
	}
	for _, c := range n.children {
		if c.name == name {
			do(c)
		}
	}
}

// stream reads tokens and counts elements. That elements close one another is looked at by who reads them, so that what is not
// well-formed can be left behind.
type stream struct {
	decoder *xml.Decoder
	text    latin
	from    int // where in the text the decoder began
	number  int // elements so far
}

// start begins to read at an index of the text.
func (s *stream) start(at int) {
	s.from, s.decoder = at, xml.NewDecoder(bytes.NewReader(s.text.body[at:]))
	s.decoder.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // decoded already
}

// at is where in the text is read.
func (s *stream) at() int { return s.from + int(s.decoder.InputOffset()) }

// skip goes on at the next reservation behind what was read; false when there is none.
func (s *stream) skip() bool {
	at, ok := NextRecord(s.text.body, s.at())
	if ok {
		s.start(at)
	}
	return ok
}

// NextRecord is where the next reservation of a document begins, from an index on: reading goes on there behind what is not well-formed.
func NextRecord(body []byte, from int) (at int, ok bool) {
	for at = from; at < len(body); at++ {
		next := bytes.IndexByte(body[at:], '<')
		if next < 0 {
			return len(body), false
		}
		at += next
		name := body[at+1 : min(at+1+maxName, len(body))]
		if end := bytes.IndexAny(name, "/> \t\r\n"); end >= 0 {
			name = name[:end]
		}
		if _, local, prefixed := bytes.Cut(name, []byte(":")); prefixed {
			name = local
		}
		if key(string(name)) == recordName {
			return at, true
		}
	}
	return len(body), false
}

// recordName is the element of a reservation, as key gives it; maxName is how long a name with its prefix may be for it to be found.
const (
	recordName = "pnr"
	maxName    = 40
)

// next gives the next start or end of an element or text, and where it begins.
func (s *stream) next() (token xml.Token, offset int, err error) {
	for {
		offset = s.at()
		token, err = s.decoder.RawToken()
		if err != nil {
			return nil, s.text.origin(offset), err
		}
		switch token.(type) {
		case xml.StartElement:
			s.number++
			return token, s.text.origin(offset), nil
		case xml.EndElement, xml.CharData:
			return token, s.text.origin(offset), nil
		}
	}
}

// tree reads an element whose start was read, whole.
func (s *stream) tree(start xml.StartElement, offset int) (*node, error) {
	root := s.node(start, offset)
	open := []*node{root}
	elements := 1
	for len(open) > 0 {
		before := s.at()
		token, at, err := s.next()
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
		top := open[len(open)-1]
		switch t := token.(type) {
		case xml.StartElement:
			if elements++; elements > maxElements || len(open) >= maxDepth {
				return nil, errBound
			}
			n := s.node(t, at)
			if n.name == recordName && root.name == recordName {
				s.start(before)
				return nil, errNested
			}
			top.children = append(top.children, n)
			open = append(open, n)
		case xml.EndElement:
			if key(t.Name.Local) != top.name {
				return nil, errClosed
			}
			open = open[:len(open)-1]
		case xml.CharData:
			if len(top.text)+len(t) <= maxText && len(top.children) <= maxPieces && strings.TrimSpace(string(t)) != "" {
				top.text += string(t)
			}
		}
	}
	return root, nil
}

func (s *stream) node(start xml.StartElement, offset int) *node {
	n := &node{name: key(start.Name.Local), number: s.number, offset: offset}
	for _, a := range start.Attr {
		if a.Name.Space != "xmlns" && a.Name.Local != "xmlns" {
			n.attrs = append(n.attrs, attr{key(a.Name.Local), a.Value})
		}
	}
	return n
}
