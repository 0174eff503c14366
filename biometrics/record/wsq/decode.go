package wsq

import (
	"bytes"
	"math"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/record/internal/octets"
)

// Info is what a WSQ image says of itself beside its pixels.
type Info struct {
	Width, Height int
	// PPI is the resolution of the NIST comment as written, 0 without one. It is often wrong: what stands around the image decides.
	PPI      int
	BitRate  float64 // of the NIST comment, bits a pixel; 0 without one
	Encoder  uint8
	Software uint16
	Comments []string
	// Trailing is how many bytes follow the end of the image; they are no part of it.
	Trailing int
}

// parts is an image before its pixels are made.
type parts struct {
	info      Info
	frame     *frame
	wavelet   *wavelet
	quantiser *quantiser
	huffman   [maxTables]*decoder
	tree      *tree
	values    []int32 // coefficients in the order of transmission
	filled    int
	scratch   []byte
	tables    int // Huffman tables so far
}

// IsWSQ reports whether data begin as a WSQ image does.
func IsWSQ(data []byte) bool { return bytes.HasPrefix(data, []byte{0xFF, 0xA0, 0xFF}) }

// Decode gives the pixels. The image's PPI is that of its comment where it can be believed, otherwise 500, which is what the format is
// for; a caller that has the resolution of a record sets it. Errors say the offset, the field and what was expected.
func Decode(data []byte) (biometrics.Image, Info, error) {
	return decode(data, biometrics.MaxPixels)
}

// Size is the size that the start of frame claims; nothing after it is looked at.
func Size(data []byte) (width, height int, err error) {
	r := octets.NewReader("wsq", data)
	p := &parts{}
	if mark := r.U16("start of image"); r.Err() == nil && mark != markSOI {
		r.Fail(0, "start of image", "marker %04X, expected FFA0", mark)
	}
	for r.Err() == nil && p.frame == nil && p.segment(r, biometrics.MaxPixels) {
	}
	return p.info.Width, p.info.Height, r.Err()
}

func decode(data []byte, maxPixels int) (biometrics.Image, Info, error) {
	p, err := read(data, maxPixels)
	if err != nil {
		return biometrics.Image{}, p.info, err
	}
	return p.image(), p.info, nil
}

// read reads all segments: everything but the pixels.
func read(data []byte, maxPixels int) (*parts, error) {
	r := octets.NewReader("wsq", data)
	p := &parts{}
	if mark := r.U16("start of image"); r.Err() == nil && mark != markSOI {
		r.Fail(0, "start of image", "marker %04X, expected FFA0", mark)
	}
	for r.Err() == nil && p.segment(r, maxPixels) {
	}
	if p.frame != nil && p.filled < len(p.values) && r.Err() == nil {
		r.Fail(r.Offset(), "blocks", "expected %d coefficients, %d are there", len(p.values), p.filled)
	}
	p.info.Trailing = r.Left()
	return p, r.Err()
}

// segment reads one segment; false after the last.
func (p *parts) segment(r *octets.Reader, maxPixels int) bool {
	at := r.Offset()
	mark := r.U16("marker")
	if mark == markEOI {
		p.complete(r, at, "end of image")
		return false
	}
	length := int(r.U16("segment length"))
	if length < 2 && r.Err() == nil {
		r.Fail(at+2, "segment length", "%d, expected at least 2", length)
	}
	body := r.Sub(length-2, "segment")
	p.read(body, mark, at, maxPixels)
	if err := body.Err(); err != nil {
		r.Adopt(body)
		return false
	}
	if mark == markSOB {
		p.block(r, body)
	}
	return r.Err() == nil
}

func (p *parts) read(r *octets.Reader, mark uint16, at, maxPixels int) {
	switch mark {
	case markCOM:
		p.info.comment(string(r.Bytes(r.Left(), "comment")))
	case markDTT:
		w := readTransform(r)
		p.wavelet = &w
	case markDQT:
		q := readQuantiser(r)
		p.quantiser = &q
	case markDHT:
		p.readHuffman(r)
	case markSOF:
		if p.frame != nil {
			r.Fail(at, "start of frame", "a second one, expected one")
			return
		}
		f := readFrame(r, maxPixels)
		p.frame = &f
		p.info.Width, p.info.Height, p.info.Encoder, p.info.Software = f.width, f.height, f.encoder, f.software
	case markDRT:
		if interval := r.U16("restart interval"); interval != 0 {
			r.Fail(at, "restart interval", "%d, expected none: restarts are not known", interval)
		}
	case markSOB:
	default:
		r.Fail(at, "marker", "%04X, expected FFA2 to FFA8 or the end FFA1", mark)
	}
}

// complete checks that all tables were there, and makes room for the coefficients at the first block.
func (p *parts) complete(r *octets.Reader, at int, before string) bool {
	switch {
	case p.frame == nil:
		r.Fail(at, before, "expected a start of frame before")
	case p.wavelet == nil:
		r.Fail(at, before, "expected a transform table before")
	case p.quantiser == nil:
		r.Fail(at, before, "expected a quantisation table before")
	}
	if r.Err() != nil {
		return false
	}
	if p.tree == nil {
		p.tree = newTree(p.frame.width, p.frame.height)
		total := 0
		for i, band := range p.tree.bands {
			if p.quantiser.bin[i] > 0 {
				total += band.w * band.h
			}
		}
		p.values = make([]int32, total)
	}
	return true
}

// block reads the entropy-coded data after a start of block, up to the next marker.
func (p *parts) block(r, head *octets.Reader) {
	at := head.Offset()
	id := head.U8("table of the block")
	if head.Err() != nil {
		r.Adopt(head)
		return
	}
	if id >= maxTables || p.huffman[id] == nil {
		r.Fail(at, "table of the block", "%d, expected a Huffman table that was given before", id)
		return
	}
	if !p.complete(r, at, "block") {
		return
	}
	start := r.Offset()
	p.scratch = unstuff(r, p.scratch[:0])
	b := &bits{data: p.scratch}
	for r.Err() == nil {
		if symbol, ok := p.huffman[id].symbol(b); ok {
			p.symbol(r, b, symbol, start)
			continue
		}
		if !b.padded() {
			r.Fail(start+b.at, "block", "no Huffman code fits")
		}
		return
	}
}

// unstuff copies the data up to the next marker, without the zero that follows each FF.
func unstuff(r *octets.Reader, out []byte) []byte {
	rest := r.Rest()
	for at := 0; at < len(rest); {
		next := bytes.IndexByte(rest[at:], 0xFF)
		if next < 0 || at+next+1 >= len(rest) {
			break
		}
		out = append(out, rest[at:at+next]...)
		at += next
		if rest[at+1] != 0 {
			r.Bytes(at, "block")
			return out
		}
		out = append(out, 0xFF)
		at += 2
	}
	r.Fail(r.Offset(), "block", "expected a marker at its end")
	return out
}

// symbol adds what a symbol stands for to the coefficients.
func (p *parts) symbol(r *octets.Reader, b *bits, symbol byte, start int) {
	value, run, ok := int32(symbol)-symZero, 0, true
	switch {
	case symbol >= 1 && symbol <= maxRun:
		run = int(symbol)
	case symbol > symRun16 && symbol < 255:
	case symbol >= symPlus8 && symbol <= symRun16:
		value, run, ok = escape(b, symbol)
	default:
		ok = false
	}
	if !ok {
		r.Fail(start+b.at, "block", "symbol %d, expected a coefficient or a run", symbol)
		return
	}
	if run > len(p.values)-p.filled || (run == 0 && p.filled == len(p.values)) {
		p.overflow(r, b, start)
		return
	}
	if run > 0 { // the coefficients are zero already
		p.filled += run
		return
	}
	p.values[p.filled] = value
	p.filled++
}

// overflow tells of more coefficients than there are; a code that was read from the padding is none.
func (p *parts) overflow(r *octets.Reader, b *bits, start int) {
	if p.filled < len(p.values) || !b.padded() {
		r.Fail(start+b.at, "block", "more coefficients than the %d of the subbands", len(p.values))
	}
}

// escape reads the number that follows one of the symbols 101 to 106.
func escape(b *bits, symbol byte) (value int32, run int, ok bool) {
	length := 8
	if symbol == symPlus16 || symbol == symMinus16 || symbol == symRun16 {
		length = 16
	}
	v, ok := b.take(length)
	switch symbol {
	case symRun8, symRun16:
		return 0, int(v), ok && v > 0
	case symMinus8, symMinus16:
		return -int32(v), 0, ok //nolint:gosec // 16 bits
	default:
		return int32(v), 0, ok //nolint:gosec // 16 bits
	}
}

// image makes the pixels.
func (p *parts) image() biometrics.Image {
	f := p.frame
	out := newPlane(f.width, f.height)
	p.dequantise(out)
	out.synthesise(p.tree, *p.wavelet, func(band int) bool { return p.quantiser.bin[band] > 0 })
	m := biometrics.Image{Width: f.width, Height: f.height, PPI: p.info.believable(), Pix: make([]byte, f.width*f.height)}
	shift, scale := float32(f.shift)+0.5, float32(f.scale)
	for i, v := range out.data {
		v = v*scale + shift
		if !(v > 0) { // catches NaN too
			v = 0
		}
		m.Pix[i] = byte(min(v, math.MaxUint8))
	}
	return m
}

// dequantise writes the coefficients to where their subbands lie.
func (p *parts) dequantise(out *plane) {
	at := 0
	for i, band := range p.tree.bands {
		bin, half, centre := p.quantiser.bin[i], p.quantiser.zero[i]/2, p.quantiser.centre
		if bin == 0 {
			continue
		}
		for y := range band.h {
			row := out.row(band, y)
			for x, v := range p.values[at : at+band.w] {
				if v > 0 {
					row[x] = float32(bin*(float64(v)-centre) + half)
				} else if v < 0 {
					row[x] = float32(bin*(float64(v)+centre) - half)
				}
			}
			at += band.w
		}
	}
}
