package paydb

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa/pay"
	"github.com/openbmis/openbmis/internal/postgres"
)

// Account implements pay.Store. NotFound payment_unknown when nothing is owed.
func (s *Store) Account(ctx context.Context, group uuid.UUID) (pay.Account, error) {
	var a pay.Account
	err := pgx.BeginTxFunc(ctx, s.db.Pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) (err error) {
		a, err = ReadAccount(ctx, tx, group)
		return err
	})
	if err != nil {
		return pay.Account{}, postgres.Problem(fmt.Errorf("payment: read an account: %w", err))
	}
	return a, nil
}

// ReadAccount is Account within a transaction, of the portal's role or the centre's.
func ReadAccount(ctx context.Context, tx pgx.Tx, group uuid.UUID) (a pay.Account, err error) {
	if a.Orders, err = orders(ctx, tx, group); err != nil {
		return pay.Account{}, err
	}
	if len(a.Orders) == 0 {
		return pay.Account{}, errUnknown()
	}
	a.Receipts, err = receipts(ctx, tx, group)
	return a, err
}

// receipts are the payments of a group, each with its refunds.
func receipts(ctx context.Context, tx pgx.Tx, group uuid.UUID) ([]pay.Receipt, error) {
	rows, err := tx.Query(ctx, `SELECT id, order_id, provider, ref, amount, currency, paid_at, counts FROM portal.payment WHERE group_id = $1
		ORDER BY kept_at, counts DESC, id`, group)
	if err != nil {
		return nil, err
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r pay.Receipt, err error) {
		return r, row.Scan(&r.Payment, &r.Order, &r.Provider, &r.Ref, &r.Amount.Minor, &r.Amount.Currency, &r.At, &r.Counts)
	})
	if err != nil {
		return nil, err
	}
	for n := range all {
		if all[n].Refunds, err = refunds(ctx, tx, all[n].Payment); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func refunds(ctx context.Context, tx pgx.Tx, payment uuid.UUID) ([]pay.Refund, error) {
	rows, err := tx.Query(ctx, `SELECT id, amount, currency, reason, state, ref, changed_at FROM portal.payment_refund WHERE payment_id = $1
		ORDER BY created_at, id`, payment)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (r pay.Refund, err error) {
		return r, row.Scan(&r.ID, &r.Amount.Minor, &r.Amount.Currency, &r.Reason, &r.State, &r.Ref, &r.At)
	})
}
