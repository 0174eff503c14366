package listfile

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding/charmap"
)

// node is an element of an XML file with everything in it. An importer takes out of it what it understands; what nobody took is kept in
// the remarks.
type node struct {
	name  string
	attrs []xml.Attr
	words string // the text that stands directly in it
	kids  []*node
	line  int
	taken bool
}

// text is what stands directly in the element, and takes it.
func (n *node) text() string {
	if n == nil {
		return ""
	}
	n.taken = true
	return squeeze(n.words)
}

// attr is an attribute of the element.
func (n *node) attr(name string) string {
	if n == nil {
		return ""
	}
	for _, a := range n.attrs {
		if a.Name.Local == name {
			return strings.TrimSpace(a.Value)
		}
	}
	return ""
}

// kid is the first element of a name that nobody took yet; nil when there is none. Nil nodes answer with nothing.
func (n *node) kid(name string) *node {
	if n == nil {
		return nil
	}
	for _, k := range n.kids {
		if k.name == name && !k.taken {
			return k
		}
	}
	return nil
}

// take is the text of the first element of a name that nobody took.
func (n *node) take(name string) string { return n.kid(name).text() }

// all are the elements of a name.
func (n *node) all(name string) []*node {
	var found []*node
	if n != nil {
		for _, k := range n.kids {
			if k.name == name {
				found = append(found, k)
			}
		}
	}
	return found
}

// values are the texts of the elements of a name inside the elements of another, such as NATIONALITY/VALUE.
func (n *node) values(outer, inner string) []string {
	var found []string
	for _, o := range n.all(outer) {
		for _, i := range o.all(inner) {
			if text := i.text(); text != "" {
				found = append(found, text)
			}
		}
	}
	return found
}

// drop takes elements that carry nothing of the entry.
func (n *node) drop(names ...string) {
	for _, name := range names {
		for _, k := range n.all(name) {
			k.takeAll()
		}
	}
}

func (n *node) takeAll() {
	n.taken = true
	for _, k := range n.kids {
		k.takeAll()
	}
}

// leftovers gives every text that nobody took, with the path to it.
func (n *node) leftovers(path string, give func(path, text string)) {
	if n.words != "" && !n.taken {
		give(path, n.words)
	}
	for _, k := range n.kids {
		inner := k.name
		if path != "" {
			inner = path + "/" + k.name
		}
		k.leftovers(inner, give)
	}
}

// keepLeftovers puts what nobody took into the remarks.
func (d *draft) keepLeftovers(n *node) {
	n.leftovers("", func(path, text string) { d.remark(path, text) })
}

// maxDepth bounds how deep elements stand in each other.
const maxDepth = 24

var errTooLong = errors.New("longer than allowed")

// elements reads an XML file element by element.
type elements struct {
	*xml.Decoder
	r    *reading
	left int // nodes that the entry may still have
}

func (r *reading) elements(in io.Reader) *elements {
	e := &elements{Decoder: xml.NewDecoder(in), r: r}
	e.CharsetReader = charsetReader
	return e
}

// charsetReader reads the two forms of text beside UTF-8 that lists have been published in.
func charsetReader(label string, in io.Reader) (io.Reader, error) {
	switch strings.ToLower(label) {
	case "windows-1252", "iso-8859-1", "latin1":
		return charmap.Windows1252.NewDecoder().Reader(in), nil
	case "us-ascii", "ascii":
		return in, nil
	}
	return nil, fmt.Errorf("encoding %q: expected UTF-8, ISO-8859-1 or Windows-1252", label)
}

// at is the line that the reader has come to.
func (e *elements) at() int {
	line, _ := e.InputPos()
	return line
}

// each hands over every element at a depth (the root is at 1) as a tree. The path are the names of the elements around it. An error that
// take gives ends the reading; an entry beyond the bounds is refused and the reading goes on behind it.
func (e *elements) each(depth int, root func(*node) error, take func(path []string, n *node) error) error {
	var path []string
	began := false
	for {
		token, err := e.RawToken()
		switch {
		case errors.Is(err, io.EOF) && began && len(path) == 0:
			return nil
		case errors.Is(err, io.EOF):
			return e.r.broken(e.at(), io.ErrUnexpectedEOF)
		case err != nil:
			return e.r.broken(e.at(), err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if began && len(path) == 0 {
				return e.r.broken(e.at(), errors.New("expected one root element"))
			}
			began = true
			if err := e.open(&path, depth, t, root, take); err != nil {
				return err
			}
		case xml.EndElement:
			if len(path) == 0 || path[len(path)-1] != t.Name.Local {
				return e.r.broken(e.at(), fmt.Errorf("element %q ends that did not begin", t.Name.Local))
			}
			path = path[:len(path)-1]
		}
	}
}

// open goes into an element, or hands it over when it stands at the depth.
func (e *elements) open(path *[]string, depth int, t xml.StartElement, root func(*node) error, take func([]string, *node) error) error {
	name := strings.Clone(t.Name.Local)
	if len(*path)+1 < depth {
		*path = append(*path, name)
		if len(*path) == 1 {
			return root(&node{name: name, attrs: t.Copy().Attr, line: e.at()})
		}
		return nil
	}
	e.left = e.r.o.Limits.Nodes
	n, err := e.tree(t, len(*path)+1)
	switch {
	case err != nil:
		return err
	case e.left < 0:
		e.r.refuse(n.line, n.name, RefusedTooLong, errTooLong.Error(), n.beginning())
		return nil
	}
	return take(*path, n)
}

// tree reads an element with everything in it. Of one beyond the bounds the end is found, and left is below 0.
func (e *elements) tree(t xml.StartElement, depth int) (*node, error) {
	n := &node{name: strings.Clone(t.Name.Local), attrs: t.Copy().Attr, line: e.at()}
	if e.left--; depth > maxDepth {
		return n, e.r.broken(n.line, errors.New("elements stand too deep in each other"))
	}
	for {
		token, err := e.RawToken()
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return n, e.r.broken(e.at(), err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			k, err := e.tree(t, depth+1)
			if err != nil {
				return n, err
			}
			if e.left >= 0 {
				n.kids = append(n.kids, k)
			}
		case xml.CharData:
			if n.words += strings.TrimSpace(string(t)); len(n.words) > e.r.o.Limits.Field {
				n.words, e.left = n.words[:RawLength], -1
			}
		case xml.EndElement:
			if t.Name.Local != n.name {
				return n, e.r.broken(e.at(), fmt.Errorf("element %q is closed by %q", n.name, t.Name.Local))
			}
			return n, nil
		}
	}
}

// beginning is the first texts of an element, to tell it by.
func (n *node) beginning() string {
	var b strings.Builder
	n.walk(func(k *node) bool {
		if k.words != "" {
			b.WriteString(k.words + " ")
		}
		return b.Len() < RawLength*4
	})
	return bounded(squeeze(b.String()))
}

// walk visits an element and everything in it until visit says that it is enough.
func (n *node) walk(visit func(*node) bool) bool {
	if !visit(n) {
		return false
	}
	for _, k := range n.kids {
		if !k.walk(visit) {
			return false
		}
	}
	return true
}
