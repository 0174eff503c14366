package intake

import (
	"context"
	"slices"

	"github.com/google/uuid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// part puts a message into its series, and applies the series when it is whole. A part that comes after the time-out completes what was
// applied without it.
func (p *Processor) part(ctx context.Context, tx Tx, r reading, rec *Record) (bool, error) {
	series, err := p.seriesOf(ctx, tx, r, rec)
	if err != nil {
		return false, err
	}
	rec.Series, rec.State = series.ID, WaitingParts
	if err := p.keep(ctx, tx, []*Record{rec}, nil); err != nil {
		return false, err
	}
	parts, err := tx.Parts(ctx, series.ID)
	if err != nil {
		return false, err
	}
	whole, chosen := complete(parts)
	if !whole && series.State == WaitingParts {
		return false, nil
	}
	return true, p.applySeries(ctx, tx, r, series.ID, parts, chosen, whole)
}

// seriesOf finds the series that a part belongs to: its own when it was read before, the one of its name that waits, or that timed out
// without it; else a new one.
func (p *Processor) seriesOf(ctx context.Context, tx Tx, r reading, rec *Record) (Series, error) {
	id, err := tx.Known(ctx, rec.ID)
	if err != nil {
		return Series{}, err
	}
	if id != uuid.Nil {
		return tx.LockSeries(ctx, id)
	}
	key := r.seriesKey(rec.Message)
	found, err := tx.FindSeries(ctx, key)
	if err != nil {
		return Series{}, err
	}
	if found != nil && found.State != Applied {
		parts, err := tx.Parts(ctx, found.ID)
		if err != nil {
			return Series{}, err
		}
		there := slices.ContainsFunc(parts, func(o Part) bool { return o.Number == rec.Message.Part.Number })
		if found.State == WaitingParts || !there {
			return *found, nil
		}
	}
	id, err = tx.OpenSeries(ctx, key, p.o.Now().Add(p.o.PartsTimeout))
	return Series{ID: id, State: WaitingParts}, err
}

// complete reports whether all parts up to the last are there, and chooses of each number the one that came last.
func complete(parts []Part) (bool, []Part) {
	var chosen []Part
	for _, part := range parts {
		if n := len(chosen); n > 0 && chosen[n-1].Number == part.Number {
			chosen[n-1] = part
			continue
		}
		chosen = append(chosen, part)
	}
	for n, part := range chosen {
		if part.Number != n+1 {
			return false, chosen
		}
	}
	return len(chosen) > 0 && chosen[len(chosen)-1].Last, chosen
}

// seriesDue applies what came of a series whose time is up.
func (p *Processor) seriesDue(ctx context.Context, tx Tx, id uuid.UUID) (bool, error) {
	series, err := tx.LockSeries(ctx, id)
	if err != nil || series.State != WaitingParts {
		return false, err
	}
	parts, err := tx.Parts(ctx, id)
	if err != nil {
		return false, err
	}
	whole, chosen := complete(parts)
	if len(chosen) == 0 {
		return false, tx.CloseSeries(ctx, id, Incomplete)
	}
	r := reading{item: &Item{Carrier: series.Carrier, ReceivedAt: p.o.Now()}}
	return true, p.applySeries(ctx, tx, r, id, parts, chosen, whole)
}

// applySeries joins parts and applies them. The bodies are read again: what was read of them is kept nowhere.
func (p *Processor) applySeries(ctx context.Context, tx Tx, r reading, id uuid.UUID, parts, chosen []Part, whole bool) error {
	read := map[uuid.UUID]reading{r.item.ID: r}
	var messages []apipnr.Message
	var ids, all, raws []uuid.UUID
	var seq int64
	for _, part := range chosen {
		m, err := p.again(ctx, tx, part, read)
		if err != nil {
			return err
		}
		if m == nil {
			whole = false
			continue
		}
		messages, ids, seq = append(messages, *m), append(ids, part.Message), max(seq, part.Seq)
	}
	for _, part := range parts {
		all = append(all, part.Message)
		if !slices.Contains(raws, part.Raw) {
			raws = append(raws, part.Raw)
		}
	}
	done := applied{state: Quarantined}
	if len(messages) > 0 {
		j := join(messages, ids)
		unhurt := j.whole
		j.seq, j.whole = seq, whole && j.whole
		var err error
		if done, err = p.applyJoined(ctx, tx, r.item, j); err != nil {
			return err
		}
		done.state = outcome(done.state, whole, unhurt && done.reason == "")
	}
	if err := p.explain(ctx, tx, chosen, done); err != nil {
		return err
	}
	closed := Applied
	if !whole {
		closed = Incomplete
	}
	if err := tx.CloseSeries(ctx, id, closed); err != nil {
		return err
	}
	if err := tx.SetState(ctx, all, done.state, done.reason, done.flight); err != nil {
		return err
	}
	return tx.Settle(ctx, raws, Quarantined, ReasonNoMessage)
}

// applyJoined applies a series when its carrier may tell of its flight.
func (p *Processor) applyJoined(ctx context.Context, tx Tx, item *Item, j joined) (applied, error) {
	if len(targets(&j.message)) == 0 {
		return applied{state: Quarantined}, nil
	}
	d, err := p.refused(ctx, tx, item.Carrier, &j.message, item.ReceivedAt)
	if err != nil {
		return applied{}, err
	}
	if d != nil {
		return applied{state: Quarantined, reason: d.Code, diagnostics: []apipnr.Diagnostic{*d}}, nil
	}
	return p.apply(ctx, tx, item, j)
}

// explain keeps with each part why the series could not be applied.
func (p *Processor) explain(ctx context.Context, tx Tx, parts []Part, done applied) error {
	if done.reason == "" {
		return nil
	}
	for _, part := range parts {
		err := tx.Attempt(ctx, Attempt{
			Raw: part.Raw, Message: part.Message, Parser: ParserVersion, Outcome: done.state, Reason: done.reason, Diagnostics: done.diagnostics,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func outcome(done State, whole, unhurt bool) State {
	switch {
	case done != Applied:
		return done
	case !whole:
		return Incomplete
	case !unhurt:
		return Partial
	}
	return Applied
}

// again reads the item of a part once more, each item once; nil when it does not hold the part.
func (p *Processor) again(ctx context.Context, tx Tx, part Part, read map[uuid.UUID]reading) (*apipnr.Message, error) {
	r, is := read[part.Raw]
	if !is {
		body, err := tx.Body(ctx, part.Raw)
		if err != nil {
			return nil, err
		}
		r = p.read(&Item{ID: part.Raw, Body: body})
		read[part.Raw] = r
	}
	if part.N >= len(r.result.Messages) {
		return nil, nil //nolint:nilnil // see above
	}
	return &r.result.Messages[part.N], nil
}
