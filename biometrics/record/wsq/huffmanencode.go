package wsq

import "slices"

// encoder is a Huffman table for writing.
type encoder struct {
	counts [maxCode]byte
	values []byte
	code   [256]uint32
	length [256]int
}

// newEncoder makes the table for what stands in the blocks that share it.
func newEncoder(blocks ...[]byte) *encoder {
	var frequency [256]int
	for _, block := range blocks {
		for at := 0; at < len(block); at += 1 + extra(block[at]) {
			frequency[block[at]]++
		}
	}
	e := &encoder{}
	for symbol, n := range frequency {
		if n > 0 {
			e.values = append(e.values, byte(symbol))
		}
	}
	if len(e.values) == 0 { // nothing is sent: a table has one code at least
		e.values = []byte{1}
	}
	slices.SortStableFunc(e.values, func(a, b byte) int { return frequency[b] - frequency[a] })
	e.lengths(frequency)
	e.assign()
	return e
}

// lengths counts the codes of each length: Huffman's, of the symbols and one that never comes and has the longest code (all ones, which
// may therefore fill up a block), then made to fit sixteen bits as ISO/IEC 10918-1 K.2 does.
func (e *encoder) lengths(frequency [256]int) {
	weights := []int{0}
	for i := len(e.values) - 1; i >= 0; i-- {
		weights = append(weights, frequency[e.values[i]])
	}
	count := make([]int, len(weights)+maxCode+2)
	for _, length := range huffmanLengths(weights) {
		count[length]++
	}
	for length := len(count) - 1; length > maxCode; length-- {
		for count[length] > 0 {
			shorter := length - 2
			for count[shorter] == 0 {
				shorter--
			}
			count[length] -= 2
			count[length-1]++
			count[shorter+1] += 2
			count[shorter]--
		}
	}
	longest := maxCode
	for count[longest] == 0 {
		longest--
	}
	count[longest]--
	for i := range maxCode {
		e.counts[i] = byte(count[i+1]) //nolint:gosec // at most 256 codes, never all of one length
	}
}

// huffmanLengths gives the code lengths of weights that ascend, by merging two queues: the leaves and the nodes made so far.
func huffmanLengths(weights []int) []int {
	n := len(weights)
	sums, parent := slices.Clone(weights), make([]int, 2*n-1)
	leaf, inner := 0, n
	for len(sums) < 2*n-1 {
		made := len(sums)
		sums = append(sums, 0)
		for range 2 {
			next := leaf
			if leaf == n || inner < made && sums[inner] < sums[leaf] {
				next = inner
				inner++
			} else {
				leaf++
			}
			sums[made] += sums[next]
			parent[next] = made
		}
	}
	depth := make([]int, len(parent))
	for i := len(parent) - 2; i >= 0; i-- {
		depth[i] = depth[parent[i]] + 1
	}
	return depth[:n]
}

// assign gives the symbols their codes, the most frequent the shortest.
func (e *encoder) assign() {
	code, at := uint32(0), 0
	for i, n := range e.counts {
		for range n {
			e.code[e.values[at]], e.length[e.values[at]] = code, i+1
			code++
			at++
		}
		code <<= 1
	}
}

// table is the Huffman table's body.
func (e *encoder) table(id byte) []byte {
	return append(append([]byte{id}, e.counts[:]...), e.values...)
}

// append writes a block's symbols, with a zero after each FF and ones to fill the last byte.
func (e *encoder) append(out, block []byte) []byte {
	buf, n := uint64(0), 0
	flush := func(least int) {
		for n >= least {
			b := byte(buf >> (n - 8)) //nolint:gosec // the upper bits are gone already
			n -= 8
			if out = append(out, b); b == 0xFF {
				out = append(out, 0)
			}
		}
	}
	for at := 0; at < len(block); {
		symbol := block[at]
		buf, n = buf<<e.length[symbol]|uint64(e.code[symbol]), n+e.length[symbol]
		for _, b := range block[at+1 : at+1+extra(symbol)] {
			buf, n = buf<<8|uint64(b), n+8
		}
		at += 1 + extra(symbol)
		flush(8)
	}
	if short := (8 - n%8) % 8; short > 0 {
		buf, n = buf<<short|(1<<short-1), n+short
	}
	flush(8)
	return out
}
