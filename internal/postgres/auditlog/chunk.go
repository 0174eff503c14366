package auditlog

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"
)

// chunk is a run of leaves with everything that Verify compares them with.
type chunk struct {
	from, to    int64 // leaf numbers [from, to)
	leaves      []chainedLeaf
	nodes       map[int64]tlog.Hash // stored interior hashes by index
	checkpoints []storedCheckpoint  // of sizes (from, to], by size
}

// chainedLeaf is a stored leaf beside what its audit row gives.
type chainedLeaf struct {
	no, id   int64
	stored   tlog.Hash
	computed tlog.Hash
	found    bool // the row is there
	null     bool // the row has a NULL where none may be
}

// storedCheckpoint is a row of audit_checkpoint or audit_cosignature; err says why it is not valid.
type storedCheckpoint struct {
	evidence
	size int64
	err  error
}

// readChunk reads and hashes the leaves [from, to).
func readChunk(ctx context.Context, tx pgx.Tx, keys keyring, from, to int64) (c chunk, err error) {
	c = chunk{from: from, to: to}
	if err := c.readLeaves(ctx, tx); err != nil {
		return c, fmt.Errorf("leaves %d to %d: %w", from, to-1, err)
	}
	if err := c.readRows(ctx, tx); err != nil {
		return c, fmt.Errorf("rows of leaves %d to %d: %w", from, to-1, err)
	}
	if err := c.readNodes(ctx, tx); err != nil {
		return c, fmt.Errorf("nodes over leaves %d to %d: %w", from, to-1, err)
	}
	if err := c.readCheckpoints(ctx, tx, keys); err != nil {
		return c, fmt.Errorf("checkpoints over leaves %d to %d: %w", from, to-1, err)
	}
	return c, nil
}

func (c *chunk) readLeaves(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, `SELECT leaf_no, audit_id, hash FROM audit_leaf WHERE leaf_no >= $1 AND leaf_no < $2
		ORDER BY leaf_no`, binaryResults, c.from, c.to)
	if err != nil {
		return err
	}
	defer rows.Close()
	c.leaves = make([]chainedLeaf, 0, c.to-c.from)
	for rows.Next() {
		values := rows.RawValues()
		leaf := chainedLeaf{no: bigint(values[0]), id: bigint(values[1])}
		if leaf.stored, err = toHash(values[2]); err != nil {
			return err
		}
		c.leaves = append(c.leaves, leaf)
	}
	return rows.Err()
}

const (
	rowsBetweenSQL = `SELECT ` + contentColumns + ` FROM audit a WHERE a.id BETWEEN $1 AND $2 ORDER BY a.id`
	rowsOfSQL      = `SELECT ` + contentColumns + ` FROM audit a WHERE a.id = ANY($1) ORDER BY a.id`
)

// readRows hashes the audit row of each leaf. Ids run almost with the leaf numbers, so that one range usually holds them
// all; where a row committed very late they are asked for one by one. Either way the memory is that of the chunk.
func (c *chunk) readRows(ctx context.Context, tx pgx.Tx) error {
	if len(c.leaves) == 0 {
		return nil
	}
	byID := make([]*chainedLeaf, len(c.leaves))
	for i := range c.leaves {
		byID[i] = &c.leaves[i]
	}
	slices.SortFunc(byID, func(a, b *chainedLeaf) int { return cmp.Compare(a.id, b.id) })
	rows, err := queryRows(ctx, tx, byID)
	if err != nil {
		return err
	}
	defer rows.Close()
	hasher := rowHasher{waiting: byID}
	for rows.Next() {
		if err := hasher.take(rows.RawValues()); err != nil {
			return err
		}
	}
	return rows.Err()
}

// rowHasher gives rows, which come by id, to their leaves.
type rowHasher struct {
	waiting []*chainedLeaf // by id
	row     rawRow
	buf     []byte
}

func (h *rowHasher) take(values [][]byte) error {
	err := h.row.read(values)
	null := errors.Is(err, errNull)
	if err != nil && !null {
		return err
	}
	for len(h.waiting) > 0 && h.waiting[0].id <= h.row.id {
		leaf := h.waiting[0]
		h.waiting = h.waiting[1:]
		if leaf.id < h.row.id {
			continue // its row is gone
		}
		leaf.found, leaf.null = true, null
		if !null {
			h.buf = h.row.encode(h.buf[:0], leaf.no)
			leaf.computed = tlog.RecordHash(h.buf)
		}
	}
	return nil
}

// queryRows selects the rows of the leaves, by id.
func queryRows(ctx context.Context, tx pgx.Tx, byID []*chainedLeaf) (pgx.Rows, error) {
	first, last := byID[0].id, byID[len(byID)-1].id
	if spread := last - first; spread >= 0 && spread < 2*int64(len(byID)) {
		return tx.Query(ctx, rowsBetweenSQL, binaryResults, first, last)
	}
	ids := make([]int64, len(byID))
	for i, leaf := range byID {
		ids[i] = leaf.id
	}
	return tx.Query(ctx, rowsOfSQL, binaryResults, ids)
}

// readNodes reads the interior hashes that the chunk's leaves complete.
func (c *chunk) readNodes(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, `SELECT idx, hash FROM audit_hash WHERE idx >= $1 AND idx < $2`,
		tlog.StoredHashIndex(0, c.from), tlog.StoredHashIndex(0, c.to))
	if err != nil {
		return err
	}
	c.nodes = map[int64]tlog.Hash{}
	var index int64
	var stored []byte
	_, err = pgx.ForEachRow(rows, []any{&index, &stored}, func() error {
		hash, err := toHash(stored)
		c.nodes[index] = hash
		return err
	})
	return err
}

// readCheckpoints reads and verifies what was signed and co-signed over the chunk's leaves.
func (c *chunk) readCheckpoints(ctx context.Context, tx pgx.Tx, keys keyring) error {
	rows, err := tx.Query(ctx, `SELECT size, root, note, NULL FROM audit_checkpoint WHERE size > $1 AND size <= $2
		UNION ALL SELECT size, NULL, note, witness FROM audit_cosignature WHERE size > $1 AND size <= $2 ORDER BY 1, 4 NULLS FIRST`,
		c.from, c.to)
	if err != nil {
		return err
	}
	var size int64
	var root, msg []byte
	var witness *string
	_, err = pgx.ForEachRow(rows, []any{&size, &root, &msg, &witness}, func() error {
		c.checkpoints = append(c.checkpoints, openStored(keys, size, root, msg, witness))
		return nil
	})
	return err
}

// openStored verifies a stored checkpoint against its signatures and its own columns.
func openStored(keys keyring, size int64, root, msg []byte, witness *string) storedCheckpoint {
	found := storedCheckpoint{size: size}
	found.evidence, found.err = keys.open(msg)
	found.from = "a checkpoint in the database"
	if witness != nil {
		found.from = "a checkpoint co-signed by " + *witness
	}
	switch {
	case found.err != nil:
	case found.Size != size:
		found.err = fmt.Errorf("column size: expected %d, found %d", found.Size, size)
	case witness == nil && string(root) != string(found.Root[:]):
		found.err = errors.New("column root: not the root that was signed")
	case witness != nil && keys.knows(*witness) && !found.cosigned:
		found.err = fmt.Errorf("no signature of %s", *witness)
	}
	return found
}
