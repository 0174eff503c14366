package paydb

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/internal/postgres"
)

// Proofs are what the provider itself says of the payments that the portal tells of, as the centre asked it. They are the centre's: the
// portal's role cannot touch them.
type Proofs struct {
	db  *postgres.DB
	now func() time.Time
}

var _ desk.Proofs = (*Proofs)(nil)

// NewProofs makes them over the centre's own role.
func NewProofs(db *postgres.DB, now func() time.Time) *Proofs { return &Proofs{db, now} }

// Claim implements desk.Proofs. All who rest on one payment stand here before any of them is judged: who comes last sees them all.
func (p *Proofs) Claim(ctx context.Context, c desk.Claim) (known desk.Claimed, err error) {
	err = p.db.InTx(ctx, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `
			INSERT INTO visa_payment_proof AS p (application_id, group_id, payment, provider, ref, fee, currency, outcome, asked_at, tries)
			VALUES ($1, $2, $3, $4, $5, $6, $7, 'unanswered', $8, 1)
			ON CONFLICT (application_id) DO UPDATE SET payment = excluded.payment, provider = excluded.provider, ref = excluded.ref, fee = excluded.fee,
				currency = excluded.currency, asked_at = excluded.asked_at, tries = p.tries + 1,
				outcome = CASE WHEN p.outcome = 'confirmed' AND (p.payment, p.provider, p.ref, p.fee, p.currency) = ($3, $4, $5, $6, $7)
					THEN 'confirmed' ELSE 'unanswered' END
			RETURNING outcome = 'confirmed'`,
			c.Application, c.Group, c.Paid.Payment, c.Paid.Provider, c.Paid.Ref, c.Paid.Amount.Minor, c.Paid.Amount.Currency, p.now().UTC()).Scan(&known.Confirmed)
		if err != nil {
			return err
		}
		err = tx.QueryRow(ctx, `SELECT o.id, o.ref FROM portal.payment y JOIN portal.payment_order o ON o.id = y.order_id
			WHERE y.id = $1 AND y.provider = $2 AND y.ref = $3 AND o.group_id = $4`, c.Paid.Payment, c.Paid.Provider, c.Paid.Ref, c.Group).
			Scan(&known.Order, &known.Ref)
		if postgres.IsNoRows(err) {
			return nil
		}
		return err
	})
	if err == nil {
		err = p.db.Pool.QueryRow(ctx, `SELECT coalesce(sum(fee) FILTER (WHERE group_id = $3), 0)::bigint, coalesce(bool_or(group_id <> $3), false)
			FROM visa_payment_proof WHERE provider = $1 AND ref = $2`, c.Paid.Provider, c.Paid.Ref, c.Group).Scan(&known.Sum, &known.Elsewhere)
	}
	if err != nil {
		return known, fmt.Errorf("claim of a payment: %w", err)
	}
	return known, nil
}

// Answered implements desk.Proofs.
func (p *Proofs) Answered(ctx context.Context, application uuid.UUID, confirmed bool) error {
	outcome := "denied"
	if confirmed {
		outcome = "confirmed"
	}
	_, err := p.db.Pool.Exec(ctx, `UPDATE visa_payment_proof SET outcome = $2, answered_at = $3 WHERE application_id = $1`, application, outcome, p.now().UTC())
	if err != nil {
		return fmt.Errorf("proof of a payment: %w", err)
	}
	return nil
}
