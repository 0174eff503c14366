package auditlog

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
)

// shrinkGrace is how long after a newer checkpoint an older one may still arrive without alarm: a request that was
// overtaken by its own repetition.
const shrinkGrace = time.Minute

// ErrUnknownOrigin is returned for a log that was never enrolled.
var ErrUnknownOrigin = errors.New("audit log of an unknown origin")

// WitnessStore keeps copies of the logs of other nodes and co-signs their checkpoints, at the centre.
type WitnessStore struct {
	db      *postgres.DB
	witness *audit.Witness
	now     func() time.Time
}

// NewWitnessStore returns the witness that signs with the key and remembers in db.
func NewWitnessStore(db *postgres.DB, key audit.Key, now func() time.Time) *WitnessStore {
	return &WitnessStore{db: db, witness: audit.NewWitness(key), now: now}
}

// Append takes a batch of the origin: it stores the leaves, once they are shown to be part of the signed tree, and
// co-signs the checkpoint when it holds all of them. It may be repeated. The receipt says how many leaves are held in
// any case; the next batch begins there. On a *audit.Refusal nothing is stored but an alert.
func (w *WitnessStore) Append(ctx context.Context, origin string, batch audit.Batch) (audit.Receipt, error) {
	var receipt audit.Receipt
	err := w.db.InTx(ctx, func(tx pgx.Tx) (err error) {
		receipt, err = w.append(ctx, tx, origin, batch)
		return err
	})
	var refusal *audit.Refusal
	if errors.As(err, &refusal) {
		receipt.Refused, receipt.Cosigned = refusal.Kind, nil
		return receipt, errors.Join(err, w.alert(ctx, refusal, batch.Checkpoint))
	}
	if err != nil {
		return audit.Receipt{}, fmt.Errorf("witness audit log %s: %w", origin, err)
	}
	return receipt, nil
}

// append works on the state that the row lock protects.
func (w *WitnessStore) append(ctx context.Context, tx pgx.Tx, origin string, batch audit.Batch) (audit.Receipt, error) {
	log, err := activeLog(ctx, tx, origin)
	if err != nil {
		return audit.Receipt{}, err
	}
	state, err := loadWitnessed(ctx, tx, log)
	if err != nil {
		return audit.Receipt{}, err
	}
	receipt := audit.Receipt{Size: state.tree.Size()}
	next, err := audit.OpenCheckpoint(batch.Checkpoint, log.key)
	if err != nil {
		return receipt, &audit.Refusal{Kind: audit.BadSignature, Origin: origin, Leaf: -1, Detail: err.Error()}
	}
	if next.Size < state.last.Size {
		receipt.Cosigned, err = w.older(ctx, tx, state, next)
		return receipt, err
	}
	if batch.First > receipt.Size {
		return receipt, state.sameTree(next) // a gap: the receipt says where to go on
	}
	if err := state.take(ctx, tx, batch, next); err != nil {
		return receipt, err
	}
	receipt.Size = state.tree.Size()
	receipt.Cosigned, err = w.accept(ctx, tx, state, next, batch.Checkpoint)
	return receipt, err
}

// accept co-signs the checkpoint if all its leaves are held, and notes that the origin was heard.
func (w *WitnessStore) accept(ctx context.Context, tx pgx.Tx, state *witnessed, next audit.Checkpoint, msg []byte,
) ([]byte, error) {
	at := w.now().UTC()
	if err := heard(ctx, tx, state.log, at); err != nil {
		return nil, err
	}
	if state.tree.Size() < next.Size {
		return nil, nil
	}
	_, cosigned, err := w.witness.Check(state.log.key, state.last, msg, audit.ByTree(state.tree))
	if err != nil || next.Size == 0 {
		return nil, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO witness_checkpoint (log_id, size, root, note, accepted_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT DO NOTHING`, state.log.id, next.Size, next.Root[:], string(cosigned), at)
	return cosigned, err
}

// heard notes the sign of life and closes an alert about silence.
func heard(ctx context.Context, tx pgx.Tx, log enrolled, at time.Time) error {
	if _, err := tx.Exec(ctx, `UPDATE witness_log SET last_seen_at = $2 WHERE id = $1`, log.id, at); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE witness_alert SET closed_at = $2, closed_by = 'heard again'
		WHERE origin = $1 AND kind = 'silence' AND closed_at IS NULL`, log.origin, at)
	return err
}

// older judges a checkpoint smaller than the last accepted one: of another tree it is a fork; of the same tree it is
// late, or, when it keeps coming, a log that has shrunk.
func (w *WitnessStore) older(ctx context.Context, tx pgx.Tx, state *witnessed, next audit.Checkpoint) ([]byte, error) {
	if err := state.sameTree(next); err != nil {
		return nil, err
	}
	if w.now().Sub(state.acceptedAt) > shrinkGrace {
		return nil, &audit.Refusal{Kind: audit.Shrink, Origin: next.Origin, Leaf: next.Size, Detail: fmt.Sprintf(
			"expected at least the %d leaves accepted at %s, got %d", state.last.Size,
			state.acceptedAt.UTC().Format(time.RFC3339), next.Size)}
	}
	var cosigned string
	err := tx.QueryRow(ctx, `SELECT note FROM witness_checkpoint WHERE log_id = $1 AND size = $2`, state.log.id, next.Size).
		Scan(&cosigned)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil // overtaken before it was ever accepted: the newer one stands for it
	}
	return []byte(cosigned), err
}
