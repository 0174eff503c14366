package accounts

import (
	"context"

	"gorm.io/gorm"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
)

// Store is the auth.Store of one database, the station's or the centre's.
type Store struct{ db *postgres.DB }

// New gives the store of a migrated database.
func New(db *postgres.DB) *Store { return &Store{db} }

// tx is an auth.Tx. All of it, the audit entry too, runs on GORM's transaction.
type tx struct {
	gorm *gorm.DB
	exec postgres.Execer
}

// InTx runs act in one transaction, which is rolled back when it fails.
func (s *Store) InTx(ctx context.Context, act func(auth.Tx) error) error {
	return s.db.InGormTx(ctx, func(g *gorm.DB) error {
		return act(&tx{gorm: g, exec: postgres.GormExecer(g)})
	})
}

// Audit writes an entry that stands or falls with the transaction.
func (t *tx) Audit(ctx context.Context, entry audit.Entry) error {
	return auditlog.Insert(ctx, t.exec, entry)
}
