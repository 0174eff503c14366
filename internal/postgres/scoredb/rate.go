package scoredb

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake"
	"github.com/openbmis/openbmis/api_pnr/law"
	"github.com/openbmis/openbmis/api_pnr/score"
)

// counted are the numbers of the persons whom a carrier's lists tell of.
type counted struct {
	persons  int
	filled   map[string]int
	versions int64
}

// rate writes the card of a flight anew, with the notices that follow from it.
func (s *Store) rate(ctx context.Context, of subject, now time.Time) error {
	flights, err := s.Manifests.FlightsByID(ctx, []uuid.UUID{of.flight})
	if err != nil || len(flights) == 0 {
		return err
	}
	list, err := s.messages(ctx, of)
	if err != nil {
		return err
	}
	counts, err := s.count(ctx, of, list)
	if err != nil {
		return err
	}
	f := score.Flight{
		Key: flights[0].Key(), DepartsAt: flights[0].DepartsAt, ClosedAt: closedAt(list), Cancelled: flights[0].Status == apipnr.FlightCancelled,
		Persons: counts.persons, Filled: counts.filled,
	}
	card := score.Rate(s.Policy, f, received(list), now)
	return s.DB.InTx(ctx, func(tx pgx.Tx) error {
		if err := s.keep(ctx, tx, of, flights[0], card, counts, score.Next(s.Policy, f, now), now); err != nil {
			return err
		}
		return s.noteOwed(ctx, tx, of, f, card, now)
	})
}

func (s *Store) keep(
	ctx context.Context, tx pgx.Tx, of subject, f apipnr.ExpectedFlight, c score.Card, n counted, next, now time.Time,
) error {
	body, err := json.Marshal(c)
	if err != nil {
		return err
	}
	states := map[score.State]int{}
	for _, item := range c.Items {
		states[item.State]++
	}
	_, err = tx.Exec(ctx, `INSERT INTO score_card (carrier, flight_id, flight_key, destination, status, leaves_at, departs_at, policy, card, points,
			on_time, late, missing, incomplete, mismatch, quarantine, warnings, persons, filled, versions, rated_at, next_at)
		SELECT $1, $2, $3, $4, $5, leaves_at, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21 FROM passenger_flight WHERE id = $2
		ON CONFLICT (carrier, flight_id) DO UPDATE SET flight_key = excluded.flight_key, destination = excluded.destination, status = excluded.status,
			leaves_at = excluded.leaves_at, departs_at = excluded.departs_at, policy = excluded.policy, card = excluded.card, points = excluded.points,
			on_time = excluded.on_time, late = excluded.late, missing = excluded.missing, incomplete = excluded.incomplete, mismatch = excluded.mismatch,
			quarantine = excluded.quarantine, warnings = excluded.warnings, persons = excluded.persons, filled = excluded.filled,
			versions = excluded.versions, rated_at = excluded.rated_at, next_at = excluded.next_at`,
		of.carrier, of.flight, c.Key.String(), f.Destination, string(f.Status), orNull(f.DepartsAt), s.Policy.Version, body, c.Points,
		states[score.OnTime], states[score.Late], states[score.Missing], states[score.Incomplete], c.Mismatch != nil, c.Quarantine, c.Warnings,
		n.persons, n.filled, n.versions, now, orNull(next))
	return err
}

func orNull(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}

// sent is a message of a carrier about a flight, as much of it as counts.
type sent struct {
	id, raw, series uuid.UUID
	kind            string
	gateway         apipnr.Gateway
	function        apipnr.Function
	state           intake.State
	persons         int
	reservations    int
	bad, warnings   int
	truncated       bool
	declared        apipnr.Declared
	at              time.Time
}

// messages are those of a carrier that were used for a flight, oldest first. What is a copy of another, or could not be used, is none.
func (s *Store) messages(ctx context.Context, of subject) ([]sent, error) {
	rows, err := s.DB.Pool.Query(ctx, `SELECT m.id, m.raw_id, m.series_id, m.type, r.gateway, m.function, m.state, m.travellers, m.reservations, m.bad,
			m.truncated, coalesce(m.declared, '{}'), m.received_at, coalesce(w.warnings, 0)
		FROM passenger_message m JOIN passenger_raw r ON r.id = m.raw_id
		LEFT JOIN LATERAL (SELECT (SELECT count(*) FROM jsonb_array_elements(a.diagnostics) d WHERE d ->> 'severity' = 'warning') AS warnings
			FROM passenger_attempt a WHERE a.message_id = m.id ORDER BY a.id DESC LIMIT 1) w ON true
		WHERE m.carrier = $1 AND m.state IN ('applied', 'partial', 'incomplete', 'superseded', 'waiting_parts') AND m.id IN (
			SELECT id FROM passenger_message WHERE flight_id = $2
			UNION ALL SELECT message_id FROM passenger_change WHERE flight_id = $2
			UNION ALL SELECT api_message FROM passenger_person WHERE flight_id = $2 AND api_message IS NOT NULL
			UNION ALL SELECT pnr_message FROM passenger_person WHERE flight_id = $2 AND pnr_message IS NOT NULL)
		ORDER BY m.received_at, m.seq, m.n`, of.carrier, of.flight)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (m sent, err error) {
		var series *uuid.UUID
		err = row.Scan(&m.id, &m.raw, &series, &m.kind, &m.gateway, &m.function, &m.state, &m.persons, &m.reservations, &m.bad, &m.truncated,
			&m.declared, &m.at, &m.warnings)
		if series != nil {
			m.series = *series
		}
		m.at = m.at.UTC()
		return m, err
	})
}

// closedAt is when the carrier said that the flight is closed; zero when it did not.
func closedAt(list []sent) time.Time {
	for _, m := range list {
		if m.function == apipnr.Close || m.function == apipnr.CloseOnBoard || m.function == apipnr.CloseNotBoard {
			return m.at
		}
	}
	return time.Time{}
}

// received puts the messages together that are one push: the parts of a series, and full pushes of a flight in one interchange.
func received(list []sent) []score.Received {
	var all []score.Received
	place := map[uuid.UUID]int{}
	for _, m := range list {
		r := m.received()
		together := m.series
		if together == uuid.Nil && m.function == apipnr.FullPush {
			together = m.raw
		}
		n, seen := place[together]
		if !seen || together == uuid.Nil {
			place[together], all = len(all), append(all, r)
			continue
		}
		a := &all[n]
		a.At, a.Persons, a.Records = r.At, a.Persons+r.Persons, a.Records+r.Records
		a.Quarantine, a.Warnings, a.Incomplete = a.Quarantine+r.Quarantine, a.Warnings+r.Warnings, a.Incomplete || r.Incomplete
		if a.Declared == nil {
			a.Declared = r.Declared
		}
	}
	return all
}

func (m sent) received() score.Received {
	r := score.Received{
		Source: law.API, At: m.at, Function: m.function, Persons: m.persons, Records: m.persons, Quarantine: m.bad, Warnings: m.warnings,
		Incomplete: m.truncated || m.state == intake.Incomplete || m.state == intake.WaitingParts,
	}
	switch {
	case m.kind == apipnr.PNRGOV:
		r.Source, r.Records, r.Declared = law.PNR, m.reservations, m.declared.Reservations
	case m.gateway == apipnr.GatewayInteractive: // it asks about some, and may declare all
	case m.function == apipnr.CrewList:
		r.Declared = m.declared.Crew
	default:
		r.Declared = m.declared.Passengers
	}
	return r
}

// count counts the fields of those whom the carrier's lists tell of, when any of them changed. Once any of them is masked, what was counted
// before stays.
func (s *Store) count(ctx context.Context, of subject, list []sent) (n counted, err error) {
	var versions int64
	var masked bool
	own := make([]uuid.UUID, len(list))
	for i, m := range list {
		own[i] = m.id
	}
	err = s.DB.Pool.QueryRow(ctx, `SELECT coalesce(sum(version) + 1000000 * count(*), 0)::bigint, coalesce(bool_or(masked_at IS NOT NULL), false)
		FROM passenger_person WHERE flight_id = $1 AND merged_into IS NULL AND api_message = ANY ($2)`, of.flight, own).Scan(&versions, &masked)
	if err != nil {
		return n, err
	}
	rows, err := s.DB.Pool.Query(ctx, `SELECT persons, filled, versions FROM score_card WHERE carrier = $1 AND flight_id = $2`, of.carrier, of.flight)
	if err != nil {
		return n, err
	}
	n.filled = map[string]int{}
	if _, err = pgx.ForEachRow(rows, []any{&n.persons, &n.filled, &n.versions}, func() error { return nil }); err != nil {
		return n, err
	}
	if n.versions == versions || masked {
		return n, nil
	}
	persons, err := s.Manifests.OfFlight(ctx, of.flight)
	if err != nil {
		return n, err
	}
	persons = slices.DeleteFunc(persons, func(p apipnr.Expected) bool { return !slices.Contains(own, p.APIMessage) })
	n.versions = versions
	n.persons, n.filled = score.Count(persons, s.known)
	return n, nil
}
