package auditlog

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/openbmis/openbmis/internal/audit"
)

// ErrBroken is returned instead of a signature: the stored log does not continue the last signed checkpoint.
var ErrBroken = errors.New("the audit log does not continue its last signed checkpoint")

// Sign signs a checkpoint of the log as it stands, unless the newest one covers it already, and returns the newest.
func (s *Sequencer) Sign(ctx context.Context) (audit.Checkpoint, error) {
	return s.signIf(ctx, func(_ time.Time, size int64, last audit.Checkpoint, _ time.Time) bool { return size > last.Size })
}

type duePolicy func(now time.Time, size int64, last audit.Checkpoint, signedAt time.Time) bool

func (s *Sequencer) signIf(ctx context.Context, due duePolicy) (newest audit.Checkpoint, err error) {
	err = s.locked(ctx, func(tx pgx.Tx) error {
		last, err := newestCheckpoint(ctx, tx)
		if err != nil {
			return err
		}
		newest = last.Checkpoint
		size, err := logSize(ctx, tx)
		if err != nil {
			return err
		}
		if size < newest.Size {
			return fmt.Errorf("%w: signed at %d leaves, now there are %d", ErrBroken, newest.Size, size)
		}
		if !due(s.now(), size, newest, last.signedAt) {
			return nil
		}
		newest, err = s.signAt(ctx, tx, newest, size)
		return err
	})
	if err != nil {
		return audit.Checkpoint{}, fmt.Errorf("sign audit checkpoint: %w", err)
	}
	return newest, nil
}

type signed struct {
	audit.Checkpoint
	note     string
	signedAt time.Time
}

// newestCheckpoint reads the newest checkpoint; its note is empty if there is none. Its signature is not judged: a node with
// a new key continues the tree that its old key signed, and the root must fit the tree whoever signed it.
func newestCheckpoint(ctx context.Context, tx querier) (last signed, err error) {
	var root []byte
	err = tx.QueryRow(ctx, `SELECT size, root, note, signed_at FROM audit_checkpoint ORDER BY size DESC LIMIT 1`).
		Scan(&last.Size, &root, &last.note, &last.signedAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return signed{}, nil
	}
	if err != nil {
		return signed{}, fmt.Errorf("newest audit checkpoint: %w", err)
	}
	last.Origin, _, _ = strings.Cut(last.note, "\n")
	last.Root, err = toHash(root)
	return last, err
}

// signAt signs the tree of the given size, after making sure that it begins with the tree of last.
func (s *Sequencer) signAt(ctx context.Context, tx pgx.Tx, last audit.Checkpoint, size int64) (audit.Checkpoint, error) {
	hashes := ownHashes().reader(ctx, tx)
	if last.Size > 0 {
		root, err := tlog.TreeHash(last.Size, hashes)
		if err != nil {
			return audit.Checkpoint{}, err
		}
		if root != last.Root {
			return audit.Checkpoint{}, fmt.Errorf("%w: other root at size %d", ErrBroken, last.Size)
		}
	}
	root, err := tlog.TreeHash(size, hashes)
	if err != nil {
		return audit.Checkpoint{}, err
	}
	next := audit.Checkpoint{Origin: s.key.Origin(), Size: size, Root: root}
	note, err := next.Sign(s.key)
	if err != nil {
		return audit.Checkpoint{}, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO audit_checkpoint (size, root, note, signed_at) VALUES ($1, $2, $3, $4)`, size, root[:],
		string(note), s.now().UTC())
	return next, err
}
