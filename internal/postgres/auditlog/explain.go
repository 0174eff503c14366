package auditlog

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/openbmis/openbmis/internal/audit"
)

// explain narrows a problem down: with the witness's copies to the exact leaf and the fields that differ, without them by
// asking which of row and leaf hash is the one that was signed.
func (v *verification) explain(ctx context.Context, c chunk, p *Problem) (*Problem, error) {
	if p.Leaf < 0 {
		return p, nil
	}
	if v.opts.Reference != nil {
		return v.compareWithCopies(ctx, p)
	}
	if p.Fault == Altered {
		p.Detail += v.blame(c, p.Leaf)
	}
	return p, nil
}

// blame tells which of the two the next checkpoint signed.
func (v *verification) blame(c chunk, leaf int64) string {
	for _, checkpoint := range c.checkpoints {
		if checkpoint.size <= leaf || checkpoint.err != nil {
			continue
		}
		if c.rootAt(v.tree, checkpoint.size, -1) == checkpoint.Root {
			return "; the signed hash is that of the leaf: the row was changed"
		}
		if c.rootAt(v.tree, checkpoint.size, leaf) == checkpoint.Root {
			return "; the signed hash is that of the row: the leaf hash was changed"
		}
		return ""
	}
	return ""
}

// rootAt is the root at a size within the chunk, over the stored leaf hashes, but for one leaf over the computed one.
func (c *chunk) rootAt(begin *audit.Tree, size, computed int64) tlog.Hash {
	tree := begin.Clone()
	for i := tree.Size() - c.from; i < int64(len(c.leaves)) && tree.Size() < size; i++ {
		hash := c.leaves[i].stored
		if tree.Size() == computed {
			hash = c.leaves[i].computed
		}
		tree.Append(hash, nil)
	}
	return tree.Root()
}

// comparePage is how many copies are asked for at a time.
const comparePage = 2000

// compareWithCopies looks for the first leaf of the problem's range that differs from the witness's copy.
func (v *verification) compareWithCopies(ctx context.Context, p *Problem) (*Problem, error) {
	for first := p.Leaf; first <= p.Through; first += comparePage {
		limit := min(comparePage, p.Through-first+1)
		copies, err := v.opts.Reference.Leaves(ctx, v.report.Origin, first, int(limit))
		if err != nil {
			return nil, err
		}
		own, err := readChunk(ctx, v.tx, v.keys, first, first+limit)
		if err != nil {
			return nil, err
		}
		for i, copied := range copies {
			if exact, err := v.compareLeaf(ctx, own, first+int64(i), copied, p); exact != nil || err != nil {
				return exact, err
			}
		}
		if int64(len(copies)) < limit {
			break
		}
	}
	return p, nil
}

// compareLeaf is nil if the leaf is the copied one.
func (v *verification) compareLeaf(ctx context.Context, own chunk, no int64, copied []byte, p *Problem) (*Problem, error) {
	i := no - own.from
	if i >= int64(len(own.leaves)) || own.leaves[i].no != no {
		return one(MissingLeaf, no, 0, "no leaf has this number; the witness holds a copy"), nil
	}
	leaf := own.leaves[i]
	if !leaf.found || leaf.null {
		return one(p.Fault, no, leaf.id, "%s; the witness holds a copy", p.Detail), nil
	}
	if leaf.computed == tlog.RecordHash(copied) {
		return nil, nil
	}
	fields, err := v.differences(ctx, leaf, copied)
	if err != nil {
		return nil, err
	}
	return one(p.Fault, no, leaf.id, "differs from the witness's copy in: %s", strings.Join(fields, ", ")), nil
}

// differences names the fields of the row that differ from the copy.
func (v *verification) differences(ctx context.Context, leaf chainedLeaf, copied []byte) ([]string, error) {
	theirs, err := audit.DecodeLeaf(copied)
	if err != nil {
		return nil, fmt.Errorf("witness's copy of leaf %d: %w", leaf.no, err)
	}
	rows, err := v.tx.Query(ctx, rowsBetweenSQL, binaryResults, leaf.id, leaf.id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var row rawRow
	if !rows.Next() {
		return nil, rows.Err()
	}
	if err := row.read(rows.RawValues()); err != nil {
		return nil, err
	}
	ours, err := audit.DecodeLeaf(row.encode(nil, leaf.no))
	if err != nil {
		return []string{"its form: " + err.Error()}, nil
	}
	return audit.Diff(ours, theirs), nil
}
