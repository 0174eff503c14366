package auditlog

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"github.com/openbmis/openbmis/internal/audit"
)

// chunkLeaves is how many leaves are read at a time, a multiple of 256. Memory is about 2 MB a chunk.
const chunkLeaves = 16384

// checkLeaves reads chunks side by side and judges them in order. It stops at the first problem.
func (v *verification) checkLeaves(ctx context.Context) (problem *Problem, err error) {
	total, err := logSize(ctx, v.tx)
	if err != nil || total == 0 {
		return nil, err
	}
	var snapshot string
	if err := v.tx.QueryRow(ctx, `SELECT pg_export_snapshot()`).Scan(&snapshot); err != nil {
		return nil, err
	}
	workers, err := v.workers()
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	group, ctx := errgroup.WithContext(ctx)
	jobs, ordered := make(chan job), make(chan job, workers)
	group.Go(func() error { return dispatch(ctx, total, jobs, ordered) })
	for range workers {
		group.Go(func() error { return v.work(ctx, snapshot, jobs) })
	}
	group.Go(func() error {
		problem, err = v.judgeAll(ctx, total, ordered)
		if problem != nil {
			stop() // nobody needs the rest
		}
		return err
	})
	failed := group.Wait()
	if problem != nil {
		return problem, nil // what failed afterwards was called off
	}
	return nil, failed
}

// workers is how many connections read beside the one that holds the snapshot.
func (v *verification) workers() (int, error) {
	wanted := v.opts.Workers
	if wanted <= 0 {
		wanted = 2
	}
	free := int(v.db.Pool.Config().MaxConns) - 1
	if free < 1 {
		return 0, errors.New("the pool must allow 2 connections or more")
	}
	return min(wanted, free), nil
}

// job is a chunk that somebody reads and somebody waits for.
type job struct {
	from, to int64
	done     chan chunk // of one element
}

// dispatch hands out the chunks, at most as many ahead as ordered holds.
func dispatch(ctx context.Context, total int64, jobs, ordered chan<- job) error {
	defer close(jobs)
	defer close(ordered)
	for from := int64(0); from < total; from += chunkLeaves {
		next := job{from: from, to: min(from+chunkLeaves, total), done: make(chan chunk, 1)}
		for _, queue := range []chan<- job{ordered, jobs} {
			select {
			case queue <- next:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	return nil
}

// work reads chunks in the common snapshot.
func (v *verification) work(ctx context.Context, snapshot string, jobs <-chan job) error {
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	return pgx.BeginTxFunc(ctx, v.db.Pool, options, func(tx pgx.Tx) error {
		// The name comes from pg_export_snapshot; SET takes no parameters.
		if _, err := tx.Exec(ctx, `SET TRANSACTION SNAPSHOT '`+snapshot+`'`); err != nil {
			return err
		}
		for next := range jobs {
			read, err := readChunk(ctx, tx, v.keys, next.from, next.to)
			if err != nil {
				return err
			}
			next.done <- read
		}
		return nil
	})
}

// judgeAll takes the chunks in order.
func (v *verification) judgeAll(ctx context.Context, total int64, ordered <-chan job) (*Problem, error) {
	for next := range ordered {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case read := <-next.done:
			problem, err := v.judge(ctx, read)
			if problem != nil || err != nil {
				return problem, err
			}
			if v.opts.Progress != nil {
				v.opts.Progress(v.tree.Size(), total)
			}
		}
	}
	return nil, ctx.Err()
}

// judge compares a chunk leaf by leaf and grows the tree.
func (v *verification) judge(ctx context.Context, c chunk) (*Problem, error) {
	checkpoints := c.checkpoints
	for i := range c.leaves {
		leaf := &c.leaves[i]
		if problem := v.judgeLeaf(leaf); problem != nil {
			return v.explain(ctx, c, problem)
		}
		var broken *Problem
		v.tree.Append(leaf.stored, func(n audit.Node) { broken = orFirst(broken, c.judgeNode(n)) })
		if broken != nil {
			return v.explain(ctx, c, broken)
		}
		for len(checkpoints) > 0 && checkpoints[0].size == v.tree.Size() {
			if problem := v.judgeCheckpoint(checkpoints[0]); problem != nil {
				return v.explain(ctx, c, problem)
			}
			checkpoints = checkpoints[1:]
		}
		if problem, err := v.judgeOutside(ctx); err != nil {
			return nil, err
		} else if problem != nil {
			return v.explain(ctx, c, problem)
		}
	}
	if v.tree.Size() < c.to {
		return one(MissingLeaf, v.tree.Size(), 0, "no leaf has this number"), nil
	}
	return c.leftOver(), nil
}

func orFirst(a, b *Problem) *Problem {
	if a != nil {
		return a
	}
	return b
}

func (v *verification) judgeLeaf(leaf *chainedLeaf) *Problem {
	switch {
	case leaf.no != v.tree.Size():
		return one(MissingLeaf, v.tree.Size(), 0, "no leaf has this number; the next one is %d", leaf.no)
	case !leaf.found:
		return one(Deleted, leaf.no, leaf.id, "the row is gone")
	case leaf.null:
		return one(Altered, leaf.no, leaf.id, "a column is NULL")
	case leaf.computed != leaf.stored:
		return one(Altered, leaf.no, leaf.id, "the row gives another hash than its leaf")
	}
	return nil
}

// judgeNode compares a completed subtree with the stored hash and ticks it off.
func (c *chunk) judgeNode(n audit.Node) *Problem {
	if !n.Kept() {
		return nil
	}
	stored, found := c.nodes[n.Index()]
	delete(c.nodes, n.Index())
	if found && stored == n.Hash {
		return nil
	}
	detail := "the stored hash over these leaves is another"
	if !found {
		detail = "the stored hash over these leaves is missing"
	}
	first := n.N << n.Level
	return &Problem{Fault: BadNode, Leaf: first, Through: first + 1<<n.Level - 1, Detail: detail}
}

// leftOver reports stored hashes that belong to no subtree.
func (c *chunk) leftOver() *Problem {
	for index := range c.nodes {
		return one(BadNode, -1, 0, "there is a stored hash (index %d) that belongs to no subtree kept", index)
	}
	return nil
}

func (v *verification) judgeCheckpoint(stored storedCheckpoint) *Problem {
	if stored.err != nil {
		return one(BadCheckpoint, -1, 0, "%s at size %d: %v", stored.from, stored.size, stored.err)
	}
	return v.judgeRoot(stored.evidence)
}

// judgeOutside compares with the evidence from outside about the present size.
func (v *verification) judgeOutside(ctx context.Context) (*Problem, error) {
	for {
		next, ok, err := v.outside.take(ctx, v.tree.Size())
		if err != nil || !ok {
			return nil, err
		}
		if problem := v.judgeRoot(next); problem != nil {
			return problem, nil
		}
	}
}

// judgeRoot compares the tree with a checkpoint of its size. The leaves up to the last good checkpoint are proven, so that
// what is wrong lies behind it; but against evidence from outside the log's own signature proves nothing, for who holds
// the machine holds its key.
func (v *verification) judgeRoot(e evidence) *Problem {
	outside := e.cosigned || e.external
	if e.Root != v.tree.Root() {
		proven := v.report.Signed
		if outside {
			proven = v.proven
		}
		return &Problem{Fault: Rewritten, Leaf: proven, Through: e.Size - 1, Detail: fmt.Sprintf(
			"%s at size %d has another root: what it covered was changed, removed or put in another order", e.from, e.Size)}
	}
	v.report.Checkpoints++
	v.report.Signed = e.Size
	if outside {
		v.proven = e.Size
	}
	if e.cosigned {
		v.report.Cosigned = e.Size
	}
	return nil
}
