package paydb

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa/pay"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
)

// Centre is what the consular desk sees of fees, and what it may ask for. It changes no payment: refunds are the portal's to make.
type Centre struct {
	db  *postgres.DB
	now func() time.Time
}

// NewCentre makes a Centre over the centre's own role.
func NewCentre(db *postgres.DB, now func() time.Time) *Centre { return &Centre{db, now} }

// Account is everything of a group's fee, with the refunds that were asked for. The look is audited in the same transaction. NotFound
// payment_unknown when nothing was ever owed.
func (c *Centre) Account(ctx context.Context, group uuid.UUID, entry audit.Entry) (a pay.Account, wanted []Wanted, err error) {
	err = c.db.InTx(ctx, func(tx pgx.Tx) (err error) {
		if a, err = ReadAccount(ctx, tx, group); err != nil {
			return err
		}
		if wanted, err = ReadWanted(ctx, tx, group); err != nil {
			return err
		}
		entry.ResultCount = len(a.Receipts)
		return auditlog.Insert(ctx, tx, entry)
	})
	return a, wanted, err
}

// Want asks for a refund; the entry says who asked, and why. Asking twice with one id is asking once.
func (c *Centre) Want(ctx context.Context, w Want, entry audit.Entry) error {
	return c.db.InTx(ctx, func(tx pgx.Tx) error {
		if err := WantRefund(ctx, tx, w, c.now().UTC()); err != nil {
			return err
		}
		return auditlog.Insert(ctx, tx, entry)
	})
}
