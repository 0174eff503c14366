package visadb

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/issue"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/problem"
)

// ErrIssued says that a visa was issued on the application already.
var ErrIssued = problem.New(problem.Conflict, "visaregister.issued_already")

// drawAtMost bounds how often a number is drawn anew: 2e11 numbers leave room.
const drawAtMost = 8

// Issue makes a visa of a decision to grant, in the transaction of the decision: the visa, its first event, its audit entry, and the notes
// by which stations, portal and printing are told once it is committed. The terms must keep to the bounds of the type (problem.Invalid),
// and an application gives one visa (ErrIssued; the transaction goes on).
func (r *Register) Issue(ctx context.Context, tx pgx.Tx, g evisa.Grant) (evisa.Visa, error) {
	t, known := r.o.Policy.Type(g.Type)
	if !known || t.Kind != g.Kind {
		return evisa.Visa{}, problem.New(problem.Invalid, "visaregister.type").At("type")
	}
	if err := issue.CheckTerms(t, g.Terms); err != nil {
		return evisa.Visa{}, err
	}
	if g.Actor.ID == "" {
		return evisa.Visa{}, ErrNotAllowed
	}
	issued := issue.Issued{
		Application: g.Application.ID, Reference: g.Application.Reference, Type: g.Type, Purpose: g.Application.Purpose, Kind: g.Kind, Terms: g.Terms,
		Authority: g.Authority, Replaces: g.Replaces, Holder: issue.Holder{Identity: g.Application.Identity, Document: g.Application.Document},
	}
	e := issue.Event{Version: 1, Kind: evisa.VisaIssued, At: micro(g.At), Actor: g.Officer, Role: g.Actor.Role, Second: g.Second, Issued: &issued}
	v, err := r.first(ctx, tx, e, g.Application.Language, nil)
	if err == nil {
		err = r.told(ctx, tx, v, nil)
	}
	if err != nil {
		return evisa.Visa{}, wrapped(err, "issue a visa")
	}
	entry := g.Actor.Entry(r.o.Now(), audit.Collection, "visa", v.Application.String())
	entry.Decision, entry.Purpose = string(evisa.VisaIssued), "visa"
	return v, wrap(auditlog.Insert(ctx, tx, entry), "issue a visa")
}

// wrapped adds what was being done, but leaves a problem for people as it is.
func wrapped(err error, doing string) error {
	var known *problem.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// first writes the first event of a visa under a number of its own.
func (r *Register) first(ctx context.Context, tx pgx.Tx, e issue.Event, language string, before []evisa.Number) (evisa.Visa, error) {
	key, err := r.keys.Make(ctx, tx, applicationSubject(e.Issued.Application))
	if err != nil {
		return evisa.Visa{}, err
	}
	for range drawAtMost {
		if e.Number, err = evisa.NewNumber(r.o.Random); err != nil {
			return evisa.Visa{}, err
		}
		v, err := issue.Fold([]issue.Event{e})
		if err != nil {
			return evisa.Visa{}, err
		}
		if err = r.attempt(ctx, tx, func(tx pgx.Tx) error {
			b := &pgx.Batch{}
			if err := r.write(b, key, record{Visa: v, language: language, before: before}, e); err != nil {
				return err
			}
			if err := r.putMarks(ctx, b, &v); err != nil {
				return err
			}
			b.Queue(`INSERT INTO visa_notice_work (number, version, next_at) VALUES ($1, $2, $3)`, v.Number, v.Version, r.clock())
			return tx.SendBatch(ctx, b).Close()
		}); err == nil {
			return v, nil
		}
		if postgres.Constraint(err) != "visa_pkey" {
			return evisa.Visa{}, asProblem(err)
		}
	}
	return evisa.Visa{}, errors.New("no free number was drawn")
}

// attempt runs fn so that its failure leaves the transaction as it was.
func (r *Register) attempt(ctx context.Context, tx pgx.Tx, fn func(pgx.Tx) error) error {
	return pgx.BeginFunc(ctx, tx, fn)
}

func asProblem(err error) error {
	switch postgres.Constraint(err) {
	case "visa_once", "visa_replaces_once":
		return ErrIssued.Because(err)
	}
	return err
}

// told tells those who want to know of a visa.
func (r *Register) told(ctx context.Context, tx pgx.Tx, v evisa.Visa, before []evisa.Number) error {
	if len(r.o.Told) == 0 {
		return nil
	}
	nth := v.Version
	if len(before) > 0 {
		var earlier int
		if err := tx.QueryRow(ctx, `SELECT sum(version) FROM visa WHERE number = ANY ($1)`, before).Scan(&earlier); err != nil {
			return err
		}
		nth += earlier
	}
	for _, tell := range r.o.Told {
		if err := tell(ctx, tx, v, nth); err != nil {
			return err
		}
	}
	return nil
}
