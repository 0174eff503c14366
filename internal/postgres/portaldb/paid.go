package portaldb

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/evisa/pay"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/vault"
)

// Paid is paydb.Told: in the transaction that counts a group's payment it lets the group's applications go to the centre, and tells the
// centre of what each cost; in the one that keeps that money went back (an amount below zero) it tells of the refund, with the lead's.
func (s *Store) Paid(ctx context.Context, tx pgx.Tx, order pay.Order, paid evisa.Paid) error {
	t := &portalTx{Tx: tx, store: s}
	if paid.Amount.Minor < 0 {
		return s.tellPaid(ctx, t, order.Group, order.Application, paid)
	}
	fees, err := t.fees(ctx, order.Group)
	if err != nil {
		return err
	}
	for _, f := range fees {
		one := paid
		one.Amount = f.fee
		if err := s.tellPaid(ctx, t, order.Group, f.application, one); err != nil {
			return err
		}
	}
	return t.release(ctx, order.Group, s.Now())
}

type fee struct {
	application uuid.UUID
	fee         evisa.Money
}

// fees are what each application of a group costs, where it costs something.
func (t *portalTx) fees(ctx context.Context, group uuid.UUID) ([]fee, error) {
	rows, err := t.Query(ctx, `SELECT application_id, fee_minor, fee_currency FROM portal.standing WHERE group_id = $1 AND fee_minor > 0 ORDER BY application_id`, group)
	if err != nil {
		return nil, fmt.Errorf("fees of group: %w", err)
	}
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) (f fee, err error) {
		return f, r.Scan(&f.application, &f.fee.Minor, &f.fee.Currency)
	})
}

// release lets the parcels of a group go.
func (t *portalTx) release(ctx context.Context, group uuid.UUID, at time.Time) error {
	for what, sql := range map[string]string{
		"standing of group": `UPDATE portal.standing SET paid_at = $2 WHERE group_id = $1 AND paid_at IS NULL`,
		"draft of group":    `UPDATE portal.draft SET paid_at = $2 WHERE id = $1 AND paid_at IS NULL`,
	} {
		if err := t.run(ctx, what, sql, group, at); err != nil {
			return err
		}
	}
	if err := t.run(ctx, "parcels of group", `UPDATE portal.parcel SET held = false WHERE group_id = $1 AND held`, group); err != nil {
		return err
	}
	return t.wake(ctx)
}

func (s *Store) tellPaid(ctx context.Context, t *portalTx, group, application uuid.UUID, paid evisa.Paid) error {
	point, err := t.CentreKey(ctx)
	if err != nil {
		return err
	}
	public, err := vault.ParsePublicKey(point)
	if err != nil {
		return err
	}
	key, err := vault.NewDataKey(s.NewID(), s.Random)
	if err != nil {
		return err
	}
	row := apply.ParcelRow{ID: s.NewID(), Kind: evisa.ParcelPaid, Group: group, Application: application, At: s.Now()}
	row, err = apply.ParcelFor(apply.Sealer{For: public, Random: s.Random, NewID: s.NewID}, key, row, paid)
	if err != nil {
		return err
	}
	act := apply.Act{ID: s.NewID(), At: s.Now(), Verb: audit.Collection, Kind: apply.ObjectApplication, Object: application, Result: string(row.Kind)}
	return errors.Join(t.InsertParcel(ctx, row), t.Note(ctx, act))
}
