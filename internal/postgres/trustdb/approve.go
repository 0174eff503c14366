package trustdb

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

// errFourEyes refuses the proposer as the second person.
var errFourEyes = problem.New(problem.Forbidden, "trust.four_eyes")

// Approve publishes what another person proposed. The actor must have seen the whole effect (Review), as it is on the present version.
// Several versions are made when one is more than stations take at once; they become visible together. Errors for people: trust.four_eyes,
// trust.decided, trust.not_seen, trust.moved (look again: another approval came between).
func (c *Centre) Approve(ctx context.Context, actor audit.Actor, id uuid.UUID) (p Proposal, err error) {
	if err := may(actor); err != nil {
		return p, err
	}
	err = c.alone(ctx, func(tx pgx.Tx) error {
		if p, err = pending(ctx, tx, id); err != nil {
			return err
		}
		if p.Proposed.is(actor) {
			return errFourEyes
		}
		plan, err := planOf(ctx, tx, &p)
		if err != nil {
			return err
		}
		if err := seenWhole(ctx, tx, id, actor, plan); err != nil {
			return err
		}
		if p.Effect = counted(plan); p.Changes() == 0 {
			return c.nothingNew(ctx, tx, &p)
		}
		return c.approve(ctx, tx, actor, &p, plan)
	})
	switch {
	case errors.Is(err, errFourEyes):
		return p, c.denied(ctx, actor, id, err)
	case err != nil:
		return p, wrapped(err, "approve trust material")
	}
	c.Published(trust.Dataset)
	return p, nil
}

// is compares by account, and by log-in name besides: an account made anew is no second person.
func (p Person) is(actor audit.Actor) bool {
	return p.ID == actor.ID || p.Login != "" && strings.EqualFold(p.Login, actor.Name)
}

func pending(ctx context.Context, tx pgx.Tx, id uuid.UUID) (Proposal, error) {
	p, err := proposal(ctx, tx, id)
	if err == nil && p.State != Pending {
		err = problem.New(problem.Conflict, "trust.decided").With("by", p.Decided.Login)
	}
	return p, err
}

// seenWhole refuses who has not seen every item that is changed, or saw it on another version.
func seenWhole(ctx context.Context, tx pgx.Tx, id uuid.UUID, actor audit.Actor, plan []planned) error {
	version, _, err := published(ctx, tx)
	if err != nil {
		return err
	}
	var on int64
	var upto int
	err = tx.QueryRow(ctx, `select version, upto from trust_seen where proposal = $1 and person = $2`, id, actor.ID).Scan(&on, &upto)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return problem.New(problem.Conflict, "trust.not_seen")
	case err != nil:
		return err
	case on != version:
		return problem.New(problem.Conflict, "trust.moved")
	case upto < len(shown(plan)):
		return problem.New(problem.Conflict, "trust.not_seen")
	}
	return nil
}

func (c *Centre) approve(ctx context.Context, tx pgx.Tx, actor audit.Actor, p *Proposal, plan []planned) error {
	p.State, p.Decided, p.DecidedAt = Approved, Person{actor.ID, actor.Name}, c.Now().UTC().Truncate(time.Microsecond)
	changed := slices.DeleteFunc(slices.Clone(plan), func(one planned) bool { return !one.Effect.changes() })
	out := publication{tx: tx, by: actor.Name, at: p.DecidedAt}
	if err := out.publish(ctx, changed); err != nil {
		return err
	}
	p.First, p.Last = out.first, out.last
	if err := storeEffects(ctx, tx, p, plan); err != nil {
		return err
	}
	if err := decide(ctx, tx, p); err != nil {
		return err
	}
	if err := forgetChanges(ctx, tx, p.DecidedAt); err != nil {
		return err
	}
	entry := actor.Entry(p.DecidedAt, audit.Alteration, "trust_proposal", p.ID.String())
	entry.Decision, entry.ResultCount, entry.Justification = "approve_"+string(p.Act), len(changed), p.Remark
	return auditlog.Insert(ctx, tx, entry)
}

// Reject says no to a proposal, with a reason. Its proposer may too: that takes it back.
func (c *Centre) Reject(ctx context.Context, actor audit.Actor, id uuid.UUID, why string) (p Proposal, err error) {
	if err := may(actor); err != nil {
		return p, err
	}
	if why = strings.TrimSpace(why); why == "" || len(why) > MaxRemark || strings.ContainsRune(why, 0) {
		return p, problem.New(problem.Invalid, "trust.why").At("why").With("max", MaxRemark)
	}
	err = c.alone(ctx, func(tx pgx.Tx) error {
		if p, err = pending(ctx, tx, id); err != nil {
			return err
		}
		p.State, p.Decided, p.DecidedAt, p.Why = Rejected, Person{actor.ID, actor.Name}, c.Now().UTC().Truncate(time.Microsecond), why
		if err := decide(ctx, tx, &p); err != nil {
			return err
		}
		entry := actor.Entry(p.DecidedAt, audit.Alteration, "trust_proposal", id.String())
		entry.Decision, entry.Justification = "reject", why
		return auditlog.Insert(ctx, tx, entry)
	})
	return p, wrapped(err, "reject trust material")
}

// decide stores a decision, and lets go of content that nothing needs any more.
func decide(ctx context.Context, tx pgx.Tx, p *Proposal) error {
	_, err := tx.Exec(ctx, `update trust_proposal set state = $2, decided_by = $3, decided_login = $4, decided_at = $5, why = nullif($6, ''),
		first_version = nullif($7, 0), last_version = nullif($8, 0) where id = $1`,
		p.ID, p.State, p.Decided.ID, p.Decided.Login, p.DecidedAt, p.Why, p.First, p.Last)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update trust_item i set content = null
		where i.content is not null and i.version is null and (i.withdrawn is null or i.kind = 'crl')
		and exists (select from trust_proposed p where p.proposal = $1 and p.item = i.id)
		and not exists (select from trust_proposed p join trust_proposal o on o.id = p.proposal
			where p.item = i.id and o.state = 'pending')`, p.ID)
	return err
}

// ProposeWithdrawal proposes to take published items away, by their ids (SHA-256, hexadecimal), for a reason.
func (c *Centre) ProposeWithdrawal(ctx context.Context, actor audit.Actor, ids []string, why string) (p Proposal, err error) {
	if err := may(actor); err != nil {
		return p, err
	}
	if why = strings.TrimSpace(why); why == "" || len(why) > MaxRemark || strings.ContainsRune(why, 0) {
		return p, problem.New(problem.Invalid, "trust.why").At("why").With("max", MaxRemark)
	}
	p = c.newProposal(actor, ActWithdrawal, why)
	err = c.alone(ctx, func(tx pgx.Tx) error { return c.keepWithdrawal(ctx, tx, actor, &p, ids) })
	return p, wrapped(err, "propose to withdraw trust material")
}

func (c *Centre) keepWithdrawal(ctx context.Context, tx pgx.Tx, actor audit.Actor, p *Proposal, ids []string) error {
	for _, id := range ids {
		if !IsID(id) {
			return ErrUnknown
		}
	}
	if err := insertProposal(ctx, tx, p); err != nil {
		return err
	}
	tag, err := tx.Exec(ctx, `insert into trust_proposed (proposal, item, sources, effect)
		select $1, i.id, '[]', 'withdraw' from trust_item i
		where i.version is not null and i.id in (select decode(u, 'hex') from unnest($2::text[]) u)`, p.ID, ids)
	if err != nil {
		return err
	}
	if p.Effect[EffectWithdraw] = int(tag.RowsAffected()); p.Effect[EffectWithdraw] == 0 {
		return ErrUnknown
	}
	effect, err := json.Marshal(p.Effect)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `update trust_proposal set effect = $2 where id = $1`, p.ID, effect); err != nil {
		return err
	}
	entry := actor.Entry(p.ProposedAt, audit.Collection, "trust_proposal", p.ID.String())
	entry.Decision, entry.ResultCount, entry.Justification = "propose_withdrawal", int(tag.RowsAffected()), p.Remark
	return auditlog.Insert(ctx, tx, entry)
}
