package trustdb

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
)

// PageSize is how many changed items a page of a review shows.
const PageSize = 1000

// Review is a proposal with what it changes: of a pending one on the present version, of a decided one what it did.
type Review struct {
	Proposal
	Version int64     `json:"version"` // that the effect was counted on
	Items   []Planned `json:"items"`   // of this page; what is only known is counted, not listed
	From    int       `json:"from"`    // items before this page
	Total   int       `json:"total"`   // items on all pages
	Seen    int       `json:"seen"`    // items that the actor has seen, from the first on, on this version
	// MayApprove says that the actor is a second person and has seen everything.
	MayApprove bool `json:"may_approve"`
	Own        bool `json:"own"` // the actor is the proposer
}

// shown are the items that a review lists.
func shown(plan []planned) []planned {
	return slices.DeleteFunc(slices.Clone(plan), func(p planned) bool { return p.Effect == EffectKnown })
}

// Review shows a page of a proposal's effect, the items after from. That a second person saw it is kept: nobody approves what he has not
// seen whole.
func (c *Centre) Review(ctx context.Context, actor audit.Actor, id uuid.UUID, from int) (r Review, err error) {
	err = c.alone(ctx, func(tx pgx.Tx) error {
		if r.Proposal, err = proposal(ctx, tx, id); err != nil {
			return err
		}
		if r.Version, _, err = published(ctx, tx); err != nil {
			return err
		}
		plan, err := c.effectOf(ctx, tx, &r.Proposal)
		if err != nil {
			return err
		}
		r.page(plan, from)
		r.Own = r.Proposed.is(actor)
		if r.State != Pending || r.Own || !auth.Allowed(auth.Role(actor.Role), auth.TrustImport) {
			return nil
		}
		return c.keepSeen(ctx, tx, actor, &r)
	})
	return r, wrapped(err, "review of trust material")
}

// effectOf counts the effect of a pending proposal anew, and reads that of a decided one.
func (c *Centre) effectOf(ctx context.Context, tx pgx.Tx, p *Proposal) ([]planned, error) {
	if p.State == Pending {
		plan, err := planOf(ctx, tx, p)
		p.Effect = counted(plan)
		return plan, err
	}
	rows, err := tx.Query(ctx, `select `+planFields+`, p.effect from trust_proposed p join trust_item i on i.id = p.item
		where p.proposal = $1 and p.effect <> 'known'`, p.ID)
	if err != nil {
		return nil, err
	}
	plan, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (planned, error) {
		var effect Effect
		one, err := scanPlanned(row, &effect)
		one.Effect, one.Sources = effect, one.have
		return one, err
	})
	slices.SortFunc(plan, inOrder)
	return plan, err
}

func (r *Review) page(plan []planned, from int) {
	list := shown(plan)
	r.Total, r.From = len(list), max(0, min(from, len(list)))
	r.Items = []Planned{}
	for _, one := range list[r.From:min(r.From+PageSize, len(list))] {
		r.Items = append(r.Items, one.Planned)
	}
}

// keepSeen remembers how far a second person has seen it. What was seen on another version counts for nothing.
func (c *Centre) keepSeen(ctx context.Context, tx pgx.Tx, actor audit.Actor, r *Review) error {
	end := r.From + len(r.Items)
	var before int
	err := tx.QueryRow(ctx, `select coalesce(max(upto), 0) from trust_seen where proposal = $1 and person = $2 and version = $3`,
		r.ID, actor.ID, r.Version).Scan(&before)
	if err != nil {
		return err
	}
	r.Seen = before
	if r.From <= before {
		r.Seen = max(before, end)
	}
	r.MayApprove = r.Seen >= r.Total && r.Changes() > 0
	_, err = tx.Exec(ctx, `insert into trust_seen (proposal, person, version, upto, at) values ($1, $2, $3, $4, $5)
		on conflict (proposal, person) do update set version = excluded.version, upto = excluded.upto, at = excluded.at`,
		r.ID, actor.ID, r.Version, r.Seen, c.Now())
	if err != nil {
		return err
	}
	entry := actor.Entry(c.Now(), audit.Consultation, "trust_proposal", r.ID.String())
	entry.Purpose, entry.ResultCount = "four_eyes", len(r.Items)
	return auditlog.Insert(ctx, tx, entry)
}
