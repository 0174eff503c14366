package enrolment

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/ca"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/problem"
)

// Certificate is one that a station was given.
type Certificate struct {
	Serial    string // hexadecimal, as ca.Serial writes it
	Station   string
	NotBefore time.Time
	NotAfter  time.Time
	IssuedAt  time.Time
	// DeniedAt is zero while the certificate is wanted.
	DeniedAt   time.Time
	DenyReason string
}

// Renew signs a fresh certificate for a station that showed the certificate current on this very connection. The old one stays good
// until it expires, so that a lost answer shuts nobody out.
//
// Problems: certificate_denied (unknown to us, denied, expired, or of another station), request_invalid.
func (s *Store) Renew(ctx context.Context, current *x509.Certificate, csr []byte) ([]*x509.Certificate, error) {
	station, err := ca.StationOf(current)
	if err != nil {
		return nil, problem.New(problem.Forbidden, "certificate_denied").Because(err)
	}
	chain, err := s.authority.SignStation(csr, station)
	if err != nil {
		return nil, problem.New(problem.Invalid, "request_invalid").At("csr").Because(err)
	}
	serial := ca.Serial(current)
	err = s.db.InTx(ctx, func(tx pgx.Tx) error {
		if err := lockStation(ctx, tx, station); err != nil {
			return err
		}
		const query = `SELECT FROM station_certificate
			WHERE serial = $1 AND station = $2 AND denied_at IS NULL AND not_after > $3`
		if err := tx.QueryRow(ctx, query, serial, station, s.now()).Scan(); err != nil {
			return err
		}
		if err := s.record(ctx, tx, station, chain); err != nil {
			return err
		}
		return s.administer(ctx, tx, machine(station), station, "certificate renewed", "certificate "+ca.Serial(chain[0]))
	})
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, s.renewalRefused(ctx, station, serial)
	case err != nil:
		return nil, fmt.Errorf("renewing a station's certificate: %w", err)
	}
	return chain, nil
}

func (s *Store) renewalRefused(ctx context.Context, station, serial string) error {
	entry := machine(station).Entry(s.now(), audit.Denied, "station", station)
	entry.Decision, entry.Justification = "renewal refused", "certificate "+serial
	if err := auditlog.Insert(ctx, s.db.Pool, entry); err != nil {
		return fmt.Errorf("renewing a station's certificate: %w", err)
	}
	return problem.New(problem.Forbidden, "certificate_denied")
}

// Deny shuts a station out: all its certificates are denied and its unused tokens withdrawn. reason is kept and audited. A new token
// lets a machine in again. Problem: station_unknown.
func (s *Store) Deny(ctx context.Context, by audit.Actor, station, reason string) error {
	err := s.db.InTx(ctx, func(tx pgx.Tx) error {
		err := lockStation(ctx, tx, station)
		if errors.Is(err, pgx.ErrNoRows) {
			return problem.New(problem.NotFound, "station_unknown").At("station")
		}
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE enrolment_token SET withdrawn_at = $2
			WHERE station = $1 AND used_at IS NULL AND withdrawn_at IS NULL`, station, s.now())
		if err != nil {
			return err
		}
		if err := s.denyAll(ctx, tx, station, reason); err != nil {
			return err
		}
		return s.administer(ctx, tx, by, station, "denied", reason)
	})
	if err != nil {
		return fmt.Errorf("denying a station: %w", err)
	}
	return nil
}

// lockStation makes giving and denying certificates of one station wait for one another: a renewal must not slip through a denial.
func lockStation(ctx context.Context, tx pgx.Tx, station string) error {
	return tx.QueryRow(ctx, `SELECT FROM station WHERE id = $1 FOR UPDATE`, station).Scan()
}

func (s *Store) denyAll(ctx context.Context, tx pgx.Tx, station, reason string) error {
	_, err := tx.Exec(ctx, `UPDATE station_certificate SET denied_at = $2, deny_reason = $3
		WHERE station = $1 AND denied_at IS NULL AND not_after > $2`, station, s.now(), reason)
	return err
}

// Certificates lists those of a station, the newest first.
func (s *Store) Certificates(ctx context.Context, station string) ([]Certificate, error) {
	const query = `SELECT serial, station, not_before, not_after, issued_at, denied_at, deny_reason
		FROM station_certificate WHERE station = $1 ORDER BY issued_at DESC, serial`
	rows, err := s.db.Pool.Query(ctx, query, station)
	if err != nil {
		return nil, fmt.Errorf("reading certificates: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanCertificate)
	if err != nil {
		return nil, fmt.Errorf("reading certificates: %w", err)
	}
	return list, nil
}

func scanCertificate(row pgx.CollectableRow) (Certificate, error) {
	var c Certificate
	var denied *time.Time
	err := row.Scan(&c.Serial, &c.Station, &c.NotBefore, &c.NotAfter, &c.IssuedAt, &denied, &c.DenyReason)
	c.NotBefore, c.NotAfter, c.IssuedAt = c.NotBefore.UTC(), c.NotAfter.UTC(), c.IssuedAt.UTC()
	if denied != nil {
		c.DeniedAt = denied.UTC()
	}
	return c, err
}

// Denied lists the serials that are denied and would otherwise be valid.
func (s *Store) Denied(ctx context.Context) ([]string, error) {
	rows, err := s.db.Pool.Query(ctx, `SELECT serial FROM station_certificate WHERE denied_at IS NOT NULL AND not_after > $1`, s.now())
	if err != nil {
		return nil, fmt.Errorf("reading the deny list: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("reading the deny list: %w", err)
	}
	return list, nil
}

// KeepDenyList loads list now and again every interval until ctx ends, and calls changed (which may be nil) when it is another than
// before. What another process denied is out after interval. While the database is away the list stays as it is.
func (s *Store) KeepDenyList(
	ctx context.Context, list *ca.DenyList, interval time.Duration, changed func(), logger *slog.Logger,
) error {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		serials, err := s.Denied(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			logger.WarnContext(ctx, "the deny list was not read", "error", err)
		case list.Replace(serials) && changed != nil:
			changed()
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}
