package listdb

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/problem"
)

// errFourEyes refuses the proposer as the second person.
var errFourEyes = problem.New(problem.Forbidden, "lists.four_eyes")

// slowFrom is how many changes are published behind the request that approves them.
const slowFrom = 5000

// Approve publishes what another person proposed, or begins to (state Publishing: Run goes on with it). The person must have seen the
// proposal (Review) as it is on the present version. Errors for people: lists.four_eyes, lists.other_agency, lists.decided, lists.not_seen, lists.moved (look
// again: something was published between), lists.nothing_new.
func (l *Lists) Approve(ctx context.Context, by Person, id uuid.UUID) (p Proposal, err error) {
	if err := by.must(auth.AlertApprove); err != nil {
		return p, err
	}
	slow := false
	err = l.alone(ctx, func(tx pgx.Tx) error {
		if p, err = pending(ctx, tx, by, id); err != nil {
			return err
		}
		if by.is(p.Proposed.ID, p.Proposed.Login) {
			return errFourEyes
		}
		if err := keeps(ctx, tx, by, &p); err != nil {
			return err
		}
		if err := seen(ctx, tx, by, &p); err != nil {
			return err
		}
		p.Decided, p.DecidedAt = Who{by.ID, by.Name}, l.now()
		if slow = p.Counts.Changes() >= slowFrom; slow {
			p.State = Publishing
			return l.begin(ctx, tx, by, &p)
		}
		return l.publish(ctx, tx, by, &p, nil)
	})
	switch {
	case errors.Is(err, errFourEyes), errors.Is(err, errOtherAgency):
		return p, l.denied(ctx, by, p, err)
	case err != nil:
		return p, wrapped(err, "approve a proposal for a list")
	case slow:
		l.nudge()
	default:
		l.told(p)
	}
	return p, nil
}

// begin leaves a large publication to Run, with what the audit log says of who approved it.
func (l *Lists) begin(ctx context.Context, tx pgx.Tx, by Person, p *Proposal) error {
	if err := decide(ctx, tx, p); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `update list_proposal set decided_role = $2, decided_post = $3 where id = $1`, p.ID, by.Role, by.Post)
	return err
}

// pending reads a proposal that waits for a second person.
func pending(ctx context.Context, tx pgx.Tx, by Person, id uuid.UUID) (Proposal, error) {
	p, err := proposal(ctx, tx, by, id)
	switch {
	case err != nil:
		return p, err
	case p.State == Reading:
		return p, problem.New(problem.Conflict, "lists.reading")
	case p.State != Pending:
		return p, problem.New(problem.Conflict, "lists.decided").With("by", p.Decided.Login)
	}
	return p, nil
}

// seen refuses who has not seen the proposal, or saw it before something else was published.
func seen(ctx context.Context, tx pgx.Tx, by Person, p *Proposal) error {
	var on int64
	err := tx.QueryRow(ctx, `select base from list_seen where proposal = $1 and person = $2`, p.ID, by.ID).Scan(&on)
	if errors.Is(err, pgx.ErrNoRows) {
		return problem.New(problem.Conflict, "lists.not_seen")
	}
	if err != nil {
		return err
	}
	base, err := baseOf(ctx, tx, p)
	switch {
	case err != nil:
		return err
	case base != on || base != p.Base:
		return problem.New(problem.Conflict, "lists.moved")
	case p.Counts.Changes() == 0 && p.Act != ActSettings:
		return problem.New(problem.Conflict, "lists.nothing_new")
	}
	return nil
}

// publish carries a decided proposal out, with its entry in the audit log.
func (l *Lists) publish(ctx context.Context, tx pgx.Tx, by Person, p *Proposal, progress func(done int)) (err error) {
	p.State = Approved
	if p.Settings != nil {
		if err := keepSettings(ctx, tx, p.Settings); err != nil {
			return err
		}
	}
	o := publication{tx: tx, by: by, p: p, progress: progress}
	if o.list, err = list(ctx, tx, p.List); err != nil {
		return err
	}
	if err := o.run(ctx); err != nil {
		return err
	}
	if err := decide(ctx, tx, p); err != nil {
		return err
	}
	if err := forget(ctx, tx, p); err != nil {
		return err
	}
	entry := by.Entry(p.DecidedAt, audit.Alteration, kindOf("list_proposal", p.Agency), p.ID.String())
	entry.Decision, entry.ResultCount, entry.Justification = "approve_"+string(p.Act), p.Counts.Changes(), p.Remark
	return auditlog.Insert(ctx, tx, entry)
}

func keepSettings(ctx context.Context, tx pgx.Tx, s *List) error {
	policy, err := json.Marshal(s.Policy)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into alert_list (id, title, owner, policy) values ($1, $2, $3, $4)
		on conflict (id) do update set title = excluded.title, owner = excluded.owner, policy = excluded.policy`, s.ID, s.Title, s.Owner, policy)
	return err
}

// decide stores a decision.
func decide(ctx context.Context, tx pgx.Tx, p *Proposal) error {
	_, err := tx.Exec(ctx, `update list_proposal set state = $2, decided_by = $3, decided_login = $4, decided_at = $5, why = $6,
		list_version = nullif($7::bigint, 0), first_version = nullif($8::bigint, 0), last_version = nullif($9::bigint, 0) where id = $1`,
		p.ID, p.State, p.Decided.ID, p.Decided.Login, p.DecidedAt, p.Why, p.ListVersion, p.First, p.Last)
	return err
}

// forget lets go of what a decided proposal need not keep: what it changed stands in alert_version, its counts with it; of what was not
// published nothing of anybody stays.
func forget(ctx context.Context, tx pgx.Tx, p *Proposal) error {
	batch := new(pgx.Batch)
	if p.State == Approved {
		batch.Queue(`delete from list_proposed where proposal = $1 and effect = 'unchanged'`, p.ID)
		batch.Queue(`update list_proposed set body = null, digest = null where proposal = $1 and body is not null`, p.ID)
	} else {
		batch.Queue(`delete from list_proposed where proposal = $1`, p.ID)
		batch.Queue(`delete from list_note where proposal = $1`, p.ID)
		batch.Queue(`delete from list_upload where proposal = $1`, p.ID)
	}
	batch.Queue(`delete from list_progress where proposal = $1`, p.ID)
	return tx.SendBatch(ctx, batch).Close()
}

// Reject says no to a proposal, with a reason. Its proposer may too: that takes it back.
func (l *Lists) Reject(ctx context.Context, by Person, id uuid.UUID, why string) (p Proposal, err error) {
	if why = strings.TrimSpace(why); why == "" || !text(why, MaxRemark) {
		return p, problem.New(problem.Invalid, "lists.why").At("why").With("max", MaxRemark)
	}
	err = l.alone(ctx, func(tx pgx.Tx) error {
		if p, err = proposal(ctx, tx, by, id); err != nil {
			return err
		}
		own, foreign := by.is(p.Proposed.ID, p.Proposed.Login) && by.may(auth.AlertManage), keeps(ctx, tx, by, &p)
		switch {
		case !own && !by.may(auth.AlertApprove):
			return errNotAllowed
		case !own && foreign != nil:
			return foreign
		case p.State != Pending && p.State != Reading:
			return problem.New(problem.Conflict, "lists.decided").With("by", p.Decided.Login)
		}
		p.State, p.Decided, p.DecidedAt, p.Why = Rejected, Who{by.ID, by.Name}, l.now(), why
		if err := decide(ctx, tx, &p); err != nil {
			return err
		}
		if err := forget(ctx, tx, &p); err != nil {
			return err
		}
		entry := by.Entry(p.DecidedAt, audit.Alteration, kindOf("list_proposal", p.Agency), id.String())
		entry.Decision, entry.Justification = "reject", why
		return auditlog.Insert(ctx, tx, entry)
	})
	return p, wrapped(err, "reject a proposal for a list")
}
