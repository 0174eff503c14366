package carrierdb

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/problem"
)

// Carriers lists all carriers by code, each with its credentials and certificates.
func (s *Store) Carriers(ctx context.Context) ([]Carrier, error) {
	list, err := s.read(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("reading carriers: %w", err)
	}
	return list, nil
}

// Carrier is one carrier. Problem: carrier_unknown.
func (s *Store) Carrier(ctx context.Context, code string) (Carrier, error) {
	list, err := s.read(ctx, code)
	if err != nil {
		return Carrier{}, fmt.Errorf("reading a carrier: %w", err)
	}
	if len(list) == 0 || code == "" {
		return Carrier{}, problem.New(problem.NotFound, "carrier_unknown").At("carrier")
	}
	return list[0], nil
}

// read gives one carrier, or all for "". All three tables are seen as of one instant.
func (s *Store) read(ctx context.Context, code string) (list []Carrier, err error) {
	err = pgx.BeginTxFunc(ctx, s.db.Pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if list, err = collect(ctx, tx, carrierQuery, code, scanCarrier); err != nil {
			return err
		}
		credentials, err := collect(ctx, tx, credentialQuery, code, scanCredential)
		if err != nil {
			return err
		}
		certificates, err := collect(ctx, tx, certificateQuery, code, scanCertificate)
		if err != nil {
			return err
		}
		at := make(map[string]*Carrier, len(list))
		for i := range list {
			at[list[i].Code] = &list[i]
		}
		for _, c := range credentials {
			at[c.Carrier].Credentials = append(at[c.Carrier].Credentials, c)
		}
		for _, c := range certificates {
			at[c.Carrier].Certificates = append(at[c.Carrier].Certificates, c)
		}
		return nil
	})
	return list, err
}

const (
	carrierQuery = `SELECT code, name, connections, payload, rate, created_at, shut_at, shut_reason FROM carrier
		WHERE $1 = '' OR code = $1 ORDER BY code`
	credentialQuery = `SELECT public_key, carrier, label, issued_at, issued_by, expires_at, revoked_at, revoke_reason
		FROM carrier_credential WHERE $1 = '' OR carrier = $1 ORDER BY issued_at DESC, public_key`
	certificateQuery = `SELECT serial, carrier, not_before, not_after, issued_at, issued_by, denied_at, deny_reason
		FROM carrier_certificate WHERE $1 = '' OR carrier = $1 ORDER BY issued_at DESC, serial`
)

func collect[T any](ctx context.Context, tx pgx.Tx, query, code string, scan pgx.RowToFunc[T]) ([]T, error) {
	rows, err := tx.Query(ctx, query, code)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scan)
}

func scanCarrier(row pgx.CollectableRow) (c Carrier, err error) {
	var shut *time.Time
	err = row.Scan(&c.Code, &c.Name, &c.Connections, &c.Payload, &c.Rate, &c.CreatedAt, &shut, &c.ShutReason)
	c.CreatedAt, c.ShutAt = c.CreatedAt.UTC(), instant(shut)
	return c, err
}

func scanCredential(row pgx.CollectableRow) (c Credential, err error) {
	var revoked *time.Time
	err = row.Scan(&c.PublicKey, &c.Carrier, &c.Label, &c.IssuedAt, &c.IssuedBy, &c.ExpiresAt, &revoked, &c.RevokeReason)
	c.IssuedAt, c.ExpiresAt, c.RevokedAt = c.IssuedAt.UTC(), c.ExpiresAt.UTC(), instant(revoked)
	return c, err
}

func scanCertificate(row pgx.CollectableRow) (c Certificate, err error) {
	var denied *time.Time
	err = row.Scan(&c.Serial, &c.Carrier, &c.NotBefore, &c.NotAfter, &c.IssuedAt, &c.IssuedBy, &denied, &c.DenyReason)
	c.NotBefore, c.NotAfter, c.IssuedAt, c.DeniedAt = c.NotBefore.UTC(), c.NotAfter.UTC(), c.IssuedAt.UTC(), instant(denied)
	return c, err
}

func instant(at *time.Time) time.Time {
	if at == nil {
		return time.Time{}
	}
	return at.UTC()
}
