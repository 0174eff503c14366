package boarddb

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/openbmis/openbmis/api_pnr/board"
)

// Close keeps an answer before it is sent, in one transaction with others that come meanwhile.
func (s *Store) Close(ctx context.Context, g board.Given) error {
	_, err := s.closing.do(ctx, g)
	return wrap(err, "keep an answer")
}

func (s *Store) close(ctx context.Context, given []board.Given) ([]struct{}, error) {
	b := &pgx.Batch{}
	closeRequests(b, given)
	var rows answerRows
	for _, g := range given {
		for _, a := range g.Answers {
			if err := rows.add(g, a); err != nil {
				return nil, err
			}
		}
	}
	rows.insert(b)
	again := false
	rows.stand(b, s.clock(), &again)
	err := s.DB.Pool.SendBatch(ctx, b).Close()
	if err == nil && again {
		nudge(s.again)
	}
	return make([]struct{}, len(given)), err
}

func closeRequests(b *pgx.Batch, given []board.Given) {
	n := len(given)
	ids, at, took, policies, late := make([]uuid.UUID, n), make([]time.Time, n), make([]time.Duration, n), make([]string, n), make([]bool, n)
	for i, g := range given {
		ids[i], at[i], took[i], policies[i] = g.Request, g.At.UTC(), g.Took, g.Policy
		late[i] = slices.ContainsFunc(g.Answers, func(a board.Answered) bool { return a.Ruling.TimedOut })
	}
	b.Queue(`
		UPDATE board_request r SET answered_at = q.at, took = q.took, policy = q.policy, timed_out = q.late
		FROM unnest($1::uuid[], $2::timestamptz[], $3::interval[], $4::text[], $5::bool[]) AS q(id, at, took, policy, late)
		WHERE r.id = q.id AND r.answered_at IS NULL`, ids, at, took, policies, late)
}

// answerRows are the answers of a transaction, by column.
type answerRows struct {
	requests                                                  []uuid.UUID
	seqs                                                      []int64
	at                                                        []time.Time
	carriers, flights, refs, decisions, codes, words, rulings []string
	late, owed                                                []bool
}

func (r *answerRows) add(g board.Given, a board.Answered) error {
	ruling, err := text(a.Ruling)
	if err != nil {
		return err
	}
	r.requests, r.seqs, r.at = append(r.requests, g.Request), append(r.seqs, g.Seq), append(r.at, g.At.UTC())
	r.carriers, r.flights, r.refs = append(r.carriers, g.Carrier), append(r.flights, g.Flight.String()), append(r.refs, a.Ref)
	r.decisions, r.codes = append(r.decisions, string(a.Ruling.Decision)), append(r.codes, a.Words.Code)
	r.words, r.rulings = append(r.words, a.Words.Text), append(r.rulings, ruling)
	r.late, r.owed = append(r.late, a.Ruling.TimedOut), append(r.owed, owed(a.Ruling))
	return nil
}

// owed reports whether a carrier was given no real answer yet.
func owed(r board.Ruling) bool { return r.TimedOut || r.Decision == board.NotChecked }

func (r *answerRows) insert(b *pgx.Batch) {
	b.Queue(`
		INSERT INTO board_answer (request, ref, decision, code, words, ruling)
		SELECT q.request, q.ref, q.decision, q.code, q.words, q.ruling::jsonb
		FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) AS q(request, ref, decision, code, words, ruling)
		ON CONFLICT DO NOTHING`, r.requests, r.refs, r.decisions, r.codes, r.words, r.rulings)
}

// stand has travellers stand as they were answered: by their newest request, whichever is answered first. What they were told unasked
// before has had its day. again says that the checks before arrival think otherwise, and are to be made again.
func (r *answerRows) stand(b *pgx.Batch, now time.Time, again *bool) {
	b.Queue(`
		WITH q AS (SELECT DISTINCT ON (carrier, flight_key, ref) * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::timestamptz[],
				$6::text[], $7::bool[], $8::bool[]) AS q(carrier, flight_key, ref, seq, at, decision, late, owed)
			ORDER BY carrier, flight_key, ref, seq DESC),
		told AS (UPDATE board_traveller t SET told_seq = q.seq, told_at = q.at, decision = q.decision, timed_out = q.late, owed = q.owed FROM q
			WHERE t.carrier = q.carrier AND t.flight_key = q.flight_key AND t.ref = q.ref AND t.told_seq < q.seq AND q.seq <= t.asked_seq
			RETURNING t.carrier, t.flight_key, t.ref, t.decision, t.owed, t.asks_for, t.marks),
		gone AS (UPDATE board_notice n SET state = 'replaced', done_at = $9, next_at = NULL FROM told t
			WHERE n.carrier = t.carrier AND n.flight_key = t.flight_key AND n.ref = t.ref AND n.done_at IS NULL)
		UPDATE passenger_screening p SET recheck_at = $9 FROM told t
		WHERE `+sameFlight+` AND `+samePerson+` AND (p.decision <> t.decision OR t.owed)`,
		r.carriers, r.flights, r.refs, r.seqs, r.at, r.decisions, r.late, r.owed, now).Exec(func(tag pgconn.CommandTag) error {
		*again = tag.RowsAffected() > 0
		return nil
	})
}
