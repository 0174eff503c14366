package listdb

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/problem"
)

// National is the list of the State's own alerts.
const National = "national"

// Add publishes open alerts on a list at once, in the name of two persons, and says which version of the dataset has them. It is for
// whoever sets a centre up before anybody can sign in; people propose and approve. The list is made when there is none.
func (l *Lists) Add(ctx context.Context, first, second Person, of List, entries ...alerts.Alert) (version int64, err error) {
	p := l.newProposal(first, ActAlert, of.ID, "")
	err = l.alone(ctx, func(tx pgx.Tx) error {
		if first.is(second.ID, second.Name) {
			return errFourEyes
		}
		if _, err := list(ctx, tx, of.ID); errors.Is(err, ErrUnknown) {
			p.Settings = &of
		} else if err != nil {
			return err
		}
		if err := insertProposal(ctx, tx, &p); err != nil {
			return err
		}
		for i := range entries {
			if err := put(ctx, tx, &p, i, entries[i]); err != nil {
				return err
			}
		}
		if err := count(ctx, tx, &p); err != nil {
			return err
		}
		entry := first.Entry(p.ProposedAt, audit.Collection, "list_proposal", p.ID.String())
		entry.Decision, entry.ResultCount = "propose_alert", len(entries)
		if err := auditlog.Insert(ctx, tx, entry); err != nil {
			return err
		}
		p.Decided, p.DecidedAt = Who{second.ID, second.Name}, l.now()
		return l.publish(ctx, tx, second, &p, nil)
	})
	if err != nil {
		return 0, wrapped(err, "add to a list")
	}
	l.told(p)
	return p.Last, nil
}

// put adds an open alert as it shall be to a proposal.
func put(ctx context.Context, tx pgx.Tx, p *Proposal, n int, a alerts.Alert) error {
	if a.Secrecy == alerts.Discreet && p.Agency == "" {
		return problem.New(problem.Invalid, "lists.discreet_alone")
	}
	if err := CheckAlert(a); err != nil {
		return err
	}
	body, digest, err := bodyOf(a)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into list_proposed (proposal, id, n, body, digest) values ($1, $2, $3, $4, $5)`, p.ID, a.ID, n, body, digest[:])
	return err
}
