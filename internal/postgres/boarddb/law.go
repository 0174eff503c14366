package boarddb

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/api_pnr/board"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb"
)

var _ passengerdb.Follower = (*Store)(nil)

// Pointed are those of the persons at whom something points: a hit that is open or was confirmed, of an open alert or a service outside, another
// check's hit, what an analyst decided, or a confirmed hit of risk. A discreet alert points at nobody here: nothing but its owner's desk tells of
// it, and its hit holds what he needs.
func (s *Store) Pointed(ctx context.Context, tx pgx.Tx, persons []uuid.UUID) ([]uuid.UUID, error) {
	rows, err := tx.Query(ctx, `
		SELECT q.person FROM unnest($1::uuid[]) AS q(person)
		WHERE EXISTS (SELECT FROM desk_hit h WHERE h.traveller_id = q.person AND NOT h.outcome = ANY ($2))
			OR EXISTS (SELECT FROM (SELECT DISTINCT ON (source) verdict FROM passenger_opinion o WHERE o.person = q.person ORDER BY source, n DESC) o
				WHERE o.verdict <> '')
			OR EXISTS (SELECT FROM passenger_screening p, jsonb_array_elements(coalesce(p.ruling->'causes', '[]')) c
				WHERE p.person = q.person AND c->>'outcome' = 'hit' AND NOT c->>'check' = ANY ($3)
					AND NOT EXISTS (SELECT FROM desk_hit h WHERE h.traveller_id = q.person AND h.raise->>'check' = c->>'check'))`,
		persons, denials(),
		[]string{alerts.CheckName, board.CheckAnalyst, board.CheckRisk}) // those, and what a service outside found, stand for themselves above
	if err != nil {
		return nil, wrap(err, "what points at expected persons")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	return list, wrap(err, "what points at expected persons")
}

// bareRuling is a ruling without what leads to the person: the alerts and what an analyst wrote. Checks, codes and decisions stay.
const bareRuling = `jsonb_set(ruling - 'findings' - 'opinion', '{causes}', coalesce((SELECT jsonb_agg(c - 'ref' ORDER BY n)
	FROM jsonb_array_elements(ruling->'causes') WITH ORDINALITY AS c(c, n)), '[]'))`

// forgotten begins what stands where a carrier's reference of a traveller was. No carrier's reference begins so.
const forgotten = "~"

// Forget removes whatever identifies the persons here: keyed hashes, the carrier's references and locators, the alerts that were met, the
// words of an analyst, and of hits that were not theirs who they are and what was written. That somebody was asked about, answered and decided
// on stays, for the counts and because it still points.
func (s *Store) Forget(ctx context.Context, tx pgx.Tx, persons []uuid.UUID) error {
	if len(persons) == 0 {
		return nil
	}
	// A reference stays while it is that of somebody else who may be seen: two rows of one person.
	rows, err := tx.Query(ctx, `
		SELECT DISTINCT p.flight_key, p.ref FROM passenger_screening p WHERE p.person = ANY ($1) AND p.ref <> ''
			AND NOT EXISTS (SELECT FROM passenger_screening o JOIN passenger_person q ON q.id = o.person AND q.masked_at IS NULL
				WHERE o.flight_key = p.flight_key AND o.ref = p.ref AND o.ref <> '' AND NOT o.person = ANY ($1))`, persons)
	if err != nil {
		return wrap(err, "forget expected persons")
	}
	var named travellers
	var flight, ref string
	_, err = pgx.ForEachRow(rows, []any{&flight, &ref}, func() error {
		named.flights, named.refs = append(named.flights, flight), append(named.refs, ref)
		return nil
	})
	if err != nil {
		return wrap(err, "forget expected persons")
	}
	b := &pgx.Batch{}
	s.forgetTravellers(b, named)
	b.Queue(`DELETE FROM passenger_trace WHERE person = ANY ($1)`, persons)
	b.Queue(`WITH gone AS (DELETE FROM passenger_opinion WHERE person = ANY ($1) RETURNING *)
		INSERT INTO passenger_opinion (person, source, verdict, reason, by_login, at, severity)
		SELECT person, source, verdict, CASE source WHEN 'risk' THEN reason ELSE '' END, by_login, at, severity FROM gone ORDER BY n`, persons)
	b.Queue(`UPDATE passenger_screening SET ref = '', alerts = '{}', recheck_at = NULL, tries = 0, ruling = `+bareRuling+`
		WHERE person = ANY ($1)`, persons)
	b.Queue(`UPDATE desk_hit SET forgotten_at = $2 WHERE traveller_id = ANY ($1) AND forgotten_at IS NULL AND raise ? 'flight'
		AND closed_at IS NOT NULL AND outcome = ANY ($3)`, persons, s.clock(), denials())
	b.Queue(`UPDATE discreet_hit SET forgotten_at = $2 WHERE traveller_id = ANY ($1) AND forgotten_at IS NULL AND raise ? 'flight'
		AND state = 'not_same'`, persons, s.clock())
	return wrap(tx.SendBatch(ctx, b).Close(), "forget expected persons")
}

// travellers are those of the dialogue with carriers, by column.
type travellers struct{ flights, refs []string }

// forgetTravellers takes the references of travellers out of the dialogue. Answers are never changed, so they are made anew.
func (s *Store) forgetTravellers(b *pgx.Batch, t travellers) {
	if len(t.refs) == 0 {
		return
	}
	const who = `WITH who AS (SELECT DISTINCT * FROM unnest($1::text[], $2::text[]) AS who(flight_key, ref))`
	b.Queue(who+`, gone AS (DELETE FROM board_answer a USING board_request r, who
			WHERE r.flight_key = who.flight_key AND a.request = r.id AND a.ref = who.ref RETURNING a.*)
		INSERT INTO board_answer (request, ref, decision, code, words, ruling)
		SELECT request, $3::text || gen_random_uuid()::text, decision, code, words, `+bareRuling+` FROM gone`, t.flights, t.refs, forgotten)
	b.Queue(`UPDATE board_request r SET transaction = '', revision = '' WHERE r.flight_key = ANY ($1) AND r.transaction <> ''
		AND EXISTS (SELECT FROM board_answer a WHERE a.request = r.id)
		AND NOT EXISTS (SELECT FROM board_answer a WHERE a.request = r.id AND NOT starts_with(a.ref, $2))`, t.flights, forgotten)
	b.Queue(who+`UPDATE board_notice n SET ref = $3::text || gen_random_uuid()::text, locator = '', transaction = '', revision = '', next_at = NULL,
			state = CASE WHEN done_at IS NULL THEN 'expired' ELSE state END, done_at = coalesce(done_at, $4), ruling = `+bareRuling+`
		FROM who WHERE n.flight_key = who.flight_key AND n.ref = who.ref`, t.flights, t.refs, forgotten, s.clock())
	b.Queue(who+`UPDATE board_traveller t SET ref = $3::text || gen_random_uuid()::text, locator = '', transaction = '', revision = '',
			marks = '{}', owed = false
		FROM who WHERE t.flight_key = who.flight_key AND t.ref = who.ref`, t.flights, t.refs, forgotten)
}
