package riskdb

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/risk"
	"github.com/openbmis/openbmis/traveldoc"
)

// leaves is when a flight departs, as near as is known.
func leaves(f apipnr.ExpectedFlight) time.Time {
	if !f.DepartsAt.IsZero() {
		return f.DepartsAt.UTC()
	}
	return f.Departure.Date.First().Add(time.Duration(f.Departure.Minute) * time.Minute)
}

// marks are the keyed hashes of links, and of the person himself: who.
type marks struct {
	links []risk.Link
	sums  [][]byte
	who   []byte
}

func (s *Store) marks(ctx context.Context, links map[uuid.UUID][]risk.Link) (map[uuid.UUID]marks, error) {
	key, err := s.Keys.IndexKey(ctx)
	if err != nil {
		return nil, err
	}
	all := make(map[uuid.UUID]marks, len(links))
	for id, list := range links {
		m := marks{links: list}
		for _, l := range list {
			sum, err := key.Fingerprint(fmt.Appendf(nil, "risk\x00%d\x00%s", l.Mark, l.Value))
			if err != nil {
				return nil, err
			}
			m.sums = append(m.sums, sum)
			if l.Mark == risk.MarkPerson {
				m.who = sum
			}
		}
		if m.who == nil { // nobody can tell whether it is the same person: he counts as one of his own
			m.who = id[:]
		}
		all[id] = m
	}
	return all, nil
}

// shared is what is known of one mark.
type shared struct {
	flights, people, confirmed int
	who                        map[string]bool // of those who are asked about: who had the mark before
}

// Past is what was known before the flight departed, of each person.
func (s *Store) Past(ctx context.Context, flight apipnr.ExpectedFlight, persons []apipnr.Expected, links map[uuid.UUID][]risk.Link) (map[uuid.UUID]*risk.Past, error) {
	hashed, err := s.marks(ctx, links)
	if err != nil {
		return nil, wrap(err, "marks of persons")
	}
	past := make(map[uuid.UUID]*risk.Past, len(persons))
	for _, p := range persons {
		past[p.ID] = &risk.Past{Shared: map[risk.Mark]risk.Shared{}}
	}
	err = s.read(ctx, func(tx pgx.Tx) error {
		known, err := earlier(ctx, tx, flight, hashed)
		if err != nil {
			return err
		}
		for id, m := range hashed {
			if past[id] != nil {
				past[id].Shared = together(m, known)
			}
		}
		return crossings(ctx, tx, leaves(flight), persons, past)
	})
	return past, wrap(err, "what was known before a flight")
}

func keyOf(m risk.Mark, sum []byte) string { return string(append([]byte{byte(m)}, sum...)) }

// together sums a person's marks of each kind: of several phones the one with the most counts.
func together(m marks, known map[string]*shared) map[risk.Mark]risk.Shared {
	sum := map[risk.Mark]risk.Shared{}
	for i, l := range m.links {
		have := sum[l.Mark]
		if k := known[keyOf(l.Mark, m.sums[i])]; k != nil {
			others := k.people
			if k.who[string(m.who)] {
				others--
			}
			have.Flights, have.Others, have.Confirmed = max(have.Flights, k.flights), max(have.Others, others), max(have.Confirmed, k.confirmed)
		}
		sum[l.Mark] = have
	}
	return sum
}

// earlier reads what is known of all marks at once.
func earlier(ctx context.Context, tx pgx.Tx, flight apipnr.ExpectedFlight, hashed map[uuid.UUID]marks) (map[string]*shared, error) {
	known := map[string]*shared{}
	var kinds []int16
	var sums, whos [][]byte
	for _, m := range hashed {
		whos = append(whos, m.who)
		for i, l := range m.links {
			if k := keyOf(l.Mark, m.sums[i]); known[k] == nil {
				known[k] = &shared{who: map[string]bool{}}
				kinds, sums = append(kinds, int16(l.Mark)), append(sums, m.sums[i])
			}
		}
	}
	if len(kinds) == 0 {
		return known, nil
	}
	rows, err := tx.Query(ctx, `SELECT q.kind, q.mark, count(DISTINCT l.flight), count(DISTINCT l.who), count(DISTINCT l.who) FILTER (WHERE l.confirmed),
		coalesce(array_agg(DISTINCT l.who) FILTER (WHERE l.who = ANY ($5)), '{}')
		FROM unnest($1::smallint[], $2::bytea[]) q(kind, mark)
		JOIN risk_link l ON l.kind = q.kind AND l.mark = q.mark AND l.departs < $3 AND l.flight <> $4 GROUP BY q.kind, q.mark`,
		kinds, sums, leaves(flight), flight.ID, whos)
	if err != nil {
		return nil, err
	}
	var kind int16
	var mark []byte
	var one shared
	var who [][]byte
	_, err = pgx.ForEachRow(rows, []any{&kind, &mark, &one.flights, &one.people, &one.confirmed, &who}, func() error {
		k := known[keyOf(risk.Mark(kind), mark)] //nolint:gosec // the same that was asked for
		k.flights, k.people, k.confirmed = one.flights, one.people, one.confirmed
		for _, w := range who {
			k.who[string(w)] = true
		}
		return nil
	})
	return known, err
}

// documents are the numbers and issuers by which crossings are found.
func documents(persons []apipnr.Expected) (ids []uuid.UUID, numbers, issuers []string) {
	for _, p := range persons {
		for _, d := range p.Documents {
			if n := traveldoc.FoldNumber(d.Number); n != "" && d.Code != "V" {
				ids, numbers, issuers = append(ids, p.ID), append(numbers, n), append(issuers, d.IssuingState)
			}
		}
	}
	return ids, numbers, issuers
}

// crossings counts the crossings with a person's documents before the flight.
func crossings(ctx context.Context, tx pgx.Tx, before time.Time, persons []apipnr.Expected, past map[uuid.UUID]*risk.Past) error {
	ids, numbers, issuers := documents(persons)
	if len(ids) == 0 {
		return nil
	}
	rows, err := tx.Query(ctx, `SELECT q.id, count(*), count(*) FILTER (WHERE c.outcome = 'refuse'), max(c.crossed_at)
		FROM unnest($1::uuid[], $2::text[], $3::text[]) q(id, number, issuer)
		JOIN crossing c ON c.doc_no = q.number AND c.doc_no <> '' AND (q.issuer = '' OR c.issuing_state = q.issuer) AND c.crossed_at < $4 AND c.annulled_at IS NULL
		GROUP BY q.id`, ids, numbers, issuers, before)
	if err != nil {
		return err
	}
	var id uuid.UUID
	var n, refused int
	var last time.Time
	_, err = pgx.ForEachRow(rows, []any{&id, &n, &refused, &last}, func() error {
		p := past[id]
		p.Crossings, p.Refusals, p.LastCrossing = n, refused, last.UTC()
		return nil
	})
	return err
}

// refusedWithin is how long after departure a refusal at the border is still about the flight.
const refusedWithin = 7 * 24 * time.Hour

// Known are those of the persons about whom something was found: a rule's hit was confirmed, or the border refused them after the flight.
func (s *Store) Known(ctx context.Context, flight apipnr.ExpectedFlight, persons []apipnr.Expected) (map[uuid.UUID]string, error) {
	known := map[uuid.UUID]string{}
	all := make([]uuid.UUID, 0, len(persons))
	for _, p := range persons {
		all = append(all, p.ID)
	}
	ids, numbers, issuers := documents(persons)
	err := s.read(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT person, 'rule' FROM risk_hit WHERE person = ANY ($1) AND state = 'confirmed'
			UNION SELECT q.id, 'refused' FROM unnest($2::uuid[], $3::text[], $4::text[]) q(id, number, issuer)
			JOIN crossing c ON c.doc_no = q.number AND c.doc_no <> '' AND (q.issuer = '' OR c.issuing_state = q.issuer)
			AND c.crossed_at >= $5 AND c.crossed_at < $6 AND c.annulled_at IS NULL AND c.outcome = 'refuse'`,
			all, ids, numbers, issuers, leaves(flight), leaves(flight).Add(refusedWithin))
		if err != nil {
			return err
		}
		list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[risk.Known])
		for _, k := range list {
			known[k.Person] = k.Why
		}
		return err
	})
	return known, wrap(err, "persons about whom something was found")
}

// keepLinks replaces what connects persons with others.
func (s *Store) keepLinks(ctx context.Context, tx pgx.Tx, flight apipnr.ExpectedFlight, list []risk.Evaluated) error {
	links := map[uuid.UUID][]risk.Link{}
	ids := make([]uuid.UUID, 0, len(list))
	for _, e := range list {
		ids = append(ids, e.Person.ID)
		if e.Person.Status != apipnr.StatusCancelled {
			links[e.Person.ID] = e.Links
		}
	}
	hashed, err := s.marks(ctx, links)
	if err != nil {
		return err
	}
	var kinds []int16
	var sums, whos [][]byte
	var people []uuid.UUID
	for _, id := range ids {
		m := hashed[id]
		for i, l := range m.links {
			kinds, sums, whos, people = append(kinds, int16(l.Mark)), append(sums, m.sums[i]), append(whos, m.who), append(people, id)
		}
	}
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	b := &pgx.Batch{}
	b.Queue(`DELETE FROM risk_link l WHERE person = ANY ($1) AND NOT EXISTS
		(SELECT FROM unnest($2::smallint[], $3::bytea[], $4::uuid[]) q(kind, mark, person) WHERE q.kind = l.kind AND q.mark = l.mark AND q.person = l.person)`,
		ids, kinds, sums, people)
	b.Queue(`INSERT INTO risk_link (kind, mark, person, flight, who, departs, confirmed)
		SELECT q.kind, q.mark, q.person, $5, q.who, $6, exists(SELECT FROM risk_hit h WHERE h.person = q.person AND h.state = 'confirmed')
		FROM unnest($1::smallint[], $2::bytea[], $3::uuid[], $4::bytea[]) q(kind, mark, person, who)
		ON CONFLICT (kind, mark, person) DO UPDATE SET who = excluded.who, departs = excluded.departs
		WHERE (risk_link.who, risk_link.departs) IS DISTINCT FROM (excluded.who, excluded.departs)`, kinds, sums, people, whos, flight.ID, leaves(flight))
	return tx.SendBatch(ctx, b).Close()
}
