package boarddb

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/board"
	"github.com/openbmis/openbmis/api_pnr/screen"
	"github.com/openbmis/openbmis/border"
)

var _ screen.Store = (*Store)(nil)

// Opinions are the newest opinions of each source about persons.
func (s *Store) Opinions(ctx context.Context, persons []uuid.UUID) (map[uuid.UUID][]board.Opinion, error) {
	all, err := readOpinions(ctx, s.DB.Pool, persons)
	return all, wrap(err, "read what is held of expected persons")
}

// Keep keeps results, leaves word for the stations, and has carriers told who were told otherwise.
func (s *Store) Keep(ctx context.Context, results []screen.Result) error {
	rows, err := s.screened(results)
	if err != nil {
		return wrap(err, "keep the screening of expected persons")
	}
	var changed, tell int64
	err = s.DB.InTx(ctx, func(tx pgx.Tx) (err error) {
		if changed, err = rows.upsert(ctx, tx, s.clock()); err != nil {
			return err
		}
		if err = rows.trace(ctx, tx); err != nil {
			return err
		}
		tell, err = rows.notices(ctx, tx, s.clock(), s.NewID)
		return err
	})
	if err != nil {
		return wrap(err, "keep the screening of expected persons")
	}
	if changed > 0 {
		s.Changed()
	}
	if tell > 0 {
		nudge(s.notices)
	}
	return nil
}

// screenedRows are results by column.
type screenedRows struct {
	persons, flights                                                           []uuid.UUID
	keys, refs, severities, decisions, rulings, alerts, codes, words, carriers []string
	versions, outcomes, tries                                                  []int
	began, at                                                                  []time.Time
	asOf, departs, arrives, recheck                                            []*time.Time
	owed                                                                       []bool

	traces struct {
		keys          [][]byte
		persons       []uuid.UUID
		document      []bool
		flights, from []string
		departs       []*time.Time
		arrives       []*time.Time
	}
}

func (s *Store) screened(results []screen.Result) (*screenedRows, error) {
	r := &screenedRows{}
	for _, x := range results {
		ruling, err := text(x.Ruling)
		if err != nil {
			return nil, err
		}
		sum := summary(x.Ruling)
		r.persons, r.flights, r.keys = append(r.persons, x.Person.ID), append(r.flights, x.Person.Flight), append(r.keys, x.Person.Key.String())
		r.refs, r.versions, r.outcomes = append(r.refs, x.Person.Ref), append(r.versions, x.Person.Version), append(r.outcomes, int(sum.outcome))
		r.severities, r.decisions = append(r.severities, string(sum.severity)), append(r.decisions, string(x.Ruling.Decision))
		r.rulings, r.alerts = append(r.rulings, ruling), append(r.alerts, strings.Join(sum.alerts, "\n"))
		r.codes, r.words = append(r.codes, x.Words.Code), append(r.words, x.Words.Text)
		r.tries, r.began, r.at = append(r.tries, x.Tries), append(r.began, x.Began.UTC()), append(r.at, x.At.UTC())
		r.asOf, r.recheck = append(r.asOf, orNull(sum.asOf)), append(r.recheck, orNull(x.Recheck))
		r.departs, r.arrives = append(r.departs, orNull(x.Flight.DepartsAt)), append(r.arrives, orNull(x.Flight.ArrivesAt))
		r.owed, r.carriers = append(r.owed, owed(x.Ruling)), append(r.carriers, strings.Join(carriersOf(x.Flight.Flight), "\n"))
		t := &r.traces
		for _, mark := range s.traces(board.Who{Identity: x.Person.Identity, Documents: x.Person.Documents}) {
			t.keys, t.persons, t.document = append(t.keys, mark.key), append(t.persons, x.Person.ID), append(t.document, mark.document)
			t.flights, t.from = append(t.flights, x.Person.Key.String()), append(t.from, x.Flight.Origin)
			t.departs, t.arrives = append(t.departs, orNull(x.Flight.DepartsAt)), append(t.arrives, orNull(x.Flight.ArrivesAt))
		}
	}
	return r, nil
}

// sum is what a ruling comes to as a whole.
type sum struct {
	outcome  border.Outcome
	severity border.Severity
	asOf     time.Time
	alerts   []string // keys, without versions
}

func summary(r board.Ruling) (s sum) {
	s.outcome = border.NoHit
	if slices.ContainsFunc(r.Causes, func(c board.Cause) bool { return c.Check == board.CheckRisk }) {
		s.outcome, s.severity = border.Hit, border.SecondLine
	}
	for _, f := range r.Findings {
		switch {
		case f.Outcome == border.Hit && f.Severity() != border.Note:
			s.outcome = border.Hit
			if s.severity != border.SecondLine {
				s.severity = f.Severity()
			}
		case f.Outcome == border.NotChecked && !f.Optional && s.outcome == border.NoHit:
			s.outcome = border.NotChecked
		}
		if !f.Source.AsOf.IsZero() && (s.asOf.IsZero() || f.Source.AsOf.Before(s.asOf)) {
			s.asOf = f.Source.AsOf
		}
		for _, e := range f.Evidence {
			key, _, _ := strings.Cut(e.Ref, "@")
			if strings.Contains(key, "/") && !slices.Contains(s.alerts, key) {
				s.alerts = append(s.alerts, key)
			}
		}
	}
	return s
}

// upsert keeps results, and leaves a note for the stations of those that changed. What asked for another look since the checks began is
// not forgotten.
func (r *screenedRows) upsert(ctx context.Context, tx pgx.Tx, now time.Time) (changed int64, err error) {
	tag, err := tx.Exec(ctx, `
		WITH q AS (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::int[], $6::int[], $7::text[], $8::text[], $9::text[],
				$10::text[], $11::timestamptz[], $12::timestamptz[], $13::timestamptz[], $14::timestamptz[], $15::timestamptz[], $16::timestamptz[], $17::int[], $20::text[])
			AS q(person, flight, flight_key, ref, version, outcome, severity, decision, ruling, alerts, began, at, as_of, departs, arrives, recheck, tries, carriers)),
		old AS (SELECT p.person, p.outcome, p.severity, p.decision, p.version FROM passenger_screening p JOIN q USING (person)),
		put AS (INSERT INTO passenger_screening AS p (person, flight, flight_key, ref, version, outcome, severity, decision, ruling, alerts, checked_at,
				as_of, departs_at, arrives_at, recheck_at, tries, carriers)
			SELECT person, flight, flight_key, ref, version, outcome, severity, decision, ruling::jsonb,
				CASE WHEN alerts = '' THEN '{}' ELSE string_to_array(alerts, E'\n') END, at, as_of, departs, arrives, recheck, tries,
				string_to_array(carriers, E'\n') FROM q ORDER BY person
			ON CONFLICT (person) DO UPDATE SET flight = excluded.flight, flight_key = excluded.flight_key, ref = excluded.ref,
				version = excluded.version, outcome = excluded.outcome, severity = excluded.severity, decision = excluded.decision, ruling = excluded.ruling,
				alerts = excluded.alerts, checked_at = excluded.checked_at, as_of = excluded.as_of, departs_at = excluded.departs_at,
				arrives_at = excluded.arrives_at, tries = excluded.tries, carriers = excluded.carriers,
				recheck_at = CASE WHEN p.recheck_at > (SELECT began FROM q WHERE q.person = p.person) AND p.tries = excluded.tries
					THEN p.recheck_at ELSE excluded.recheck_at END
			RETURNING 1)
		INSERT INTO passenger_note (work, person_id, flight_id, version, at)
		SELECT $18, q.person, q.flight, q.version, $19 FROM q LEFT JOIN old USING (person)
		WHERE (q.outcome, q.severity, q.decision, q.version) IS DISTINCT FROM (old.outcome::int, old.severity, old.decision, old.version)`,
		r.persons, r.flights, r.keys, r.refs, r.versions, r.outcomes, r.severities, r.decisions, r.rulings, r.alerts, r.began, r.at, r.asOf,
		r.departs, r.arrives, r.recheck, r.tries, string(apipnr.WorkPublish), now, r.carriers)
	return tag.RowsAffected(), err
}

func (r *screenedRows) trace(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, `DELETE FROM passenger_trace WHERE person = ANY($1)`, r.persons); err != nil {
		return err
	}
	t := r.traces
	_, err := tx.Exec(ctx, `
		INSERT INTO passenger_trace (key, person, document, flight_key, origin, departs_at, arrives_at)
		SELECT * FROM unnest($1::bytea[], $2::uuid[], $3::bool[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[])
		ON CONFLICT DO NOTHING`, t.keys, t.persons, t.document, t.flights, t.from, t.departs, t.arrives)
	return err
}

// noticeWithin is how long a carrier is told of a flight whose departure is not known.
const noticeWithin = 24 * time.Hour

// notices has carriers told who were told otherwise, or were given no real answer, while the flight has not left. Nobody is told while his
// own question waits: the answer tells him.
func (r *screenedRows) notices(ctx context.Context, tx pgx.Tx, now time.Time, newID func() uuid.UUID) (int64, error) {
	ids := make([]uuid.UUID, len(r.persons))
	for n := range ids {
		ids[n] = newID()
	}
	tag, err := tx.Exec(ctx, `
		WITH q AS (SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[], $9::bool[],
				$12::uuid[]) AS q(id, flight_key, ref, decision, code, words, ruling, departs, owed, person)),
		old AS (SELECT t.carrier, t.flight_key, t.ref, t.decision AS was, q.id, q.decision, q.code, q.words, q.ruling,
				coalesce(q.departs, $11::timestamptz) AS until
			FROM q JOIN passenger_screening p USING (person) JOIN board_traveller t ON `+sameFlight+` AND `+samePerson+`
			WHERE t.told_seq = t.asked_seq AND t.status IN ('expected', 'on_board') AND NOT q.owed AND (t.decision <> q.decision OR t.owed)
				AND coalesce(q.departs, $11::timestamptz) > $10::timestamptz FOR UPDATE OF t),
		told AS (UPDATE board_traveller t SET decision = o.decision, owed = false, timed_out = false FROM old o
			WHERE t.carrier = o.carrier AND t.flight_key = o.flight_key AND t.ref = o.ref
			RETURNING t.carrier, t.flight_key, t.ref, t.locator, t.transaction, t.revision),
		gone AS (UPDATE board_notice n SET state = 'replaced', done_at = $10, next_at = NULL FROM told t
			WHERE n.carrier = t.carrier AND n.flight_key = t.flight_key AND n.ref = t.ref AND n.done_at IS NULL)
		INSERT INTO board_notice (id, carrier, flight_key, ref, locator, transaction, revision, was, decision, code, words, ruling, created_at, next_at, until)
		SELECT CASE WHEN row_number() OVER (PARTITION BY o.id ORDER BY t.carrier) = 1 THEN o.id ELSE gen_random_uuid() END, t.carrier, t.flight_key, t.ref, t.locator, t.transaction, t.revision, o.was,
			o.decision, o.code, o.words, o.ruling::jsonb, $10, $10, o.until FROM told t JOIN old o USING (carrier, flight_key, ref)`,
		ids, r.keys, r.refs, r.decisions, r.codes, r.words, r.rulings, r.departs, r.owed, now, now.Add(noticeWithin), r.persons)
	return tag.RowsAffected(), err
}
