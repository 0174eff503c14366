package applydb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/internal/postgres/paydb"
	"github.com/openbmis/openbmis/internal/postgres/portaldb"
)

// Through is the desk's way to applicants: the centre's side of the portal, in whose schema their fees are kept too.
type Through struct {
	Centre *portaldb.Centre
	Now    func() time.Time
}

var _ Portal = Through{}

// Tell tells through the portal. Where no portal was ever connected there is nobody to tell.
func (t Through) Tell(ctx context.Context, tx pgx.Tx, told evisa.Told, email, language string) error {
	err := t.Centre.Tell(ctx, tx, told, portaldb.Addressee{Email: email, Language: language})
	if errors.Is(err, portaldb.ErrNoPortal) {
		return nil
	}
	return err
}

// RefundWanted asks for a refund; the portal's worker takes it up.
func (t Through) RefundWanted(ctx context.Context, tx pgx.Tx, id, group uuid.UUID, amount evisa.Money) error {
	return paydb.WantRefund(ctx, tx, paydb.Want{ID: id, Group: group, Amount: amount.Minor}, t.Now())
}

// Forget takes away what the portal shows.
func (t Through) Forget(ctx context.Context, tx pgx.Tx, application uuid.UUID) error {
	return t.Centre.Forget(ctx, tx, application)
}

// VisaChanged tells the applicant what became of his visa, in the transaction that changed it. One whose application is not here, or is
// erased, has nobody to tell. It is a visadb.Told. The decision tells by its own event, and what takes a visa's place tells of both.
func (s *Store) VisaChanged(ctx context.Context, tx pgx.Tx, v evisa.Visa, _ int) error {
	if s.o.Portal == nil || v.Version == 1 && v.Replaces == "" || v.Standing == evisa.Replaced {
		return nil
	}
	var erased bool
	err := tx.QueryRow(ctx, `SELECT erased_at IS NOT NULL FROM visa_application WHERE id = $1 FOR UPDATE`, v.Application).Scan(&erased)
	if noRows(err) || erased {
		return nil
	}
	if err != nil {
		return wrap(err, "tell of a visa")
	}
	c, _, err := s.load(ctx, tx, v.Application)
	if errors.Is(err, desk.ErrErased) {
		return nil
	}
	if err != nil {
		return wrap(err, "tell of a visa")
	}
	return wrap(s.tell(ctx, tx, c, &v, true), "tell of a visa")
}

// tell tells the applicant how his application stands, and his visa where there is one, and writes that there is news where it is worth a
// letter. Each time has a version of its own.
func (s *Store) tell(ctx context.Context, tx pgx.Tx, c *desk.Case, v *evisa.Visa, write bool) error {
	told := c.Told()
	if err := tx.QueryRow(ctx, `UPDATE visa_application SET told = told + 1 WHERE id = $1 RETURNING told`, c.ID).Scan(&told.Version); err != nil {
		return err
	}
	if v != nil {
		told.Visa, told.Standing, told.From, told.Until, told.At = v.Number, v.Standing, v.From, v.Until, s.clock()
	} else if c.State == evisa.Approved {
		if err := presentVisa(ctx, tx, &told); err != nil {
			return err
		}
	}
	a := c.Application
	to := a.Contact.Email
	if !write {
		to = ""
	}
	return s.o.Portal.Tell(ctx, tx, told, to, a.Language)
}

// presentVisa gives what is told the visa as the register has it now: it may have been issued anew since the decision.
func presentVisa(ctx context.Context, tx pgx.Tx, told *evisa.Told) error {
	var terms []byte
	err := tx.QueryRow(ctx, `SELECT number, standing, terms FROM visa WHERE application = $1 AND standing <> 'replaced' ORDER BY issued_at DESC LIMIT 1`,
		told.Application).Scan(&told.Visa, &told.Standing, &terms)
	if noRows(err) {
		return nil
	}
	if err != nil {
		return err
	}
	var t evisa.Terms
	if err := json.Unmarshal(terms, &t); err != nil {
		return fmt.Errorf("terms of a visa: %w", err)
	}
	told.From, told.Until = t.From, t.Until
	return nil
}

// whose is the application of a group that a refund is of: a group pays at once, and what goes back is told of with its lead.
func (s *Store) whose(ctx context.Context, tx pgx.Tx, c *desk.Case, p evisa.Parcel) (*desk.Case, error) {
	if c.Owed(p) {
		return c, nil
	}
	rows, err := tx.Query(ctx, `SELECT id FROM visa_application WHERE group_id = $1 AND refund_due AND erased_at IS NULL ORDER BY id FOR UPDATE`,
		c.Application.Group)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, err
	}
	for _, id := range list {
		other, _, err := s.load(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		if other.Owed(p) {
			return other, nil
		}
	}
	return c, nil
}
