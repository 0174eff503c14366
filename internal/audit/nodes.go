package audit

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// NodeStep is the distance between the levels of the tree that storage keeps besides the leaf hashes: levels 8, 16, 24
// and so on, one hash in 256. Every other node is computed from at most 128 of these.
const NodeStep = 8

// Kept reports whether storage keeps nodes of this level; leaf hashes (level 0) are kept with the leaves.
func (n Node) Kept() bool { return n.Level > 0 && n.Level%NodeStep == 0 }

// Span is a run of consecutive hashes of one kept level: the nodes [First, First+Count) of Level.
type Span struct {
	Level int
	First int64
	Count int
}

// SpanReader reads the hashes of each span, in order. Level 0 are leaf hashes, the others are kept nodes.
type SpanReader func(spans []Span) ([][]tlog.Hash, error)

// ReadHashes makes SpanReader a tlog.HashReader: it answers for every complete subtree.
func (read SpanReader) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	spans := make([]Span, len(indexes))
	for i, index := range indexes {
		level, n := tlog.SplitStoredHashIndex(index)
		up := level % NodeStep
		spans[i] = Span{Level: level - up, First: n << up, Count: 1 << up}
	}
	rows, err := read(spans)
	if err != nil {
		return nil, err
	}
	if len(rows) != len(spans) {
		return nil, fmt.Errorf("audit hashes: expected %d spans, got %d", len(spans), len(rows))
	}
	hashes := make([]tlog.Hash, len(indexes))
	for i, row := range rows {
		if len(row) != spans[i].Count {
			return nil, fmt.Errorf("audit hashes: level %d from %d: expected %d hashes, found %d", spans[i].Level,
				spans[i].First, spans[i].Count, len(row))
		}
		hashes[i] = combine(row)
	}
	return hashes, nil
}

// combine folds a power of two of sibling hashes into the hash above them.
func combine(row []tlog.Hash) tlog.Hash {
	level := append([]tlog.Hash(nil), row...)
	for len(level) > 1 {
		for i := 0; i < len(level)/2; i++ {
			level[i] = tlog.NodeHash(level[2*i], level[2*i+1])
		}
		level = level[:len(level)/2]
	}
	return level[0]
}
