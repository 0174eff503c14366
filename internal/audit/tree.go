package audit

import (
	"fmt"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// Tree is a growing Merkle tree (RFC 6962) reduced to its right edge: the hashes of the complete subtrees that cover
// the leaves so far, largest first. It holds at most 63 hashes, whatever the size of the log.
type Tree struct {
	size int64
	edge []tlog.Hash
}

// Node is the hash of a complete subtree: the leaves [N<<Level, (N+1)<<Level).
type Node struct {
	Level int
	N     int64
	Hash  tlog.Hash
}

// Index is the place of the node in the linear order of golang.org/x/mod/sumdb/tlog.
func (n Node) Index() int64 { return tlog.StoredHashIndex(n.Level, n.N) }

// LoadTree restores the tree of the given size from stored hashes.
func LoadTree(size int64, hashes tlog.HashReader) (*Tree, error) {
	if size < 0 {
		return nil, fmt.Errorf("audit tree: size: expected 0 or more, got %d", size)
	}
	var indexes []int64
	for start, level := int64(0), 62; level >= 0; level-- {
		if width := int64(1) << level; size&width != 0 {
			indexes = append(indexes, tlog.StoredHashIndex(level, start>>level))
			start += width
		}
	}
	edge, err := hashes.ReadHashes(indexes)
	if err != nil {
		return nil, fmt.Errorf("audit tree of size %d: %w", size, err)
	}
	if len(edge) != len(indexes) {
		return nil, fmt.Errorf("audit tree of size %d: expected %d hashes, got %d", size, len(indexes), len(edge))
	}
	return &Tree{size: size, edge: append([]tlog.Hash(nil), edge...)}, nil
}

// Size is the number of leaves.
func (t *Tree) Size() int64 { return t.size }

// Append adds a leaf by its hash. Each subtree of two or more leaves that it completes is handed to completed, smallest
// first; completed may be nil.
func (t *Tree) Append(leaf tlog.Hash, completed func(Node)) {
	hash := leaf
	merges := bits.TrailingZeros64(^uint64(t.size)) //nolint:gosec // size is not negative
	for level := 1; level <= merges; level++ {
		last := len(t.edge) - 1
		hash = tlog.NodeHash(t.edge[last], hash)
		t.edge = t.edge[:last]
		if completed != nil {
			completed(Node{Level: level, N: t.size >> level, Hash: hash})
		}
	}
	t.edge = append(t.edge, hash)
	t.size++
}

// Root is the tree's root hash; of an empty tree it is the hash of nothing, as RFC 6962 has it.
func (t *Tree) Root() tlog.Hash {
	if len(t.edge) == 0 {
		root, _ := tlog.TreeHash(0, nil) // size 0 reads nothing and cannot fail
		return root
	}
	root := t.edge[len(t.edge)-1]
	for i := len(t.edge) - 2; i >= 0; i-- {
		root = tlog.NodeHash(t.edge[i], root)
	}
	return root
}

// Clone returns an independent copy.
func (t *Tree) Clone() *Tree {
	return &Tree{size: t.size, edge: append([]tlog.Hash(nil), t.edge...)}
}
