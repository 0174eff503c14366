package boarddb

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/api_pnr/board"
)

// Open keeps a request before it is answered, in one transaction with others that come meanwhile. A request that was kept before keeps
// its place.
func (s *Store) Open(ctx context.Context, r board.Request) (board.Opened, error) {
	o, err := s.opening.do(ctx, r)
	return o, wrap(err, "keep a carrier's request")
}

// open sends all at once: the statements of a pgx.Batch are one transaction, and one way to the database and back.
func (s *Store) open(ctx context.Context, requests []board.Request) ([]board.Opened, error) {
	b := &pgx.Batch{}
	opened := insertRequests(b, requests, false)
	if err := upsertFlights(b, requests); err != nil {
		return nil, err
	}
	s.upsertTravellers(b, requests)
	s.opinionsOf(b, requests, opened)
	return opened, s.DB.Pool.SendBatch(ctx, b).Close()
}

// insertRequests gives each request its place, in the order in which they came.
func insertRequests(b *pgx.Batch, requests []board.Request, answered bool) []board.Opened {
	n := len(requests)
	ids, carriers, transactions, revisions := make([]uuid.UUID, n), make([]string, n), make([]string, n), make([]string, n)
	functions, flights, travellers, at := make([]string, n), make([]string, n), make([]int, n), make([]time.Time, n)
	for i, r := range requests {
		ids[i], carriers[i], transactions[i], revisions[i] = r.ID, r.Carrier, r.Transaction, r.Revision
		functions[i], flights[i], travellers[i], at[i] = string(r.Function), r.Flight.Key().String(), len(r.Asked), r.At.UTC()
	}
	opened := make([]board.Opened, n)
	for i := range opened {
		opened[i].Opinions = map[string][]board.Opinion{}
	}
	b.Queue(`
		INSERT INTO board_request (id, carrier, transaction, revision, function, flight_key, travellers, received_at, answered_at)
		SELECT q.id, q.carrier, q.transaction, q.revision, q.function, q.flight_key, q.travellers, q.at, CASE WHEN $9 THEN q.at END
		FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int[], $8::timestamptz[]) WITH ORDINALITY
			AS q(id, carrier, transaction, revision, function, flight_key, travellers, at, n) ORDER BY q.n
		ON CONFLICT (id) DO UPDATE SET id = excluded.id RETURNING id, seq`,
		ids, carriers, transactions, revisions, functions, flights, travellers, at, answered).Query(func(rows pgx.Rows) error {
		var id uuid.UUID
		var seq int64
		_, err := pgx.ForEachRow(rows, []any{&id, &seq}, func() error {
			for i := range requests {
				if requests[i].ID == id {
					opened[i].Seq = seq
				}
			}
			return nil
		})
		return err
	})
	return opened
}

// upsertFlights keeps each flight as the last request tells of it.
func upsertFlights(b *pgx.Batch, requests []board.Request) error {
	last := map[[2]string]board.Request{}
	for _, r := range requests {
		last[[2]string{r.Carrier, r.Flight.Key().String()}] = r
	}
	keys := make([][2]string, 0, len(last))
	for k := range last {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
	var carriers, flights, bodies, wires []string
	var departs, arrives []*time.Time
	for _, k := range keys {
		r := last[k]
		body, err := text(r.Flight)
		if err != nil {
			return err
		}
		wire, err := text(r.Wire)
		if err != nil {
			return err
		}
		carriers, flights, bodies, wires = append(carriers, k[0]), append(flights, k[1]), append(bodies, body), append(wires, wire)
		departs, arrives = append(departs, orNull(r.DepartsAt)), append(arrives, orNull(r.ArrivesAt))
	}
	b.Queue(`
		INSERT INTO board_flight AS f (carrier, flight_key, flight, wire, departs_at, arrives_at)
		SELECT q.carrier, q.flight_key, q.flight::jsonb, q.wire::jsonb, q.departs, q.arrives
		FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[])
			AS q(carrier, flight_key, flight, wire, departs, arrives)
		ON CONFLICT (carrier, flight_key) DO UPDATE SET flight = excluded.flight, wire = excluded.wire,
			departs_at = coalesce(excluded.departs_at, f.departs_at), arrives_at = coalesce(excluded.arrives_at, f.arrives_at)
			WHERE (f.flight, f.wire) IS DISTINCT FROM (excluded.flight, excluded.wire)`, carriers, flights, bodies, wires, departs, arrives)
	return nil
}

// standing is a traveller as a request names him.
type standing struct {
	carrier, flight, ref, locator, transaction, revision, asksFor string
	request                                                       uuid.UUID
	at                                                            time.Time
	marks                                                         string // hexadecimal, with commas
}

// upsertTravellers: the place of a request is known to the database once the batch has put it there.
func (s *Store) upsertTravellers(b *pgx.Batch, requests []board.Request) {
	all := s.newest(requests)
	n := len(all)
	columns := make([][]string, 8)
	ids, at := make([]uuid.UUID, n), make([]time.Time, n)
	for i := range columns {
		columns[i] = make([]string, n)
	}
	for i, t := range all {
		for c, value := range []string{t.carrier, t.flight, t.ref, t.locator, t.transaction, t.revision, t.asksFor, t.marks} {
			columns[c][i] = value
		}
		ids[i], at[i] = t.request, t.at
	}
	// An older revision of the same transaction that comes late is no newer request.
	b.Queue(`
		INSERT INTO board_traveller AS t (carrier, flight_key, ref, locator, transaction, revision, asks_for, marks, asked_seq, asked_at)
		SELECT q.carrier, q.flight_key, q.ref, q.locator, q.transaction, q.revision, q.asks_for,
			ARRAY(SELECT decode(m, 'hex') FROM unnest(string_to_array(q.marks, ',')) AS m), r.seq, q.at
		FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::uuid[], $10::timestamptz[])
			WITH ORDINALITY AS q(carrier, flight_key, ref, locator, transaction, revision, asks_for, marks, request, at, n) JOIN board_request r ON r.id = q.request ORDER BY q.n
		ON CONFLICT (carrier, flight_key, ref) DO UPDATE SET locator = excluded.locator, transaction = excluded.transaction,
			revision = excluded.revision, asks_for = excluded.asks_for, marks = excluded.marks, asked_seq = excluded.asked_seq, asked_at = excluded.asked_at, status = 'expected'
			WHERE t.asked_seq < excluded.asked_seq AND NOT (t.transaction = excluded.transaction
				AND (length(t.revision), t.revision) > (length(excluded.revision), excluded.revision))`,
		columns[0], columns[1], columns[2], columns[3], columns[4], columns[5], columns[6], columns[7], ids, at)
}

// newest are the travellers of requests, each as the newest of them names him.
func (s *Store) newest(requests []board.Request) []standing {
	at := map[[3]string]int{}
	var all []standing
	for _, r := range requests {
		for _, a := range r.Asked {
			t := standing{
				carrier: r.Carrier, flight: r.Flight.Key().String(), ref: a.Ref, locator: a.Locator, transaction: r.Transaction, revision: r.Revision,
				asksFor: asksFor(r), request: r.ID, at: r.At.UTC(), marks: s.marks(a.Who),
			}
			key := [3]string{t.carrier, t.flight, t.ref}
			i, known := at[key]
			switch {
			case !known:
				at[key] = len(all)
				all = append(all, t)
			case all[i].newer(t):
				all[i] = t
			}
		}
	}
	slices.SortFunc(all, func(a, b standing) int {
		return cmp.Or(cmp.Compare(a.carrier, b.carrier), cmp.Compare(a.flight, b.flight), cmp.Compare(a.ref, b.ref))
	})
	return all
}

// newer reports whether a later standing of the same traveller is newer: it is, but for an older revision of one transaction.
func (t standing) newer(other standing) bool {
	if t.transaction == other.transaction {
		if c := cmp.Or(cmp.Compare(len(t.revision), len(other.revision)), cmp.Compare(t.revision, other.revision)); c > 0 {
			return false
		}
	}
	return true
}
