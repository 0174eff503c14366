package trustdb

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

// Effect is what a proposal does to one item.
type Effect string

// The effects, in the order in which they are shown: what takes away comes first.
const (
	EffectWithdraw Effect = "withdraw" // goes: withdrawn, replaced by a newer CRL, or on no list any more
	EffectLoses    Effect = "loses"    // loses a source: it is not on the newer list of that signer
	EffectNew      Effect = "new"
	EffectSource   Effect = "source"   // gains a source, or a newer one
	EffectOutdated Effect = "outdated" // a CRL older than the one that is published: nothing is changed
	EffectKnown    Effect = "known"    // nothing is changed
)

// Effects lists every effect, in order. The caller owns the slice.
func Effects() []Effect {
	return []Effect{EffectWithdraw, EffectLoses, EffectNew, EffectSource, EffectOutdated, EffectKnown}
}

func (e Effect) changes() bool { return e != EffectKnown && e != EffectOutdated }

// Planned is an item and what becomes of it.
type Planned struct {
	ID string `json:"id"`
	Facts
	Effect  Effect         `json:"effect"`
	Sources []trust.Source `json:"sources"` // as they would be published
	Failed  bool           `json:"failed,omitempty"`
}

// planned is one in the making.
type planned struct {
	Planned
	authority []byte
	current   bool           // published now
	have      []trust.Source // as published
	given     []trust.Source // by the proposal; nil of an item that was not proposed itself
}

const planFields = `encode(i.id, 'hex'), i.kind, i.country, i.subject, i.issuer, i.authority, i.valid_from, i.valid_until,
	i.version is not null, i.sources`

func scanPlanned(row pgx.CollectableRow, more ...any) (p planned, err error) {
	var from, until *time.Time
	var have []byte
	into := append([]any{&p.ID, &p.Kind, &p.Country, &p.Subject, &p.Issuer, &p.authority, &from, &until, &p.current, &have}, more...)
	if err := row.Scan(into...); err != nil {
		return p, err
	}
	p.From, p.Until = value(from), value(until)
	return p, json.Unmarshal(have, &p.have)
}

// planOf counts what a proposal does to what is published now, in order.
func planOf(ctx context.Context, tx pgx.Tx, p *Proposal) ([]planned, error) {
	rows, err := tx.Query(ctx, `select `+planFields+`, p.sources from trust_proposed p join trust_item i on i.id = p.item
		where p.proposal = $1`, p.ID)
	if err != nil {
		return nil, err
	}
	plan, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (planned, error) {
		var given []byte
		one, err := scanPlanned(row, &given)
		if err != nil {
			return one, err
		}
		return one, json.Unmarshal(given, &one.given)
	})
	if err != nil {
		return nil, err
	}
	if p.Act == ActWithdrawal {
		withdrawn(plan)
	} else if plan, err = importPlan(ctx, tx, p, plan); err != nil {
		return nil, err
	}
	for i := range plan {
		plan[i].Failed = failed(trust.Item{Sources: plan[i].Sources})
	}
	slices.SortFunc(plan, inOrder)
	return plan, nil
}

func inOrder(a, b planned) int {
	return cmp.Or(
		cmp.Compare(slices.Index(Effects(), a.Effect), slices.Index(Effects(), b.Effect)),
		cmp.Compare(a.Country, b.Country), cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.ID, b.ID),
	)
}

func withdrawn(plan []planned) {
	for i := range plan {
		plan[i].Effect = EffectKnown // somebody was faster
		if plan[i].current {
			plan[i].Effect, plan[i].Sources = EffectWithdraw, plan[i].have
		}
	}
}

func importPlan(ctx context.Context, tx pgx.Tx, p *Proposal, plan []planned) ([]planned, error) {
	for i := range plan {
		plan[i].gain()
	}
	plan, err := supersede(ctx, tx, plan)
	if err != nil {
		return nil, err
	}
	gone, err := replaced(ctx, tx, p, plan)
	return append(plan, gone...), err
}

// gain says what the item's own sources make of it.
func (p *planned) gain() {
	if !p.current {
		p.Effect = EffectNew
		p.Sources, _ = mergeSources(nil, p.given)
		return
	}
	merged, changed := mergeSources(p.have, p.given)
	p.Effect, p.Sources = EffectKnown, merged
	if changed {
		p.Effect = EffectSource
	}
}

// supersede lets the newest CRL of each authority stand alone. One that is worth less than another never takes its place.
func supersede(ctx context.Context, tx pgx.Tx, plan []planned) ([]planned, error) {
	var authorities [][]byte
	for _, p := range plan {
		if p.Kind == trust.CRL {
			authorities = append(authorities, p.authority)
		}
	}
	if len(authorities) == 0 {
		return plan, nil
	}
	rows, err := tx.Query(ctx, `select `+planFields+` from trust_item i
		where i.kind = 'crl' and i.version is not null and i.authority = any($1)`, authorities)
	if err != nil {
		return nil, err
	}
	stored, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (planned, error) { return scanPlanned(row) })
	if err != nil {
		return nil, err
	}
	for _, s := range stored {
		if !slices.ContainsFunc(plan, func(p planned) bool { return p.ID == s.ID }) {
			s.Effect, s.Sources = EffectKnown, s.have
			plan = append(plan, s)
		}
	}
	for i := range plan {
		if plan[i].Kind == trust.CRL && plan[i].beaten(plan) {
			plan[i].Effect = EffectOutdated
			if plan[i].current {
				plan[i].Effect = EffectWithdraw
			}
		}
	}
	return slices.DeleteFunc(plan, func(p planned) bool { return p.given == nil && p.Effect == EffectKnown }), nil
}

// beaten says whether another CRL of the same authority is newer and worth no less.
func (p *planned) beaten(all []planned) bool {
	return slices.ContainsFunc(all, func(o planned) bool {
		return o.Kind == trust.CRL && o.ID != p.ID && bytes.Equal(o.authority, p.authority) && o.From.After(p.From) && o.worth() >= p.worth()
	})
}

func (p *planned) worth() (best int) {
	for _, s := range p.Sources {
		best = max(best, weight(s.Verified))
	}
	return best
}

// replaced are the published items that an older list of the same signer held and this one does not.
func replaced(ctx context.Context, tx pgx.Tx, p *Proposal, plan []planned) ([]planned, error) {
	list, is := signedList(p, plan)
	if !is {
		return nil, nil
	}
	of, err := json.Marshal([]map[string]string{{"signer": list.Signer, "country": list.Country}})
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `select `+planFields+` from trust_item i where i.version is not null and i.kind <> 'crl' and i.sources @> $2
		and not exists (select from trust_proposed p where p.proposal = $1 and p.item = i.id)`, p.ID, of)
	if err != nil {
		return nil, err
	}
	held, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (planned, error) { return scanPlanned(row) })
	if err != nil {
		return nil, err
	}
	var gone []planned
	for _, h := range held {
		rest, changed := without(h.have, list)
		switch {
		case changed && len(rest) == 0:
			h.Effect, h.Sources = EffectWithdraw, h.have
		case changed:
			h.Effect, h.Sources = EffectLoses, rest
		default:
			continue
		}
		gone = append(gone, h)
	}
	return gone, nil
}

// signedList is the source that a signed master list is; false of other files.
func signedList(p *Proposal, plan []planned) (trust.Source, bool) {
	unread := len(p.Report.Refused) > 0 // what is missing may be what could not be read
	if p.Report.Kind != trust.FileMasterList || p.Report.Signer == "" || p.Report.Signature.Verdict == traveldoc.Fail || unread {
		return trust.Source{}, false
	}
	for _, one := range plan {
		for _, s := range one.given {
			if s.Signer == p.Report.Signer && s.Country != "" {
				return s, true
			}
		}
	}
	return trust.Source{}, false
}

func counted(plan []planned) map[Effect]int {
	effects := map[Effect]int{}
	for _, p := range plan {
		effects[p.Effect]++
	}
	return effects
}

// storeEffects keeps what the plan says with the proposal.
func storeEffects(ctx context.Context, tx pgx.Tx, p *Proposal, plan []planned) error {
	effect, err := json.Marshal(p.Effect)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `update trust_proposal set effect = $2 where id = $1`, p.ID, effect); err != nil {
		return err
	}
	return send(ctx, tx, plan, func(batch *pgx.Batch, one planned) error {
		if one.given != nil {
			batch.Queue(`update trust_proposed set effect = $3 where proposal = $1 and item = decode($2, 'hex') and effect <> $3`,
				p.ID, one.ID, one.Effect)
		} else if p.State == Approved {
			batch.Queue(`insert into trust_proposed (proposal, item, sources, effect) values ($1, decode($2, 'hex'), '[]', $3)`,
				p.ID, one.ID, one.Effect)
		}
		return nil
	})
}
