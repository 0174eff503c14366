package paydb

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/pay"
	"github.com/openbmis/openbmis/internal/problem"
)

// errUnknown says that nothing is owed for a group, or that no order has such a reference.
func errUnknown() error { return problem.New(problem.NotFound, "payment_unknown") }

// Order makes the order of a group of applications within the transaction that sends them. Asking again gives the order that is there, of
// whatever state. Invalid payment_amount when there is nothing to pay: such a group is sent without an order.
func (s *Store) Order(ctx context.Context, tx pgx.Tx, n pay.New) (pay.Order, error) {
	if err := n.Amount.Check(); err != nil || n.Amount.Zero() {
		return pay.Order{}, problem.New(problem.Invalid, "payment_amount").Because(err)
	}
	have, err := lock(ctx, tx, n.Group)
	if err != nil {
		return pay.Order{}, err
	}
	if order, found := current(have); found {
		return order, nil
	}
	return s.insert(ctx, tx, n)
}

func (s *Store) insert(ctx context.Context, tx pgx.Tx, n pay.New) (pay.Order, error) {
	o := pay.Order{
		ID: s.o.ID(), Group: n.Group, Application: n.Application, Amount: n.Amount, Language: n.Language, State: pay.Created, CreatedAt: s.o.Now(),
	}
	_, err := tx.Exec(ctx, `INSERT INTO portal.payment_order (id, group_id, application, amount, currency, language, state, created_at, changed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)`, o.ID, o.Group, o.Application, o.Amount.Minor, o.Amount.Currency, o.Language, o.State, o.CreatedAt)
	if err != nil {
		return pay.Order{}, err
	}
	return o, s.event(ctx, tx, o.ID, "created", map[string]any{"amount": o.Amount})
}

const columns = `id, group_id, application, amount, currency, language, state, provider, ref, page, created_at,
	coalesce(expires_at, 'epoch'::timestamptz)`

func scan(row pgx.CollectableRow) (o pay.Order, err error) {
	err = row.Scan(&o.ID, &o.Group, &o.Application, &o.Amount.Minor, &o.Amount.Currency, &o.Language, &o.State, &o.Provider, &o.Ref, &o.Page,
		&o.CreatedAt, &o.ExpiresAt)
	o.CreatedAt, o.ExpiresAt = o.CreatedAt.UTC(), o.ExpiresAt.UTC()
	if o.ExpiresAt.Equal(time.Unix(0, 0)) {
		o.ExpiresAt = time.Time{}
	}
	return o, err
}

// lock gives the orders of a group, newest first, and keeps everybody else's hands off the group until the transaction ends. A row is
// locked for it: the portal's role may take no advisory lock.
func lock(ctx context.Context, tx pgx.Tx, group uuid.UUID) ([]pay.Order, error) {
	if _, err := tx.Exec(ctx, `INSERT INTO portal.payment_group (group_id) VALUES ($1)
		ON CONFLICT (group_id) DO UPDATE SET group_id = excluded.group_id`, group); err != nil {
		return nil, err
	}
	return orders(ctx, tx, group)
}

type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func orders(ctx context.Context, q querier, group uuid.UUID) ([]pay.Order, error) {
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM portal.payment_order WHERE group_id = $1 ORDER BY created_at DESC, id`, group)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scan)
}

// current is the order that is open or paid, else the newest.
func current(all []pay.Order) (pay.Order, bool) { return pay.Account{Orders: all}.Order() }

// Open implements pay.Store.
func (s *Store) Open(ctx context.Context, group uuid.UUID) (order pay.Order, err error) {
	err = s.in(ctx, "open an order", func(tx pgx.Tx) error {
		all, err := lock(ctx, tx, group)
		if err != nil {
			return err
		}
		newest, found := current(all)
		if !found {
			return errUnknown()
		}
		order = newest
		if order.State.Open() || order.State == pay.Paid {
			return nil
		}
		if paid, err := counted(ctx, tx, group); err != nil || paid != uuid.Nil {
			return err
		}
		order, err = s.insert(ctx, tx, pay.New{Group: group, Application: order.Application, Amount: order.Amount, Language: order.Language})
		return err
	})
	return order, err
}

// counted is the payment of a group that counts; uuid.Nil when there is none.
func counted(ctx context.Context, tx pgx.Tx, group uuid.UUID) (id uuid.UUID, err error) {
	rows, err := tx.Query(ctx, `SELECT id FROM portal.payment WHERE group_id = $1 AND counts`, group)
	if err != nil {
		return uuid.Nil, err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil || len(ids) == 0 {
		return uuid.Nil, err
	}
	return ids[0], nil
}

// Begun implements pay.Store.
func (s *Store) Begun(ctx context.Context, id uuid.UUID, provider string, p pay.Page) (order pay.Order, err error) {
	err = s.in(ctx, "begin an order", func(tx pgx.Tx) error {
		order, err = lockOrder(ctx, tx, id)
		if err != nil || order.State != pay.Created {
			return err // somebody else was first: the provider gave both the same page
		}
		order.State, order.Provider, order.Ref, order.Page, order.ExpiresAt = pay.Pending, provider, p.Ref, p.URL, p.Until.UTC().Truncate(time.Microsecond)
		return s.pend(ctx, tx, order)
	})
	return order, err
}

// pend keeps that the provider knows an order.
func (s *Store) pend(ctx context.Context, tx pgx.Tx, o pay.Order) error {
	now := s.o.Now()
	_, err := tx.Exec(ctx, `UPDATE portal.payment_order SET state = $2, provider = $3, ref = $4, page = $5, expires_at = $6, changed_at = $7,
		next_at = $8, tries = 0 WHERE id = $1`, o.ID, o.State, o.Provider, o.Ref, o.Page, o.ExpiresAt, now, now.Add(askFirst))
	if err != nil {
		return err
	}
	return s.event(ctx, tx, o.ID, "pending", map[string]any{"provider": o.Provider, "ref": o.Ref})
}

// lockOrder locks the group of an order and gives the order as it is then.
func lockOrder(ctx context.Context, tx pgx.Tx, id uuid.UUID) (pay.Order, error) {
	var group uuid.UUID
	if err := tx.QueryRow(ctx, `SELECT group_id FROM portal.payment_order WHERE id = $1`, id).Scan(&group); err != nil {
		if err == pgx.ErrNoRows { //nolint:errorlint // as it comes
			return pay.Order{}, errUnknown()
		}
		return pay.Order{}, err
	}
	all, err := lock(ctx, tx, group)
	if err != nil {
		return pay.Order{}, err
	}
	for _, o := range all {
		if o.ID == id {
			return o, nil
		}
	}
	return pay.Order{}, errUnknown()
}

// put moves an order to a state. When nothing is to come of it any more it is still asked about a few times: a provider may find a payment late.
func (s *Store) put(ctx context.Context, tx pgx.Tx, o *pay.Order, to pay.State, why string) error {
	if o.State == to {
		return nil
	}
	now := s.o.Now()
	_, err := tx.Exec(ctx, `UPDATE portal.payment_order SET state = $2, changed_at = $3, tries = 0,
		next_at = CASE WHEN ref = '' THEN NULL ELSE $4::timestamptz END WHERE id = $1`, o.ID, to, now, now.Add(later(to, 0)))
	if err != nil {
		return err
	}
	was := o.State
	o.State = to
	return s.event(ctx, tx, o.ID, string(to), map[string]any{"was": was, "why": why})
}

// paidOf is what the centre is told.
func paidOf(p pay.Payment, id uuid.UUID, provider string) evisa.Paid {
	return evisa.Paid{Payment: id, Amount: p.Amount, Provider: provider, Ref: p.Ref, At: p.At}
}
