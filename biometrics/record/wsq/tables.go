package wsq

import (
	"math"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/record/internal/octets"
)

// The markers.
const (
	markSOI = 0xFFA0 // start of image
	markEOI = 0xFFA1
	markSOF = 0xFFA2 // start of frame
	markSOB = 0xFFA3 // start of a block of entropy-coded data
	markDTT = 0xFFA4 // transform table
	markDQT = 0xFFA5 // quantisation table
	markDHT = 0xFFA6 // Huffman table
	markDRT = 0xFFA7 // restart interval
	markCOM = 0xFFA8 // comment
)

// frame is what the start of frame says.
type frame struct {
	width, height int
	shift, scale  float64 // of the pixels: coefficient plane x scale + shift
	encoder       uint8
	software      uint16
}

// quantiser is the quantisation table: bin centre, and bin and zero bin width of each subband. A width of 0: nothing was sent of it.
type quantiser struct {
	centre    float64
	bin, zero [subbands]float64
}

func readDecimal(r *octets.Reader, field string) float64 {
	at := r.Offset()
	d := decimal{r.U8(field), r.U16(field)}
	if d.exponent > maxExponent {
		r.Fail(at, field, "decimal exponent %d, expected at most %d", d.exponent, maxExponent)
		return 0
	}
	return d.value()
}

// readFrame reads a start of frame and checks the size before anything is allocated by it.
func readFrame(r *octets.Reader, maxPixels int) frame {
	var f frame
	r.U8("black")
	r.U8("white")
	at := r.Offset()
	f.height, f.width = int(r.U16("height")), int(r.U16("width"))
	f.shift, f.scale = readDecimal(r, "shift"), readDecimal(r, "scale")
	f.encoder, f.software = r.U8("encoder"), r.U16("software")
	if f.width < 1 || f.height < 1 || f.width > biometrics.MaxSide || f.height > biometrics.MaxSide || f.width*f.height > maxPixels {
		r.Fail(at, "size", "%dx%d, expected 1 to %d a side and at most %d pixels", f.width, f.height, biometrics.MaxSide, maxPixels)
	}
	return f
}

// readTransform reads the wavelet. Only odd symmetric filters of up to nine and seven taps are known: the standard's.
func readTransform(r *octets.Reader) wavelet {
	at := r.Offset()
	low, high := int(r.U8("taps of the low-pass filter")), int(r.U8("taps of the high-pass filter"))
	if low%2 == 0 || high%2 == 0 || low > 2*reach+1 || high > 2*reach-1 {
		r.Fail(at, "transform table", "filters of %d and %d taps, expected the 9 and 7 of the standard", low, high)
		return wavelet{}
	}
	return wavelet{low: readTaps(r, low), high: readTaps(r, high)}
}

func readTaps(r *octets.Reader, taps int) kernel {
	var k kernel
	for i := range min(taps/2+1, len(k)) {
		at := r.Offset()
		negative, exponent, mantissa := r.U8("sign"), r.U8("decimal exponent"), r.U32("coefficient")
		v := float64(mantissa) / math.Pow10(int(min(exponent, maxExponent)))
		if exponent > maxExponent || v > 4 {
			r.Fail(at, "coefficient", "%d x 10^-%d, expected a filter's coefficient", mantissa, exponent)
			return kernel{}
		}
		if negative != 0 {
			v = -v
		}
		k[i] = float32(v)
	}
	return k
}

func readQuantiser(r *octets.Reader) quantiser {
	var q quantiser
	q.centre = readDecimal(r, "bin centre")
	for i := range subbands {
		q.bin[i], q.zero[i] = readDecimal(r, "bin width"), readDecimal(r, "zero bin width")
	}
	return q
}

// maxGiven bounds how many Huffman tables an image gives; each takes more work than its bytes.
const maxGiven = 64

// readHuffman reads one or more tables.
func (p *parts) readHuffman(r *octets.Reader) {
	for r.Left() > 0 && r.Err() == nil {
		at := r.Offset()
		if p.tables++; p.tables > maxGiven {
			r.Fail(at, "table", "expected at most %d in an image", maxGiven)
			return
		}
		id := r.U8("table")
		if id >= maxTables {
			r.Fail(at, "table", "number %d, expected at most %d", id, maxTables-1)
			return
		}
		counts, total := r.Bytes(maxCode, "code counts"), 0
		for _, n := range counts {
			total += int(n)
		}
		if total < 1 || total > 256 {
			r.Fail(at, "code counts", "%d codes, expected 1 to 256", total)
			return
		}
		values := r.Bytes(total, "values")
		if r.Err() != nil {
			return
		}
		d, ok := newDecoder(counts, values)
		if !ok {
			r.Fail(at, "code counts", "more codes than there is room for")
			return
		}
		p.huffman[id] = d
	}
}
