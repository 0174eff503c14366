package listdb

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/audit"
)

// lookEvery is how often Run looks for work of another process, such as of the command line.
const lookEvery = 5 * time.Second

// nudge tells Run that there is work.
func (l *Lists) nudge() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Run does the long work until ctx ends: it reads files that were proposed, and publishes what was approved and is large. What a stopped
// program left is taken up again.
func (l *Lists) Run(ctx context.Context) error {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		if err := l.Work(ctx); err != nil && ctx.Err() == nil {
			l.Log.WarnContext(ctx, "work on lists failed", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-l.wake:
		case <-ticker.C:
		}
	}
}

// Work does all the long work that there is now.
func (l *Lists) Work(ctx context.Context) error {
	for {
		var id uuid.UUID
		var state Standing
		err := l.DB.Pool.QueryRow(ctx, `select id, state from list_proposal where state in ('reading', 'publishing') order by proposed_at limit 1`).
			Scan(&id, &state)
		if errors.Is(err, pgx.ErrNoRows) {
			return l.forgetBroken(ctx)
		}
		if err == nil && state == Reading {
			err = l.ReadUpload(ctx, id)
		} else if err == nil {
			err = l.finish(ctx, id)
		}
		if err != nil {
			return wrapped(err, "work on lists")
		}
	}
}

// brokenAfter is how long an upload that goes on is left alone.
const brokenAfter = time.Hour

// forgetBroken lets go of what came of uploads that broke.
func (l *Lists) forgetBroken(ctx context.Context) error {
	_, err := l.DB.Pool.Exec(ctx, `delete from list_upload u using list_proposal p
		where p.id = u.proposal and p.state = 'failed' and p.proposed_at < $1`, l.now().Add(-brokenAfter))
	return wrapped(err, "forget broken uploads")
}

// finish publishes what was approved.
func (l *Lists) finish(ctx context.Context, id uuid.UUID) error {
	var p Proposal
	err := l.alone(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select `+proposalFields+` from list_proposal where id = $1 and state = 'publishing'`, id)
		if err != nil {
			return err
		}
		if p, err = pgx.CollectExactlyOneRow(rows, scanProposal); err != nil {
			return err
		}
		// Nothing that was approved later may go before it: what was approved is what was counted.
		base, err := baseOf(ctx, tx, &p)
		if err != nil {
			return err
		}
		if base != p.Base {
			return l.moved(ctx, tx, &p)
		}
		progress := l.progressOf(ctx, &p)
		by := Person{Actor: audit.Actor{ID: p.Decided.ID, Name: p.Decided.Login}, Agency: p.Agency}
		err = tx.QueryRow(ctx, `select decided_role, decided_post from list_proposal where id = $1`, p.ID).Scan(&by.Role, &by.Post)
		if err != nil {
			return err
		}
		return l.publish(ctx, tx, by, &p, func(done int) { progress("publishing", int64(done), int64(p.Counts.Changes())) })
	})
	if err == nil && p.State == Approved {
		l.told(p)
	}
	return wrapped(err, "publish a list")
}

// moved gives a proposal back to the second person: something was published between his approval and its turn.
func (l *Lists) moved(ctx context.Context, tx pgx.Tx, p *Proposal) error {
	p.State, p.Decided = Pending, Who{}
	_, err := tx.Exec(ctx, `update list_proposal set state = 'pending', decided_by = null, decided_login = null, decided_at = null where id = $1`, p.ID)
	return err
}

// progressOf tells how far work on a proposal is, beside the transaction that does it. What cannot be told is not worth failing for.
func (l *Lists) progressOf(ctx context.Context, p *Proposal) func(stage string, done, total int64) {
	return func(stage string, done, total int64) {
		_, err := l.DB.Pool.Exec(ctx, `insert into list_progress (proposal, stage, done, total, at) values ($1, $2, $3, $4, $5)
			on conflict (proposal) do update set stage = excluded.stage, done = excluded.done, total = excluded.total, at = excluded.at`,
			p.ID, stage, done, total, l.now())
		if err != nil && ctx.Err() == nil {
			l.Log.WarnContext(ctx, "progress not kept", "error", err)
		}
	}
}
