package auditlog

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/openbmis/openbmis/internal/audit"
)

// witnessed is what the witness holds of one log.
type witnessed struct {
	log        enrolled
	tree       *audit.Tree      // over the leaves held
	last       audit.Checkpoint // last accepted; zero if none
	acceptedAt time.Time
	hashes     tlog.HashReader
}

func loadWitnessed(ctx context.Context, tx pgx.Tx, log enrolled) (*witnessed, error) {
	w := &witnessed{log: log, hashes: witnessedHashes(log.id).reader(ctx, tx), last: audit.Checkpoint{Origin: log.origin}}
	var size int64
	err := tx.QueryRow(ctx, `SELECT coalesce(max(leaf_no) + 1, 0) FROM witness_leaf WHERE log_id = $1`, log.id).Scan(&size)
	if err != nil {
		return nil, err
	}
	if w.tree, err = audit.LoadTree(size, w.hashes); err != nil {
		return nil, err
	}
	var root []byte
	err = tx.QueryRow(ctx, `SELECT size, root, accepted_at FROM witness_checkpoint WHERE log_id = $1
		ORDER BY size DESC LIMIT 1`, log.id).Scan(&w.last.Size, &root, &w.acceptedAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return w, nil
	}
	if err != nil {
		return nil, err
	}
	w.last.Root, err = toHash(root)
	return w, err
}

// sameTree refuses a checkpoint, of a size that is held, that states another tree than the leaves held.
func (w *witnessed) sameTree(next audit.Checkpoint) error {
	if next.Size > w.tree.Size() {
		return nil // beyond what is held: nothing to compare with yet
	}
	root, err := tlog.TreeHash(next.Size, w.hashes)
	if err != nil {
		return err
	}
	if root != next.Root {
		return &audit.Refusal{Kind: audit.Fork, Origin: w.log.origin, Leaf: -1, Detail: fmt.Sprintf(
			"at size %d the leaves held give root %s, the checkpoint says %s", next.Size, root, next.Root)}
	}
	return nil
}

// take compares the leaves that are held already, stores those that are new, and makes sure that the checkpoint covers
// them. The caller's transaction is rolled back on an error.
func (w *witnessed) take(ctx context.Context, tx pgx.Tx, batch audit.Batch, next audit.Checkpoint) error {
	hashes := make([]tlog.Hash, len(batch.Leaves))
	for i, leaf := range batch.Leaves {
		no := batch.First + int64(i)
		decoded, err := audit.DecodeLeaf(leaf)
		if err == nil && decoded.No != no {
			err = fmt.Errorf("expected leaf number %d, got %d", no, decoded.No)
		}
		if err != nil {
			return &audit.Refusal{Kind: audit.BadLeaf, Origin: w.log.origin, Leaf: no, Detail: err.Error()}
		}
		hashes[i] = tlog.RecordHash(leaf)
	}
	held := min(w.tree.Size()-batch.First, int64(len(hashes)))
	if err := w.compare(ctx, tx, batch.First, hashes[:held]); err != nil {
		return err
	}
	if batch.End() < w.tree.Size() {
		return w.sameTree(next) // all held already; the proof is about a smaller tree than ours
	}
	return w.store(ctx, tx, batch, hashes, int(held), next)
}

// compare finds the first leaf that is not the one held: the place where a log forks.
func (w *witnessed) compare(ctx context.Context, tx pgx.Tx, first int64, hashes []tlog.Hash) error {
	if len(hashes) == 0 {
		return nil
	}
	held, err := witnessedHashes(w.log.id).span(ctx, tx, audit.Span{First: first, Count: len(hashes)})
	if err != nil {
		return err
	}
	for i, hash := range hashes {
		if i >= len(held) || held[i] != hash {
			return &audit.Refusal{Kind: audit.Fork, Origin: w.log.origin, Leaf: first + int64(i),
				Detail: "another leaf was received before under this number"}
		}
	}
	return nil
}

func (w *witnessed) store(ctx context.Context, tx pgx.Tx, batch audit.Batch, hashes []tlog.Hash, held int,
	next audit.Checkpoint,
) error {
	var nodes []audit.Node
	first := w.tree.Size()
	for _, hash := range hashes[held:] {
		w.tree.Append(hash, func(n audit.Node) {
			if n.Kept() {
				nodes = append(nodes, n)
			}
		})
	}
	if err := batch.CheckCovered(w.tree, next); err != nil {
		return &audit.Refusal{Kind: audit.Fork, Origin: w.log.origin, Leaf: -1, Detail: fmt.Sprintf(
			"with the leaves %d to %d: %v", batch.First, batch.End()-1, err)}
	}
	return w.insert(ctx, tx, first, batch.Leaves[held:], hashes[held:], nodes)
}

func (w *witnessed) insert(ctx context.Context, tx pgx.Tx, first int64, leaves [][]byte, hashes []tlog.Hash,
	nodes []audit.Node,
) error {
	i := -1
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"witness_leaf"}, []string{"log_id", "leaf_no", "hash", "leaf"},
		pgx.CopyFromFunc(func() ([]any, error) {
			if i++; i == len(leaves) {
				return nil, nil
			}
			return []any{w.log.id, first + int64(i), hashes[i][:], leaves[i]}, nil
		}))
	if err != nil {
		return fmt.Errorf("store leaves: %w", err)
	}
	for _, node := range nodes {
		_, err := tx.Exec(ctx, `INSERT INTO witness_hash (log_id, idx, hash) VALUES ($1, $2, $3)`, w.log.id, node.Index(),
			node.Hash[:])
		if err != nil {
			return fmt.Errorf("store node: %w", err)
		}
	}
	return nil
}
