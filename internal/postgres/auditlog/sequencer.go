package auditlog

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
)

// sequencerLock is the advisory lock that one sequencer of a database holds during a step: "audt" in ASCII.
const sequencerLock = 0x61756474

// defaultBatch is the most rows that one step numbers.
const defaultBatch = 4000

// stopTimeout is how long a stopping sequencer may take to number and sign what is left.
const stopTimeout = 5 * time.Second

// Sequencer numbers the committed audit rows, chains them and signs checkpoints. Several may run on one database, in one
// program or in many: an advisory lock lets one work at a time.
type Sequencer struct {
	db     *postgres.DB
	key    audit.Key
	now    func() time.Time
	log    *slog.Logger
	policy audit.Policy
	poll   time.Duration
	batch  int
}

// NewSequencer returns the sequencer of the database's log; the key's name is the log's origin.
func NewSequencer(db *postgres.DB, key audit.Key, now func() time.Time, log *slog.Logger, opts ...SequencerOption) *Sequencer {
	s := &Sequencer{db: db, key: key, now: now, log: log, policy: audit.DefaultPolicy(),
		poll: 500 * time.Millisecond, batch: defaultBatch}
	for _, opt := range opts {
		opt(s)
	}
	return s
}

// SequencerOption changes a sequencer.
type SequencerOption func(*Sequencer)

// WithPolicy sets when checkpoints are signed.
func WithPolicy(p audit.Policy) SequencerOption { return func(s *Sequencer) { s.policy = p } }

// WithPoll sets how often the sequencer looks for rows without being nudged.
func WithPoll(d time.Duration) SequencerOption { return func(s *Sequencer) { s.poll = d } }

// WithBatch sets the most rows that one step numbers.
func WithBatch(rows int) SequencerOption { return func(s *Sequencer) { s.batch = max(rows, 1) } }

// Run works until ctx ends, then numbers and signs what is left and returns nil. It wakes on every nudge (which may be
// nil) and every poll interval. Failures are logged and tried again: rows wait in the database.
func (s *Sequencer) Run(ctx context.Context, nudge <-chan struct{}) error {
	ticker := time.NewTicker(s.poll)
	defer ticker.Stop()
	for {
		if err := s.drain(ctx); err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "audit sequencer", "origin", s.key.Origin(), "error", err)
		}
		select {
		case <-ctx.Done():
			return s.finish(ctx)
		case <-nudge:
		case <-ticker.C:
		}
	}
}

// drain numbers all that waits and signs when the policy says so.
func (s *Sequencer) drain(ctx context.Context) error {
	for {
		n, err := s.Step(ctx)
		if err != nil {
			return err
		}
		if _, err := s.signIf(ctx, s.policy.Due); err != nil {
			return err
		}
		if n < s.batch {
			return nil
		}
	}
}

func (s *Sequencer) finish(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	for {
		n, err := s.Step(ctx)
		if err != nil {
			return fmt.Errorf("last audit step: %w", err)
		}
		if n < s.batch {
			break
		}
	}
	_, err := s.Sign(ctx)
	return err
}

// Step numbers at most one batch of committed rows, in one transaction, and returns how many. A step that is killed
// leaves no trace.
func (s *Sequencer) Step(ctx context.Context) (n int, err error) {
	var waiting bool
	if err := s.db.Pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM audit_pending)`).Scan(&waiting); err != nil || !waiting {
		return 0, wrap("sequence audit log", err)
	}
	err = s.locked(ctx, func(tx pgx.Tx) error {
		n, err = sequence(ctx, tx, s.batch)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("sequence audit log: %w", err)
	}
	return n, nil
}

// wrap adds what was tried to an error, if there is one.
func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

// locked runs fn in a transaction that holds the sequencer's lock.
func (s *Sequencer) locked(ctx context.Context, fn func(pgx.Tx) error) error {
	return s.db.InTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, sequencerLock); err != nil {
			return err
		}
		return fn(tx)
	})
}

// sequence numbers rows in the order of their ids, whatever order they became visible in: a row that committed late
// simply gets a later number.
func sequence(ctx context.Context, tx pgx.Tx, limit int) (int, error) {
	tree, err := loadTree(ctx, tx)
	if err != nil {
		return 0, err
	}
	batch, err := pendingRows(ctx, tx, tree, limit)
	if err != nil || len(batch.ids) == 0 {
		return 0, err
	}
	return len(batch.ids), batch.store(ctx, tx)
}

// loadTree restores the tree over the leaves stored so far.
func loadTree(ctx context.Context, tx querier) (*audit.Tree, error) {
	size, err := logSize(ctx, tx)
	if err != nil {
		return nil, err
	}
	return audit.LoadTree(size, ownHashes().reader(ctx, tx))
}

// logSize is the number of leaves.
func logSize(ctx context.Context, tx querier) (size int64, err error) {
	err = tx.QueryRow(ctx, `SELECT coalesce(max(leaf_no) + 1, 0) FROM audit_leaf`).Scan(&size)
	if err != nil {
		return 0, fmt.Errorf("size of audit log: %w", err)
	}
	return size, nil
}

// numbered is a batch of rows with their leaf hashes and the nodes they complete.
type numbered struct {
	first  int64
	ids    []int64
	hashes []tlog.Hash
	nodes  []audit.Node
}

const pendingSQL = `SELECT ` + contentColumns + ` FROM (SELECT audit_id FROM audit_pending ORDER BY audit_id LIMIT $1) p
	JOIN audit a ON a.id = p.audit_id ORDER BY a.id`

// pendingRows reads the next rows and appends them to the tree.
func pendingRows(ctx context.Context, tx pgx.Tx, tree *audit.Tree, limit int) (numbered, error) {
	batch := numbered{first: tree.Size()}
	rows, err := tx.Query(ctx, pendingSQL, binaryResults, limit)
	if err != nil {
		return batch, err
	}
	defer rows.Close()
	var row rawRow
	var buf []byte
	for rows.Next() {
		if err := row.read(rows.RawValues()); err != nil {
			return batch, err
		}
		buf = row.encode(buf[:0], tree.Size())
		hash := tlog.RecordHash(buf)
		batch.ids, batch.hashes = append(batch.ids, row.id), append(batch.hashes, hash)
		tree.Append(hash, batch.keep)
	}
	return batch, rows.Err()
}

func (b *numbered) keep(n audit.Node) {
	if n.Kept() {
		b.nodes = append(b.nodes, n)
	}
}

func (b *numbered) store(ctx context.Context, tx pgx.Tx) error {
	i := -1
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"audit_leaf"}, []string{"leaf_no", "audit_id", "hash"},
		pgx.CopyFromFunc(func() ([]any, error) {
			if i++; i == len(b.ids) {
				return nil, nil
			}
			return []any{b.first + int64(i), b.ids[i], b.hashes[i][:]}, nil
		}))
	if err != nil {
		return fmt.Errorf("store leaves: %w", err)
	}
	for _, node := range b.nodes {
		if _, err := tx.Exec(ctx, `INSERT INTO audit_hash (idx, hash) VALUES ($1, $2)`, node.Index(), node.Hash[:]); err != nil {
			return fmt.Errorf("store node: %w", err)
		}
	}
	tag, err := tx.Exec(ctx, `DELETE FROM audit_pending WHERE audit_id = ANY($1)`, b.ids)
	if err != nil {
		return fmt.Errorf("clear numbered rows: %w", err)
	}
	if tag.RowsAffected() != int64(len(b.ids)) {
		return errors.New("clear numbered rows: another sequencer was at work")
	}
	return nil
}
