package jp2

// tagTree gives numbers of a grid that packets tell bit by bit (B.10.2).
type tagTree struct {
	nodes  []tagNode
	leaves int
	wide   int
}

type tagNode struct {
	parent int // -1 at the root
	low    int // the value is at least this
	known  bool
}

func newTagTree(wide, high int) *tagTree {
	t := &tagTree{wide: wide, leaves: wide * high}
	for first := 0; ; {
		level := wide * high
		nextWide, nextHigh := (wide+1)/2, (high+1)/2
		for i := range level {
			parent := first + level + i/wide/2*nextWide + i%wide/2
			if level == 1 {
				parent = -1
			}
			t.nodes = append(t.nodes, tagNode{parent: parent})
		}
		if level == 1 {
			return t
		}
		first, wide, high = first+level, nextWide, nextHigh
	}
}

// below reads until it is known whether the value of a leaf is below the bound.
func (t *tagTree) below(bits *bitReader, leaf, bound int) bool {
	var path [32]int
	n := 0
	for at := leaf; at >= 0; at = t.nodes[at].parent {
		path[n] = at
		n++
	}
	low := 0
	for n--; n >= 0; n-- {
		node := &t.nodes[path[n]]
		node.low = max(node.low, low)
		for node.low < bound && !node.known {
			if bits.bit() == 1 {
				node.known = true
			} else {
				node.low++
			}
		}
		low = node.low
	}
	leafNode := t.nodes[leaf]
	return leafNode.known && leafNode.low < bound
}

// bitReader reads the bits of a packet's header: after a byte FF the next holds seven (B.10.1).
type bitReader struct {
	data  []byte
	at    int
	left  int // bits of the last byte that are not yet read
	last  byte
	short bool // more was asked for than there is
}

func (b *bitReader) bit() int {
	if b.left == 0 {
		b.left = 8
		if b.last == 0xFF {
			b.left = 7
		}
		if b.at >= len(b.data) {
			b.short, b.last = true, 0
			return 0
		}
		b.last = b.data[b.at]
		b.at++
	}
	b.left--
	return int(b.last>>b.left) & 1
}

func (b *bitReader) bits(n int) int {
	v := 0
	for range n {
		v = v<<1 | b.bit()
	}
	return v
}

// align ends a header: the byte behind a last FF belongs to it.
func (b *bitReader) align() {
	if b.last == 0xFF && b.at < len(b.data) {
		b.at++
	}
	b.left, b.last = 0, 0
}
