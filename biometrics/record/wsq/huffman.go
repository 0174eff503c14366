package wsq

// Bounds of Huffman tables.
const (
	maxTables = 8
	maxCode   = 16 // bits
	quickBits = 10 // codes up to this length are found by one look
)

// The symbols that are not coefficients. 1 to 100 are runs of so many zeros; 107 to 254 are the coefficients -73 to 74.
const (
	maxRun      = 100
	symPlus8    = 101
	symMinus8   = 102
	symPlus16   = 103
	symMinus16  = 104
	symRun8     = 105
	symRun16    = 106
	symZero     = 180 // the coefficient 0, which is written as a run
	largestCode = 74
	lowestCode  = -73
)

// decoder is a Huffman table for reading: canonical codes.
type decoder struct {
	values []byte
	quick  [1 << quickBits]uint16 // length << 8 | value; 0: a longer code, or none
	first  [maxCode + 1]int32     // first code of each length
	limit  [maxCode + 1]int32     // first code that is too large for the length; 0: none
	index  [maxCode + 1]int32     // of the first code's value
}

// newDecoder builds the table. It fails when the counts claim more codes than bits can name.
func newDecoder(counts, values []byte) (*decoder, bool) {
	d := &decoder{values: values}
	code, index := int32(0), int32(0)
	for length := 1; length <= maxCode; length++ {
		n := int32(counts[length-1])
		d.first[length], d.limit[length], d.index[length] = code, code+n, index
		if code+n > 1<<length {
			return nil, false
		}
		if length <= quickBits {
			d.fill(length, code, values[index:index+n])
		}
		code, index = (code+n)<<1, index+n
	}
	return d, true
}

func (d *decoder) fill(length int, code int32, values []byte) {
	for i, v := range values {
		from := (int(code) + i) << (quickBits - length)
		for at := range 1 << (quickBits - length) {
			d.quick[from+at] = uint16(length)<<8 | uint16(v) //nolint:gosec // at most 16
		}
	}
}

// bits reads a block's bits, most significant first. The stuffed zero bytes after FF are gone already.
type bits struct {
	data []byte
	at   int
	buf  uint64
	n    int // bits in buf
}

func (b *bits) fill() {
	for b.n <= 48 && b.at < len(b.data) {
		b.buf = b.buf<<8 | uint64(b.data[b.at])
		b.at++
		b.n += 8
	}
}

// peek is the next n bits, with ones after the end.
func (b *bits) peek(n int) uint32 {
	if b.n >= n {
		return uint32(b.buf>>(b.n-n)) & (1<<n - 1) //nolint:gosec // n is at most 16
	}
	short := n - b.n
	return (uint32(b.buf)&(1<<b.n-1))<<short | (1<<short - 1) //nolint:gosec // fewer than 16 bits
}

// take reads n bits; false when fewer are left.
func (b *bits) take(n int) (uint32, bool) {
	b.fill()
	if b.n < n {
		return 0, false
	}
	v := b.peek(n)
	b.n -= n
	return v, true
}

// symbol reads the next symbol. It fails at the end of the block, and where no code fits.
func (d *decoder) symbol(b *bits) (byte, bool) {
	b.fill()
	if hit := d.quick[b.peek(quickBits)]; hit != 0 {
		length := int(hit >> 8)
		if length > b.n {
			return 0, false
		}
		b.n -= length
		return byte(hit), true //nolint:gosec // the lower byte
	}
	for length := quickBits + 1; length <= min(maxCode, b.n); length++ {
		code := int32(b.peek(length)) //nolint:gosec // 16 bits
		if code < d.limit[length] {
			b.n -= length
			return d.values[d.index[length]+code-d.first[length]], true
		}
	}
	return 0, false
}

// padded reports whether what is left of a block is only its padding: fewer than eight bits.
func (b *bits) padded() bool { return b.n < 8 && b.at == len(b.data) }
