package audit_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/internal/audit"
)

// store keeps leaf hashes and every 8th level, as the database does.
type store struct {
	leaves []tlog.Hash
	nodes  map[int64]tlog.Hash
}

func (s *store) reader() tlog.HashReader {
	return tlog.HashReaderFunc(audit.SpanReader(func(spans []audit.Span) ([][]tlog.Hash, error) {
		var out [][]tlog.Hash
		for _, span := range spans {
			var row []tlog.Hash
			for n := span.First; n < span.First+int64(span.Count); n++ {
				if span.Level == 0 && n < int64(len(s.leaves)) {
					row = append(row, s.leaves[n])
				} else if hash, ok := s.nodes[tlog.StoredHashIndex(span.Level, n)]; ok && span.Level > 0 {
					row = append(row, hash)
				}
			}
			out = append(out, row)
		}
		return out, nil
	}).ReadHashes)
}

// grow makes a tree of n leaves, its store, and tlog's own storage of all hashes to compare with.
func grow(t require.TestingT, n int) (*audit.Tree, *store, tlog.HashReader) {
	tree, kept := &audit.Tree{}, &store{nodes: map[int64]tlog.Hash{}}
	var all []tlog.Hash
	full := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var out []tlog.Hash
		for _, i := range indexes {
			out = append(out, all[i])
		}
		return out, nil
	})
	for i := range n {
		hash := tlog.RecordHash(fmt.Append(nil, "leaf ", i))
		more, err := tlog.StoredHashesForRecordHash(int64(i), hash, full)
		require.NoError(t, err)
		all = append(all, more...)
		kept.leaves = append(kept.leaves, hash)
		tree.Append(hash, func(node audit.Node) {
			require.Equal(t, all[node.Index()], node.Hash)
			if node.Kept() {
				kept.nodes[node.Index()] = node.Hash
			}
		})
	}
	return tree, kept, full
}

func TestTheTreeIsThatOfRFC6962(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 7, 8, 255, 256, 257, 1000, 65_536 + 300} {
		tree, kept, full := grow(t, n)
		want, err := tlog.TreeHash(int64(n), full)
		require.NoError(t, err)
		require.Equal(t, want, tree.Root(), "%d leaves", n)
		require.EqualValues(t, n, tree.Size())
		again, err := audit.LoadTree(int64(n), kept.reader())
		require.NoError(t, err)
		require.Equal(t, tree, again, "%d leaves restored", n)
	}
}

// One hash in 256 is enough for every proof.
func TestProofsFromTheHashesKept(t *testing.T) {
	const n = 3000
	tree, kept, full := grow(t, n)
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.Int64Range(1, n).Draw(t, "size")
		root, err := tlog.TreeHash(size, full)
		require.NoError(t, err)
		proof, err := tlog.ProveTree(n, size, kept.reader())
		require.NoError(t, err)
		require.NoError(t, tlog.CheckTree(proof, n, tree.Root(), size, root))
		leaf := rapid.Int64Range(0, n-1).Draw(t, "leaf")
		record, err := tlog.ProveRecord(n, leaf, kept.reader())
		require.NoError(t, err)
		require.NoError(t, tlog.CheckRecord(record, n, tree.Root(), leaf, kept.leaves[leaf]))
	})
}

func TestMissingHashesAreAnError(t *testing.T) {
	_, kept, _ := grow(t, 600)
	_, err := audit.LoadTree(700, kept.reader())
	require.ErrorContains(t, err, "expected")
	_, err = audit.LoadTree(-1, kept.reader())
	require.Error(t, err)
}

func TestACloneGrowsByItself(t *testing.T) {
	tree, _, _ := grow(t, 7)
	before := tree.Root()
	clone := tree.Clone()
	clone.Append(tlog.Hash{1}, nil)
	clone.Append(tlog.Hash{2}, nil)
	require.Equal(t, before, tree.Root())
	require.NotEqual(t, before, clone.Root())
}

func BenchmarkAppend(b *testing.B) {
	tree := &audit.Tree{}
	hash := tlog.RecordHash([]byte("leaf"))
	for b.Loop() {
		tree.Append(hash, nil)
	}
}
