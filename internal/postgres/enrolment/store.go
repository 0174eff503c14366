package enrolment

import (
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"time"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/ca"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
)

// Authority signs for stations; *ca.Authority is one.
type Authority interface {
	SignStation(csr []byte, station string) ([]*x509.Certificate, error)
	Pin() ca.Pin
}

// Store enrols stations in the centre's database.
type Store struct {
	db        *postgres.DB
	authority Authority
	now       func() time.Time
	random    io.Reader
}

// New gives the store of the centre's migrated database.
func New(db *postgres.DB, authority Authority, now func() time.Time, random io.Reader) *Store {
	return &Store{db, authority, now, random}
}

// service is who acts when a machine asks, not a person.
const service = "enrolment"

// administer writes the audit entry of an act on a station.
func (s *Store) administer(ctx context.Context, tx postgres.Execer, by audit.Actor, station, decision, why string) error {
	entry := by.Entry(s.now(), audit.Administration, "station", station)
	entry.Decision, entry.Justification = decision, why
	if err := auditlog.Insert(ctx, tx, entry); err != nil {
		return fmt.Errorf("enrolment: %w", err)
	}
	return nil
}

func machine(station string) audit.Actor { return audit.Actor{ID: service, Post: station} }
