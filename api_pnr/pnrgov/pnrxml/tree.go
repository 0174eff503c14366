package pnrxml

import (
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

// stream reads tokens and counts elements.
type stream struct {
	decoder *xml.Decoder
	text    latin
	number  int // elements so far
}

// next gives the next start or end of an element or text, and where it begins.
func (s *stream) next() (token xml.Token, offset int, err error) {
	for {
		offset = int(s.decoder.InputOffset())
		token, err = s.decoder.Token()
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
			top.children = append(top.children, n)
			open = append(open, n)
		case xml.EndElement:
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
