package boarddb

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/api_pnr/board"
)

// Elsewhere finds other flights, in the air at the same time, on which the person or his document is expected. One flight under two
// carriers' numbers is no other flight: it leaves the same place at the same instant.
func (s *Store) Elsewhere(ctx context.Context, j board.Journey) ([]board.Sighting, error) {
	found, err := s.looking.do(ctx, j)
	return found, wrap(err, "look for a person on other flights")
}

func (s *Store) look(ctx context.Context, journeys []board.Journey) ([][]board.Sighting, error) {
	found := make([][]board.Sighting, len(journeys))
	var n []int
	var keys [][]byte
	var flights, origins []string
	var from, to []time.Time
	for i, j := range journeys {
		for _, t := range s.traces(j.Who) {
			n, keys, flights, origins = append(n, i), append(keys, t.key), append(flights, j.Flight.String()), append(origins, j.Flight.Origin)
			from, to = append(from, j.From.UTC()), append(to, j.To.UTC())
		}
	}
	if len(n) == 0 {
		return found, nil
	}
	rows, err := s.DB.Pool.Query(ctx, `
		SELECT q.n, t.flight_key, bool_or(t.document) FROM unnest($1::int[], $2::bytea[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[])
			AS q(n, key, flight_key, origin, from_at, to_at)
		JOIN passenger_trace t ON t.key = q.key AND t.flight_key <> q.flight_key AND t.departs_at < q.to_at AND t.arrives_at > q.from_at
			AND NOT (t.origin = q.origin AND t.departs_at = q.from_at)
		GROUP BY q.n, t.flight_key ORDER BY q.n, t.flight_key`, n, keys, flights, origins, from, to)
	if err != nil {
		return nil, err
	}
	var i int
	var flight string
	var document bool
	_, err = pgx.ForEachRow(rows, []any{&i, &flight, &document}, func() error {
		found[i] = append(found[i], board.Sighting{Flight: flight, ByDocument: document})
		return nil
	})
	return found, err
}

// opinionsOf reads what is held of the travellers of requests: of those whom the checks before arrival know by document or name on the same
// flight of the carrier that asks. A reference alone names nobody: who asks has made it. The newest of each source counts.
func (s *Store) opinionsOf(b *pgx.Batch, requests []board.Request, opened []board.Opened) {
	var n, i []int
	var keys [][]byte
	var flights, carriers []string
	for r, request := range requests {
		for a, asked := range request.Asked {
			for _, t := range s.traces(asked.Who) {
				n, i, keys = append(n, r), append(i, a), append(keys, t.key)
				flights, carriers = append(flights, request.Flight.Key().String()), append(carriers, asksFor(request))
			}
		}
	}
	b.Queue(`
		WITH q AS (SELECT * FROM unnest($1::int[], $2::int[], $3::bytea[], $4::text[], $5::text[]) AS q(n, i, key, flight_key, asks_for)),
		who AS (SELECT DISTINCT q.n, q.i, t.person FROM q JOIN passenger_trace t ON t.key = q.key AND t.flight_key = q.flight_key
			JOIN passenger_screening p ON p.person = t.person AND q.asks_for = ANY(p.carriers))
		SELECT DISTINCT ON (who.n, who.i, o.source) who.n, who.i, o.person, o.source, o.verdict, o.reason, o.by_login, o.at, o.seen, o.severity
		FROM who JOIN passenger_opinion o USING (person) ORDER BY who.n, who.i, o.source, o.n DESC`, n, i, keys, flights, carriers).Query(func(rows pgx.Rows) error {
		var r, a int
		var o board.Opinion
		_, err := pgx.ForEachRow(rows, append([]any{&r, &a}, opinionTargets(&o)...), func() error {
			if o.Verdict != "" {
				ref := requests[r].Asked[a].Ref
				o.At = o.At.UTC()
				opened[r].Opinions[ref] = append(opened[r].Opinions[ref], o)
			}
			o.Seen = nil
			return nil
		})
		return err
	})
}

func opinionTargets(o *board.Opinion) []any {
	return []any{&o.Person, &o.Source, &o.Verdict, &o.Reason, &o.By, &o.At, &o.Seen, &o.Severity}
}

// readOpinions are the newest opinions of each source about persons.
func readOpinions(ctx context.Context, tx querier, persons []uuid.UUID) (map[uuid.UUID][]board.Opinion, error) {
	rows, err := tx.Query(ctx, `SELECT DISTINCT ON (person, source) person, source, verdict, reason, by_login, at, seen, severity FROM passenger_opinion
		WHERE person = ANY($1) ORDER BY person, source, n DESC`, persons)
	if err != nil {
		return nil, err
	}
	all := map[uuid.UUID][]board.Opinion{}
	var o board.Opinion
	_, err = pgx.ForEachRow(rows, opinionTargets(&o), func() error {
		if o.Verdict != "" {
			o.At = o.At.UTC()
			all[o.Person] = append(all[o.Person], o)
		}
		o.Seen = nil
		return nil
	})
	return all, err
}

type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// decode reads a column of JSON.
func decode[T any](data []byte) (v T, err error) {
	err = json.Unmarshal(data, &v)
	return v, err
}
