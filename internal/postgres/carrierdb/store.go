package carrierdb

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/bus/gate"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/problem"
)

// Issuer makes NATS credentials; *gate.Keys is one.
type Issuer interface {
	Issue(carrier string, expires time.Time) (gate.Credential, error)
}

// Authority signs certificates of carriers; *ca.Authority is one.
type Authority interface {
	SignCarrier(csr []byte, carrier string) ([]*x509.Certificate, error)
}

// Store keeps carriers in the centre's database. Issuer and authority may be nil where nothing is given out.
type Store struct {
	db        *postgres.DB
	issuer    Issuer
	authority Authority
	now       func() time.Time
	// changed is told of every change that this process makes, after it is committed. It may be nil.
	changed   func(context.Context, string) error
	lookEvery time.Duration
}

// New gives the store of the centre's migrated database.
func New(db *postgres.DB, issuer Issuer, authority Authority, now func() time.Time) *Store {
	return &Store{db: db, issuer: issuer, authority: authority, now: now, lookEvery: lookEvery}
}

// OnChange names what is to be told of a carrier's change before the act that made it returns: the door cuts what was taken back.
func (s *Store) OnChange(changed func(ctx context.Context, carrier string) error) {
	s.changed = changed
}

const channel = "carriers"

// act runs a change of one carrier that is there, with its audit entry, and tells the door.
func (s *Store) act(ctx context.Context, by audit.Actor, code string, change func(tx pgx.Tx) (decision, why string, err error)) error {
	err := s.db.InTx(ctx, func(tx pgx.Tx) error {
		var found string
		err := tx.QueryRow(ctx, `SELECT code FROM carrier WHERE code = $1 FOR UPDATE`, code).Scan(&found)
		if errors.Is(err, pgx.ErrNoRows) {
			return problem.New(problem.NotFound, "carrier_unknown").At("carrier")
		}
		if err != nil {
			return err
		}
		decision, why, err := change(tx)
		if err != nil {
			return err
		}
		return s.write(ctx, tx, by, code, decision, why)
	})
	if err != nil {
		return fmt.Errorf("carrier %s: %w", code, err)
	}
	return s.tell(ctx, code)
}

func (s *Store) write(ctx context.Context, tx pgx.Tx, by audit.Actor, code, decision, why string) error {
	entry := by.Entry(s.now(), audit.Administration, "carrier", code)
	entry.Decision, entry.Justification = decision, why
	if err := auditlog.Insert(ctx, tx, entry); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `SELECT pg_notify($1, $2)`, channel, code)
	return err
}

func (s *Store) tell(ctx context.Context, code string) error {
	if s.changed == nil {
		return nil
	}
	return s.changed(ctx, code)
}

// Add admits a carrier. Problems: carrier_taken and those of its fields.
func (s *Store) Add(ctx context.Context, by audit.Actor, c Carrier) error {
	c = c.orDefault()
	if err := c.check(); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO carrier (code, name, connections, payload, rate, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
			c.Code, c.Name, c.Connections, c.Payload, c.Rate, s.now())
		if postgres.IsUnique(err) {
			return problem.New(problem.Conflict, "carrier_taken").At("code")
		}
		if err != nil {
			return err
		}
		return s.write(ctx, tx, by, c.Code, "carrier admitted", c.Name)
	})
	if err != nil {
		return fmt.Errorf("carrier %s: %w", c.Code, err)
	}
	return s.tell(ctx, c.Code)
}

// SetLimits changes what a carrier may do at once.
func (s *Store) SetLimits(ctx context.Context, by audit.Actor, c Carrier) error {
	if err := c.checkLimits(); err != nil {
		return err
	}
	return s.act(ctx, by, c.Code, func(tx pgx.Tx) (string, string, error) {
		_, err := tx.Exec(ctx, `UPDATE carrier SET connections = $2, payload = $3, rate = $4 WHERE code = $1`, c.Code, c.Connections, c.Payload, c.Rate)
		return "limits changed", fmt.Sprintf("connections %d, payload %d, rate %d", c.Connections, c.Payload, c.Rate), err
	})
}

// Shut keeps a carrier out altogether, whatever credentials and certificates it has, until Open.
func (s *Store) Shut(ctx context.Context, by audit.Actor, code, reason string) error {
	if err := checkReason(reason); err != nil {
		return err
	}
	return s.act(ctx, by, code, func(tx pgx.Tx) (string, string, error) {
		_, err := tx.Exec(ctx, `UPDATE carrier SET shut_at = coalesce(shut_at, $2), shut_reason = $3 WHERE code = $1`, code, s.now(), reason)
		return "carrier shut out", reason, err
	})
}

// Open lets a carrier in again that was shut out, by what it holds and was not taken back.
func (s *Store) Open(ctx context.Context, by audit.Actor, code string) error {
	return s.act(ctx, by, code, func(tx pgx.Tx) (string, string, error) {
		_, err := tx.Exec(ctx, `UPDATE carrier SET shut_at = NULL, shut_reason = '' WHERE code = $1`, code)
		return "carrier let in again", "", err
	})
}

// Retried writes down that somebody has a message tried again that was laid aside.
func (s *Store) Retried(ctx context.Context, by audit.Actor, sequence uint64) error {
	entry := by.Entry(s.now(), audit.Administration, "parked message", strconv.FormatUint(sequence, 10))
	entry.Decision = "tried again"
	if err := auditlog.Insert(ctx, s.db.Pool, entry); err != nil {
		return fmt.Errorf("message laid aside: %w", err)
	}
	return nil
}
