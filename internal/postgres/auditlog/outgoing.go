package auditlog

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
)

// ErrWitnessAhead is returned when the witness holds more leaves than this log has signed: the database was set back.
var ErrWitnessAhead = errors.New("the witness holds more of this audit log than the log itself")

// maxBatchBytes bounds the leaves of one batch; in JSON they grow by a third and must stay below the link's 1 MB.
const maxBatchBytes = 512 << 10

// Log reads a node's own log, to show it to the witness.
type Log struct{ db *postgres.DB }

// NewLog returns the log of the database.
func NewLog(db *postgres.DB) *Log { return &Log{db: db} }

// Head returns the newest checkpoint as a signed note; nil if nothing is signed yet.
func (l *Log) Head(ctx context.Context) ([]byte, error) {
	last, err := newestCheckpoint(ctx, l.db.Pool)
	if err != nil || last.note == "" {
		return nil, err
	}
	return []byte(last.note), nil
}

// Leaves returns the canonical bytes of the leaves from on, at most limit and at most 512 kB (but at least one).
func (l *Log) Leaves(ctx context.Context, from int64, limit int) ([][]byte, error) {
	return leaves(ctx, l.db.Pool, from, from+int64(max(limit, 0)))
}

const leavesSQL = `SELECT l.leaf_no, ` + contentColumns + ` FROM audit_leaf l JOIN audit a ON a.id = l.audit_id
	WHERE l.leaf_no >= $1 AND l.leaf_no < $2 ORDER BY l.leaf_no`

func leaves(ctx context.Context, db querier, from, to int64) (out [][]byte, err error) {
	rows, err := db.Query(ctx, leavesSQL, binaryResults, from, to)
	if err != nil {
		return nil, fmt.Errorf("read audit leaves: %w", err)
	}
	defer rows.Close()
	var row rawRow
	for total, next := 0, from; rows.Next(); next++ {
		values := rows.RawValues()
		if no := bigint(values[0]); no != next {
			return nil, fmt.Errorf("read audit leaves: leaf %d is missing", next)
		}
		if err := row.read(values[1:]); err != nil {
			return nil, fmt.Errorf("read audit leaf %d: %w", next, err)
		}
		leaf := row.encode(nil, next)
		if total += len(leaf); total > maxBatchBytes && len(out) > 0 {
			return out, nil
		}
		out = append(out, leaf)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read audit leaves: %w", err)
	}
	return out, nil
}

// Outgoing is the next batch for a witness that holds from leaves: at most limit leaves, the newest checkpoint, and the
// proof that joins them. Without news it is a sign of life (no leaves, the newest checkpoint again); while nothing is
// signed yet it is nil. If the witness is ahead the batch is a sign of life too, so that the witness raises its alarm,
// and the error wraps ErrWitnessAhead. While the database is away the error wraps audit.ErrAway, which is no alarm.
func (l *Log) Outgoing(ctx context.Context, from int64, limit int) (batch *audit.Batch, err error) {
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	txErr := pgx.BeginTxFunc(ctx, l.db.Pool, options, func(tx pgx.Tx) error {
		batch, err = outgoing(ctx, tx, from, limit)
		return nil
	})
	return batch, orAway(errors.Join(err, txErr))
}

// orAway tells a log that cannot be read at present from one that is not as it was.
func orAway(err error) error {
	if postgres.IsUnavailable(err) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%w: %w", audit.ErrAway, err)
	}
	return err
}

func outgoing(ctx context.Context, tx pgx.Tx, from int64, limit int) (*audit.Batch, error) {
	last, err := newestCheckpoint(ctx, tx)
	if err != nil {
		return nil, err
	}
	switch {
	case last.note == "" && from > 0:
		return nil, fmt.Errorf("%w: %d leaves there, nothing signed here", ErrWitnessAhead, from)
	case last.note == "":
		return nil, nil
	}
	batch := &audit.Batch{First: from, Checkpoint: []byte(last.note)}
	if from > last.Size {
		return batch, fmt.Errorf("%w: %d leaves there, %d signed here", ErrWitnessAhead, from, last.Size)
	}
	batch.Leaves, err = leaves(ctx, tx, from, min(last.Size, from+int64(max(limit, 1))))
	if err != nil {
		return nil, err
	}
	if end := batch.End(); end > 0 && end < last.Size {
		batch.Proof, err = tlog.ProveTree(last.Size, end, ownHashes().reader(ctx, tx))
	}
	return batch, err
}

// Replay sends the whole log again, batch by batch, until send fails. A witness that refused the log as forked then names
// the first leaf that differs, in the error of send.
func (l *Log) Replay(ctx context.Context, limit int, send func(context.Context, audit.Batch) error) error {
	for from := int64(0); ; {
		batch, err := l.Outgoing(ctx, from, limit)
		if err != nil || batch == nil || len(batch.Leaves) == 0 {
			return err
		}
		if err := send(ctx, *batch); err != nil {
			return err
		}
		from = batch.End()
	}
}

// StoreCosignature keeps a checkpoint that came back from the witness. It must be one of this log's own, signed by both
// keys; storing it again changes nothing.
func (l *Log) StoreCosignature(ctx context.Context, cosigned []byte, origin, witness note.Verifier, at time.Time) error {
	checkpoint, err := audit.OpenCheckpoint(cosigned, origin, witness)
	if err != nil {
		return fmt.Errorf("co-signature: %w", err)
	}
	var known bool
	err = l.db.Pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM audit_checkpoint WHERE size = $1 AND root = $2)`,
		checkpoint.Size, checkpoint.Root[:]).Scan(&known)
	if err != nil {
		return fmt.Errorf("co-signature: %w", err)
	}
	if !known {
		return fmt.Errorf("co-signature: size %d: this log has signed no such checkpoint", checkpoint.Size)
	}
	_, err = l.db.Pool.Exec(ctx, `INSERT INTO audit_cosignature (size, witness, note, received_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT DO NOTHING`, checkpoint.Size, witness.Name(), string(cosigned), at.UTC())
	if err != nil {
		return fmt.Errorf("co-signature: %w", err)
	}
	return nil
}
