package readerdb

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/arrival"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
)

// Store implements arrival.Store.
type Store struct {
	db   *postgres.DB
	seal seal
}

var _ arrival.Store = (*Store)(nil)

// New makes the store; secret is the station's evidence key, of 32 bytes.
func New(db *postgres.DB, secret []byte, random io.Reader) (*Store, error) {
	s, err := newSeal(secret, random)
	return &Store{db: db, seal: s}, err
}

const deviceColumns = `id, name, lane, issued_at, issued_by, last_seen, revoked_at, revoked_by`

func deviceRow(row pgx.CollectableRow) (d arrival.Device, err error) {
	var seen, revoked *time.Time
	err = row.Scan(&d.ID, &d.Name, &d.Lane, &d.IssuedAt, &d.IssuedBy, &seen, &revoked, &d.RevokedBy)
	d.LastSeen, d.RevokedAt = orZero(seen), orZero(revoked)
	d.IssuedAt = d.IssuedAt.UTC()
	return d, err
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

// Devices are all devices, those that may post first.
func (s *Store) Devices(ctx context.Context) ([]arrival.Device, error) {
	rows, err := s.db.Pool.Query(ctx, `SELECT `+deviceColumns+` FROM reader_device ORDER BY revoked_at IS NOT NULL, lower(name), issued_at`)
	if err != nil {
		return nil, fmt.Errorf("document readers: %w", err)
	}
	found, err := pgx.CollectRows(rows, deviceRow)
	if err != nil {
		return nil, fmt.Errorf("document readers: %w", err)
	}
	return found, nil
}

// AddDevice keeps a device with the hash of its token.
func (s *Store) AddDevice(ctx context.Context, d arrival.Device, token arrival.TokenHash, entry audit.Entry) error {
	err := s.db.InTx(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO reader_device (id, name, lane, token_hash, issued_at, issued_by) VALUES ($1, $2, $3, $4, $5, $6)`,
			d.ID, d.Name, d.Lane, token[:], d.IssuedAt, d.IssuedBy)
		if err != nil {
			return err
		}
		return auditlog.Insert(ctx, tx, entry)
	})
	if postgres.IsUnique(err) {
		return arrival.ErrNameTaken
	}
	if err != nil {
		return fmt.Errorf("add document reader %s: %w", d.ID, err)
	}
	return nil
}

// RevokeDevice ends a device.
func (s *Store) RevokeDevice(ctx context.Context, id uuid.UUID, by string, at time.Time, entry audit.Entry) error {
	err := s.db.InTx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE reader_device SET revoked_at = $2, revoked_by = $3 WHERE id = $1 AND revoked_at IS NULL`, id, at, by)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return arrival.ErrNoDevice
		}
		return auditlog.Insert(ctx, tx, entry)
	})
	if err != nil {
		return fmt.Errorf("revoke document reader %s: %w", id, err)
	}
	return nil
}

// DeviceByToken is the device of a token that may post, noted as seen.
func (s *Store) DeviceByToken(ctx context.Context, token arrival.TokenHash, at time.Time) (arrival.Device, error) {
	rows, err := s.db.Pool.Query(ctx, `UPDATE reader_device SET last_seen = greatest(last_seen, $2)
		WHERE token_hash = $1 AND revoked_at IS NULL RETURNING `+deviceColumns, token[:], at)
	if err != nil {
		return arrival.Device{}, fmt.Errorf("document reader: %w", err)
	}
	d, err := pgx.CollectExactlyOneRow(rows, deviceRow)
	if postgres.IsNoRows(err) {
		return d, arrival.ErrToken
	}
	if err != nil {
		return d, fmt.Errorf("document reader: %w", err)
	}
	return d, nil
}
