package wsq

// The number of subbands. The last four, the highest frequencies in both directions, are never sent by encoders of the standard.
const (
	subbands    = 64
	sentBands   = 60
	firstBlock  = 19 // subbands 0 to 18 are the first block of entropy-coded data
	secondBlock = 52 // 19 to 51 the second, the rest the third
)

// rect is a part of the plane of coefficients, which has the image's size.
type rect struct{ x, y, w, h int }

// node is a part of the plane that is split once into four. In an inverted direction the high half stands first, so that the subbands lie
// in the order of their frequency: the second half of every split is inverted in turn.
type node struct {
	rect
	invertX, invertY bool
}

// halves splits a length: how long the first half by position is. The low half is the longer one.
func halves(n int, inverted bool) int {
	if inverted {
		return n / 2
	}
	return (n + 1) / 2
}

// quarters are the four parts of n: first row first, left to right.
func (n node) quarters() [4]node {
	w, h := halves(n.w, n.invertX), halves(n.h, n.invertY)
	return [4]node{
		{rect{n.x, n.y, w, h}, false, false},
		{rect{n.x + w, n.y, n.w - w, h}, true, false},
		{rect{n.x, n.y + h, w, n.h - h}, false, true},
		{rect{n.x + w, n.y + h, n.w - w, n.h - h}, true, true},
	}
}

// tree is how an image of a size is taken apart: the nodes in the order of analysis, and where each subband lies.
type tree struct {
	nodes []node
	bands [subbands]rect
}

// newTree follows the decomposition of the standard (figure of the 64 subbands): the lowest quarter twice more, its neighbours into sixteen.
func newTree(width, height int) *tree {
	t := &tree{nodes: make([]node, 0, 32)}
	top := t.split(node{rect: rect{0, 0, width, height}})
	low := t.split(top[0])
	t.bands[51] = low[3].rect
	for i, first := range []int{52, 56, 60} {
		t.four(top[i+1], first)
	}
	t.sixteen(low[1], 19)
	t.sixteen(low[2], 35)
	lowest := t.split(low[0])
	for i, first := range []int{7, 11, 15} {
		t.four(lowest[i+1], first)
	}
	core := t.split(lowest[0])
	for i, band := range []int{4, 5, 6} {
		t.bands[band] = core[i+1].rect
	}
	t.four(core[0], 0)
	return t
}

func (t *tree) split(n node) [4]node {
	t.nodes = append(t.nodes, n)
	return n.quarters()
}

// four makes the quarters of n the subbands from first on.
func (t *tree) four(n node, first int) {
	for i, quarter := range t.split(n) {
		t.bands[first+i] = quarter.rect
	}
}

// sixteen makes the quarters of the quarters of n the subbands from first on.
func (t *tree) sixteen(n node, first int) {
	for i, quarter := range t.split(n) {
		t.four(quarter, first+4*i)
	}
}

// holds reports whether a subband that which is true for has coefficients in n.
func (t *tree) holds(n node, which func(band int) bool) bool {
	for i, b := range t.bands {
		if b.w > 0 && b.h > 0 && b.x >= n.x && b.y >= n.y && b.x+b.w <= n.x+n.w && b.y+b.h <= n.y+n.h && which(i) {
			return true
		}
	}
	return false
}
