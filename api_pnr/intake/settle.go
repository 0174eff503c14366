package intake

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake/manifest"
)

// settle decides on every message of an item, and applies what can be. It reports whether persons may have changed.
func (p *Processor) settle(ctx context.Context, tx Tx, r reading) (changed bool, err error) {
	none, reason := Quarantined, ReasonNoMessage
	if r.broken != nil {
		reason = ReasonUnreadable
	}
	if len(r.result.Messages) == 0 || len(r.result.Diagnostics) > 0 {
		outcome, why := Parsed, ""
		if len(r.result.Messages) == 0 {
			outcome, why = none, reason
		}
		if err := tx.Attempt(ctx, Attempt{
			Raw: r.item.ID, Parser: ParserVersion, Outcome: outcome, Reason: why, Actor: r.item.AskedBy, Diagnostics: r.result.Diagnostics,
		}); err != nil {
			return false, err
		}
	}
	records, err := p.records(ctx, tx, r)
	if err != nil {
		return false, err
	}
	for _, unit := range units(records) {
		did, err := p.unit(ctx, tx, r, unit)
		if err != nil {
			return false, err
		}
		changed = changed || did
	}
	return changed, tx.Settle(ctx, []uuid.UUID{r.item.ID}, none, reason)
}

// records are the messages of an item, with what can be said of each alone.
func (p *Processor) records(ctx context.Context, tx Tx, r reading) ([]*Record, error) {
	list := make([]*Record, len(r.result.Messages))
	for n := range r.result.Messages {
		m := &r.result.Messages[n]
		rec := &Record{ID: MessageID(r.item.ID, n), Item: r.item, N: n, Message: m, Digest: digestOf(r.item, m), Bad: bad(m)}
		if flights := targets(m); len(flights) > 0 {
			rec.FlightKey = flights[0].Key().String()
		}
		rec.State, rec.Reason = verdict(m)
		for _, weigh := range []func(context.Context, Tx, *Record) error{p.entitle, p.twins} {
			if rec.State != Applied {
				break
			}
			if err := weigh(ctx, tx, rec); err != nil {
				return nil, err
			}
		}
		list[n] = rec
	}
	return list, nil
}

// bad counts the records of a message that could not be used.
func bad(m *apipnr.Message) int {
	seen := map[int]bool{}
	for _, d := range m.Diagnostics {
		if d.Severity == apipnr.Failure && d.Record > 0 {
			seen[d.Record] = true
		}
	}
	return len(seen)
}

// verdict says what is to be done with a message: Applied when it is to be applied.
func verdict(m *apipnr.Message) (State, string) {
	switch m.Type {
	case apipnr.PAXLST, apipnr.PNRGOV:
	case apipnr.CUSRES, apipnr.ACKRES, apipnr.GOVREQ, apipnr.CONTRL:
		return Parsed, ""
	default:
		return Quarantined, ReasonFunction
	}
	if f := m.Function; f == apipnr.Answer || f == apipnr.StatusChange || f == apipnr.Acknowledgement {
		return Parsed, ""
	}
	if m.Function == apipnr.Unknown || m.Function == "" {
		return Quarantined, ReasonFunction
	}
	if len(targets(m)) == 0 && m.Part.First {
		return Quarantined, ReasonNoFlight
	}
	if len(m.Travellers)+len(m.Reservations) == 0 && !unbroken(*m) && m.Part.Alone() {
		return Quarantined, ReasonNoTraveller
	}
	return Applied, ""
}

// twins looks whether the message came before. A message that failed is nobody's twin; the same references with other bytes are another
// message, which is marked.
func (p *Processor) twins(ctx context.Context, tx Tx, rec *Record) error {
	if rec.Message.Interchange == "" {
		return nil
	}
	list, err := tx.Twins(ctx, *rec)
	if err != nil {
		return err
	}
	for _, t := range list {
		switch {
		case t.Digest != rec.Digest:
			rec.SameRefs = true
		case !t.State.Failed() && t.State != Duplicate && !rec.Item.Replay:
			rec.State = Duplicate
		}
	}
	return nil
}

// units puts records together that are applied as one: full pushes of one flight in one interchange.
func units(records []*Record) [][]*Record {
	var all [][]*Record
	place := map[string]int{}
	for _, rec := range records {
		m := rec.Message
		if rec.State == Applied && m.Function == apipnr.FullPush && m.Part.Alone() {
			key := m.Sender + "\x00" + m.Interchange + "\x00" + rec.FlightKey
			if n, seen := place[key]; seen {
				all[n] = append(all[n], rec)
				continue
			}
			place[key] = len(all)
		}
		all = append(all, []*Record{rec})
	}
	return all
}

// unit keeps the records of a unit, and applies it.
func (p *Processor) unit(ctx context.Context, tx Tx, r reading, unit []*Record) (bool, error) {
	first := unit[0]
	if first.State != Applied {
		return false, p.keep(ctx, tx, unit, nil)
	}
	if !first.Message.Part.Alone() {
		return p.part(ctx, tx, r, first)
	}
	messages, ids := make([]apipnr.Message, len(unit)), make([]uuid.UUID, len(unit))
	for n, rec := range unit {
		messages[n], ids[n] = *rec.Message, rec.ID
	}
	j := join(messages, ids)
	j.seq = r.item.Seq
	done, err := p.apply(ctx, tx, r.item, j)
	if err != nil {
		return false, err
	}
	for _, rec := range unit {
		rec.State, rec.Reason, rec.Flight = done.state, done.reason, done.flight
		if done.state == Applied && (done.reason != "" || !unbroken(*rec.Message)) {
			rec.State = Partial
		}
	}
	return true, p.keep(ctx, tx, unit, done.diagnostics)
}

// applied is what came of applying.
type applied struct {
	state       State
	reason      string // why it could not be applied to one of its flights
	flight      uuid.UUID
	diagnostics []apipnr.Diagnostic
}

// apply applies a message to the flights that it is about.
func (p *Processor) apply(ctx context.Context, tx Tx, item *Item, j joined) (done applied, err error) {
	done.state = Superseded
	in := manifest.Input{Message: j.message, IDs: j.ids, Seq: j.seq, At: item.ReceivedAt, Whole: j.whole}
	flights := targets(&j.message)
	slices.SortStableFunc(flights, func(a, b apipnr.Flight) int { return compare(a.Key().String(), b.Key().String()) })
	for _, f := range flights {
		m, err := tx.Manifest(ctx, f, item.ReceivedAt, &j.message)
		if err != nil {
			return done, err
		}
		if m.Erased {
			done.reason, done.diagnostics = ReasonPastRetention, append(done.diagnostics, pastRetention(f))
			continue
		}
		if done.flight == uuid.Nil || f.Key() == targets(&j.message)[0].Key() {
			done.flight = m.Flight.ID
		}
		if m.Superseded(in) {
			continue
		}
		list, err := m.Apply(in)
		if err != nil {
			return done, fmt.Errorf("flight %s: %w", m.Flight.ID, err)
		}
		if err := tx.SaveManifest(ctx, m); err != nil {
			return done, err
		}
		done.state, done.diagnostics = Applied, append(done.diagnostics, list...)
	}
	if done.state != Applied && done.reason != "" {
		done.state = Quarantined
	}
	return done, nil
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// keep writes records with their readings. extra are diagnostics of applying.
func (p *Processor) keep(ctx context.Context, tx Tx, unit []*Record, extra []apipnr.Diagnostic) error {
	for _, rec := range unit {
		if err := tx.KeepMessage(ctx, rec); err != nil {
			return err
		}
		if err := tx.Attempt(ctx, Attempt{
			Raw: rec.Item.ID, Message: rec.ID, Parser: ParserVersion, Outcome: rec.State, Reason: rec.Reason, Actor: rec.Item.AskedBy,
			Diagnostics: append(slices.Clone(rec.Message.Diagnostics), extra...),
		}); err != nil {
			return err
		}
	}
	return nil
}
