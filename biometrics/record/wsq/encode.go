package wsq

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/openbmis/openbmis/biometrics"
)

// DefaultBitRate is the rate of 500 ppi prints in law enforcement and at borders: about 15:1.
const DefaultBitRate = 0.75

// The rates that are taken. 2.25 is the other rate that is met in practice, about 5:1.
const (
	minBitRate = 0.1
	maxBitRate = 8
)

// Options are how an image is encoded.
type Options struct {
	BitRate  float64  // bits a pixel, DefaultBitRate when 0
	Comments []string // added after the NIST comment
}

// Encode compresses an image. The rate is what the bits are shared out for: the size comes near to it.
func Encode(m biometrics.Image, o Options) ([]byte, error) {
	if o.BitRate == 0 {
		o.BitRate = DefaultBitRate
	}
	if err := m.Check(); err != nil {
		return nil, fmt.Errorf("wsq: %w", err)
	}
	if !(o.BitRate >= minBitRate && o.BitRate <= maxBitRate) {
		return nil, fmt.Errorf("wsq: bit rate: expected %g to %g bits a pixel", minBitRate, float64(maxBitRate))
	}
	comments := append([]string{nistComment(m, o.BitRate)}, o.Comments...)
	for _, text := range comments {
		if len(text) > math.MaxUint16-2 {
			return nil, fmt.Errorf("wsq: comment: %d bytes, expected at most %d", len(text), math.MaxUint16-2)
		}
	}
	shift, scale := levels(m.Pix)
	t, p := newTree(m.Width, m.Height), newPlane(m.Width, m.Height)
	by := float32(1 / scale.value())
	for i, v := range m.Pix {
		p.data[i] = (float32(v) - float32(shift.value())) * by
	}
	p.analyse(t, standard(), func(band int) bool { return band < sentBands })
	q := allot(p.variances(t), o.BitRate)
	return write(m, comments, shift, scale, &q, p.blocks(t, &q)), nil
}

// levels are what is taken from the pixels, and what they are divided by, so that they reach from about -128 to 127.
func levels(pix []byte) (shift, scale decimal) {
	sum, low, high := 0, byte(255), byte(0)
	for _, v := range pix {
		sum += int(v)
		low, high = min(low, v), max(high, v)
	}
	mean := float64(sum) / float64(len(pix))
	wide := max(mean-float64(low), float64(high)-mean) / 128
	if wide == 0 { // one grey everywhere: nothing to divide
		wide = 1
	}
	return toDecimal(mean), toDecimal(wide)
}

// write puts the parts together in the order that NIST's encoder has.
func write(m biometrics.Image, comments []string, shift, scale decimal, q *allotment, blocks [3][]byte) []byte {
	out := binary.BigEndian.AppendUint16(nil, markSOI)
	for _, text := range comments {
		out = segment(out, markCOM, []byte(text))
	}
	out = segment(out, markDTT, transformTable())
	out = segment(out, markDQT, q.table())
	out = segment(out, markSOF, frameHeader(m, shift, scale))
	low, high := newEncoder(blocks[0]), newEncoder(blocks[1], blocks[2])
	out = segment(out, markDHT, low.table(0))
	out = low.append(segment(out, markSOB, []byte{0}), blocks[0])
	out = segment(out, markDHT, high.table(1))
	out = high.append(segment(out, markSOB, []byte{1}), blocks[1])
	out = high.append(segment(out, markSOB, []byte{1}), blocks[2])
	return binary.BigEndian.AppendUint16(out, markEOI)
}

func segment(out []byte, mark uint16, body []byte) []byte {
	out = binary.BigEndian.AppendUint16(out, mark)
	out = binary.BigEndian.AppendUint16(out, uint16(len(body)+2)) //nolint:gosec // tables are short, comments were checked
	return append(out, body...)
}

func (d decimal) append(out []byte) []byte {
	return binary.BigEndian.AppendUint16(append(out, d.exponent), d.mantissa)
}

func frameHeader(m biometrics.Image, shift, scale decimal) []byte {
	out := []byte{0, 255}
	out = binary.BigEndian.AppendUint16(out, uint16(m.Height)) //nolint:gosec // checked
	out = binary.BigEndian.AppendUint16(out, uint16(m.Width))  //nolint:gosec // checked
	out = scale.append(shift.append(out))
	return append(out, 0, 0, 0) // encoder and software: no number is assigned to this one
}

// transformTable is the 9/7 wavelet with the digits that the standard's files carry.
func transformTable() []byte {
	out := []byte{9, 7}
	for _, tap := range []struct {
		negative, exponent byte
		mantissa           uint32
	}{
		{0, 9, 852698679}, {0, 10, 3774028556}, {1, 10, 1106244044}, {1, 11, 2384946502}, {0, 11, 3782845551},
		{0, 9, 788485616}, {1, 10, 4180922732}, {1, 11, 4068941761}, {0, 10, 645388826},
	} {
		out = binary.BigEndian.AppendUint32(append(out, tap.negative, tap.exponent), tap.mantissa)
	}
	return out
}
