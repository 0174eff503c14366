package auditlog

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/note"

	"github.com/openbmis/openbmis/internal/audit"
)

// ErrOtherKey is returned by Enrol for an origin whose log has another key.
var ErrOtherKey = errors.New("another key is enrolled for this origin")

// enrolled is a log that the witness follows.
type enrolled struct {
	id     int64
	origin string
	key    note.Verifier
}

// Enrol makes a log known by its public key (name+hash+base64), whose name is the origin. Enrolling the same key again
// changes nothing; another key for a known origin is ErrOtherKey.
func (w *WitnessStore) Enrol(ctx context.Context, publicKey string) error {
	return w.enrol(ctx, publicKey, func(pgx.Tx, enrolled, time.Time) error { return ErrOtherKey })
}

// EnrolAnew is Enrol for a node that begins a new log under its old origin, because its database came from a backup or its
// key was lost. The old log is retired: its copies and alerts stay, nothing more is added to it. Call it only on a person's
// authority, such as an enrolment token: who may begin a new log may leave an old one behind.
func (w *WitnessStore) EnrolAnew(ctx context.Context, publicKey string) error {
	return w.enrol(ctx, publicKey, func(tx pgx.Tx, old enrolled, at time.Time) error {
		_, err := tx.Exec(ctx, `UPDATE witness_log SET retired_at = $2 WHERE id = $1`, old.id, at)
		return err
	})
}

func (w *WitnessStore) enrol(ctx context.Context, publicKey string, other func(pgx.Tx, enrolled, time.Time) error) error {
	publicKey = strings.TrimSpace(publicKey)
	key, err := audit.ParsePublicKey(publicKey)
	if err != nil {
		return err
	}
	if err := audit.CheckOrigin(key.Name()); err != nil {
		return err
	}
	err = w.db.InTx(ctx, func(tx pgx.Tx) error {
		at := w.now().UTC()
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, enrolLock); err != nil {
			return err
		}
		active, err := activeLog(ctx, tx, key.Name())
		switch {
		case errors.Is(err, ErrUnknownOrigin):
		case err != nil:
			return err
		case active.key.KeyHash() == key.KeyHash():
			return nil
		default:
			if err := other(tx, active, at); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `INSERT INTO witness_log (origin, public_key, enrolled_at) VALUES ($1, $2, $3)`, key.Name(),
			publicKey, at)
		return err
	})
	return wrap("enrol audit log "+key.Name(), err)
}

// enrolLock is the advisory lock under which logs are enrolled: "enro" in ASCII.
const enrolLock = 0x656e726f

// activeLog reads and locks the log of an origin.
func activeLog(ctx context.Context, tx pgx.Tx, origin string) (enrolled, error) {
	log := enrolled{origin: origin}
	var public string
	err := tx.QueryRow(ctx, `SELECT id, public_key FROM witness_log WHERE origin = $1 AND retired_at IS NULL FOR UPDATE`, origin).
		Scan(&log.id, &public)
	if errors.Is(err, pgx.ErrNoRows) {
		return log, fmt.Errorf("%w: %q", ErrUnknownOrigin, origin)
	}
	if err != nil {
		return log, err
	}
	log.key, err = audit.ParsePublicKey(public)
	return log, err
}
