package jp2

import (
	"bytes"
	"encoding/binary"
)

// file is what the boxes around a codestream say (Annex I).
type file struct {
	codestream []byte
	colour     uint32 // enumerated colour space; 0 when not stated
	palette    *palette
	alpha      map[int]bool // channels that are opacity
}

// Enumerated colour spaces (I.5.3.3).
const (
	colourRGB  = 16
	colourGrey = 17
	colourYCC  = 18
)

// palette maps one component to several channels (I.5.3.4, I.5.3.5).
type palette struct {
	depth   []int
	entries [][]int // by channel
	mapping []mapping
}

type mapping struct{ component, column int } // column -1: as it is

var signature = []byte("\x00\x00\x00\x0CjP  \r\n\x87\n")

const maxBoxes = 256

// parseFile finds the codestream: data itself, or in its box.
func parseFile(data []byte) (*file, error) {
	if bytes.HasPrefix(data, []byte{0xFF, 0x4F, 0xFF, 0x51}) {
		return &file{codestream: data}, nil
	}
	if !bytes.HasPrefix(data, signature) {
		return nil, broken("expected a file that begins with the signature of JP2, or a codestream")
	}
	f := &file{alpha: map[int]bool{}}
	err := eachBox(data, func(kind string, content []byte) error {
		switch kind {
		case "jp2h":
			return eachBox(content, f.headerBox)
		case "jp2c":
			if f.codestream == nil {
				f.codestream = content
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if f.codestream == nil {
		return nil, broken("no codestream: expected the box jp2c")
	}
	return f, nil
}

// eachBox walks boxes. A last box that claims more than there is, as some writers do, ends with the data: what lacks shows later.
func eachBox(data []byte, each func(kind string, content []byte) error) error {
	for n, at := 0, 0; at < len(data); n++ {
		if n == maxBoxes {
			return broken("more than %d boxes", maxBoxes)
		}
		if len(data)-at < 8 {
			return broken("box cut off at byte %d", at)
		}
		length, head := uint64(binary.BigEndian.Uint32(data[at:])), 8
		kind := string(data[at+4 : at+8])
		switch {
		case length == 0:
			length = uint64(len(data) - at)
		case length == 1 && len(data)-at >= 16:
			length, head = binary.BigEndian.Uint64(data[at+8:]), 16
		}
		if length < uint64(head) {
			return broken("box %q at byte %d of %d bytes", kind, at, length)
		}
		end := at + int(min(length, uint64(len(data)-at))) //nolint:gosec // at most the data's own length
		if err := each(kind, data[at+head:end]); err != nil {
			return err
		}
		at = end
	}
	return nil
}

func (f *file) headerBox(kind string, content []byte) error {
	switch kind {
	case "colr":
		if len(content) >= 7 && content[0] == 1 && f.colour == 0 {
			f.colour = binary.BigEndian.Uint32(content[3:])
		}
	case "pclr":
		return f.paletteBox(content)
	case "cmap":
		if f.palette == nil {
			return broken("component mapping without a palette")
		}
		for ; len(content) >= 4; content = content[4:] {
			m := mapping{component: int(binary.BigEndian.Uint16(content)), column: -1}
			if content[2] == 1 {
				m.column = int(content[3])
			}
			f.palette.mapping = append(f.palette.mapping, m)
		}
	case "cdef":
		for content = content[min(2, len(content)):]; len(content) >= 6; content = content[6:] {
			if kind := binary.BigEndian.Uint16(content[2:]); kind == 1 || kind == 2 {
				f.alpha[int(binary.BigEndian.Uint16(content))] = true
			}
		}
	}
	return nil
}

func (f *file) paletteBox(content []byte) error {
	if len(content) < 3 {
		return broken("palette cut off")
	}
	entries, columns := int(binary.BigEndian.Uint16(content)), int(content[2])
	if entries < 1 || entries > 1024 || columns < 1 || columns > maxComponents || len(content) < 3+columns {
		return broken("palette of %d entries and %d columns", entries, columns)
	}
	p := &palette{entries: make([][]int, columns)}
	at := 3 + columns
	for c := range columns {
		depth := int(content[3+c]&0x7F) + 1
		if content[3+c] > 0x7F || depth > maxDepth {
			return unsupported("palette of %d bits or with a sign", depth)
		}
		p.depth = append(p.depth, depth)
	}
	for range entries {
		for c := range columns {
			size := (p.depth[c] + 7) / 8
			if len(content)-at < size {
				return broken("palette cut off")
			}
			value := 0
			for _, b := range content[at : at+size] {
				value = value<<8 | int(b)
			}
			p.entries[c] = append(p.entries[c], value)
			at += size
		}
	}
	f.palette = p
	return nil
}
