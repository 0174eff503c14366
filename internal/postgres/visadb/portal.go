package visadb

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/postgres/portaldb"
	"github.com/openbmis/openbmis/traveldoc"
)

// Portal tells the portal which visas it may confirm, and gives it the notices.
type Portal struct {
	centre   *portaldb.Centre
	register *Register
}

// NewPortal makes the register's side of a portal. Its VisaChanged belongs into Options.Told, and UsesChanged to who looks at uses.
func NewPortal(centre *portaldb.Centre, register *Register) *Portal { return &Portal{centre, register} }

// UsesChanged tells the portal, in the transaction that changed uses or cases of visas, which of them it may confirm now. Numbers that the
// register does not have are left out.
func (p *Portal) UsesChanged(ctx context.Context, tx pgx.Tx, numbers []evisa.Number) error {
	// what somebody revokes meanwhile must not be put back: the row is held
	list, err := p.register.records(ctx, tx, `WHERE v.number = ANY ($1) AND v.standing = 'in_force' ORDER BY v.number FOR UPDATE OF v`, numbers)
	if err != nil {
		return wrap(err, "tell the portal of uses")
	}
	for _, v := range list {
		if err := p.VisaChanged(ctx, tx, v.Visa, v.Version); err != nil {
			return err
		}
	}
	return nil
}

// VisaChanged lets the portal confirm a visa in force that has an entry left and of which no case is open, with its days, and no other.
// While no portal was ever connected, it waits.
func (p *Portal) VisaChanged(ctx context.Context, tx pgx.Tx, v evisa.Visa, _ int) error {
	err := p.tell(ctx, tx, v)
	if !errors.Is(err, portaldb.ErrNoPortal) {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO visa_portal_wait (number) VALUES ($1) ON CONFLICT DO NOTHING`, v.Number)
	return wrap(err, "tell the portal of a visa")
}

func (p *Portal) tell(ctx context.Context, tx pgx.Tx, v evisa.Visa) error {
	if v.Document.Number == "" {
		return nil // its holder was erased, and its marks with him
	}
	confirmed := portaldb.Verifiable{Visa: v.Number, Reference: v.Reference, Document: v.Document.Number, From: v.From, Until: v.Until}
	if v.Standing == evisa.InForce {
		serves, err := p.serves(ctx, tx, v)
		if err != nil {
			return err
		}
		if serves {
			return p.centre.PutVerify(ctx, tx, confirmed)
		}
		return p.centre.DropVerify(ctx, tx, confirmed)
	}
	if err := p.centre.DropVerify(ctx, tx, confirmed); err != nil || v.Standing == evisa.Replaced {
		return err // the notice of the next takes the place of the old one
	}
	return p.centre.DropNotice(ctx, tx, v.Application)
}

// serves reports whether an entry is left on a visa, also on its earlier numbers, and no case of it is open.
func (p *Portal) serves(ctx context.Context, tx pgx.Tx, v evisa.Visa) (bool, error) {
	rows, err := p.register.Rows(ctx, tx, []evisa.Number{v.Number})
	if err != nil || len(rows) == 0 {
		return false, err
	}
	used := 0
	for _, u := range rows[0].Uses {
		if !u.Void {
			used++
		}
	}
	return !rows[0].Case && (v.Entries == 0 || used < v.Entries), nil
}

// tellAtOnce bounds one transaction of CatchUp.
const tellAtOnce = 200

// CatchUp tells the portal of the visas that changed before there was one.
func (p *Portal) CatchUp(ctx context.Context, r *Register) error {
	for n := tellAtOnce; n == tellAtOnce; {
		err := r.o.DB.InTx(ctx, func(tx pgx.Tx) error {
			list, err := r.records(ctx, tx, `WHERE v.number IN (SELECT number FROM visa_portal_wait ORDER BY number LIMIT $1) ORDER BY v.issued_at FOR UPDATE OF v`, tellAtOnce)
			if err != nil {
				return err
			}
			n = len(list)
			numbers := make([]evisa.Number, n)
			for k, v := range list {
				numbers[k] = v.Number
				if err := p.tell(ctx, tx, v.Visa); err != nil {
					return err
				}
			}
			_, err = tx.Exec(ctx, `DELETE FROM visa_portal_wait WHERE number = ANY ($1)`, numbers)
			return err
		})
		if errors.Is(err, portaldb.ErrNoPortal) {
			return nil
		}
		if err != nil {
			return wrap(err, "tell the portal of visas")
		}
	}
	return nil
}

// Erase takes away what the portal confirms visas by, once they are over.
func (p *Portal) Erase(ctx context.Context) error {
	yesterday := stay.AddDays(traveldoc.DateOf(p.register.clock()), -1) // somewhere it is still the day before
	err := p.register.o.DB.InTx(ctx, func(tx pgx.Tx) error { return p.centre.ForgetVerify(ctx, tx, yesterday) })
	return wrap(err, "forget visas that are over")
}

// PutNotice gives the portal the notice of a visa.
func (p *Portal) PutNotice(ctx context.Context, tx pgx.Tx, v evisa.Visa, pdf []byte) error {
	return p.centre.PutNotice(ctx, tx, v.Application, pdf)
}
