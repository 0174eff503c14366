package boarddb

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/board"
	"github.com/openbmis/openbmis/internal/postgres/paging"
	"github.com/openbmis/openbmis/internal/problem"
)

// Tables are the tables of this package, of which none holds a person's data in clear.
func Tables() []string {
	return []string{
		"board_request", "board_answer", "board_flight", "board_traveller", "board_notice", "passenger_screening", "passenger_trace",
		"passenger_opinion",
	}
}

// Notices is what carriers are told unasked: first what they have not acknowledged, the newest first. It names nobody.
func (s *Store) Notices(ctx context.Context, p paging.Page) (l paging.Listed[board.Notice], err error) {
	var settled bool
	at, id := paging.EndOfTime(), uuid.Max
	if err := p.Read(&settled, &at, &id); err != nil {
		return l, err
	}
	rows, err := s.DB.Pool.Query(ctx, `SELECT `+noticeColumns+fromNotices+`
		WHERE `+settledNotice+` > $1 OR `+settledNotice+` = $1 AND (n.created_at, n.id) < ($2, $3)
		ORDER BY `+settledNotice+`, n.created_at DESC, n.id DESC LIMIT $4`, settled, at, id, p.Most()+1)
	if err == nil {
		l.Rows, err = pgx.CollectRows(rows, scanNotice)
	}
	if err == nil {
		err = s.DB.Pool.QueryRow(ctx, `SELECT count(*)`+fromNotices).Scan(&l.Total)
	}
	l.Cut(p, func(n board.Notice) []any {
		return []any{!n.DoneAt.IsZero() && n.State != board.NoticeExpired, n.CreatedAt, n.ID}
	})
	return l, wrap(err, "read what carriers are told unasked")
}

// settledNotice is whether nobody waits for a notice any more.
const settledNotice = `(n.done_at IS NOT NULL AND n.state <> 'expired')`

// OnBoard is a traveller who is on board although the carrier was not told that he may be.
type OnBoard struct {
	Carrier    string
	Flight     string // apipnr.FlightKey.String
	Ref        string
	Decision   board.Decision // the last that the carrier was told; "" when he asked and was not answered
	Unanswered bool           // his last request was not answered when the flight was closed
	AskedAt    time.Time
	ArrivesAt  time.Time // zero when it is not known

	lands time.Time // when he is taken to land
	place string    // tells him from others who land at the same time: no reference, which an address must not show
}

// AgainstTheAnswer are travellers of flights that are still to land who are on board although no answer let them, who lands first first.
func (s *Store) AgainstTheAnswer(ctx context.Context, p paging.Page) (l paging.Listed[OnBoard], err error) {
	var lands, asked time.Time
	var place string
	if err := p.Read(&lands, &asked, &place); err != nil {
		return l, err
	}
	rows, err := s.DB.Pool.Query(ctx, `
		SELECT carrier, flight_key, ref, decision, unanswered, asked_at, arrives_at, lands, place, total FROM (
			SELECT t.carrier, t.flight_key, t.ref, t.decision, t.asked_seq <> t.told_seq AS unanswered, t.asked_at, f.arrives_at,
				coalesce(f.arrives_at, t.asked_at + interval '2 days') AS lands, count(*) OVER () AS total,
				encode(sha256(convert_to(t.carrier || ' ' || t.flight_key || ' ' || t.ref, 'UTF8')), 'hex') AS place
			FROM board_traveller t JOIN board_flight f USING (carrier, flight_key)
			WHERE t.status = 'on_board' AND (t.decision <> 'board' OR t.asked_seq <> t.told_seq)
				AND coalesce(f.arrives_at, t.asked_at + interval '2 days') > $1) a
		WHERE (lands, asked_at, place) > ($2, $3, $4) ORDER BY lands, asked_at, place LIMIT $5`, s.clock(), lands, asked, place, p.Most()+1)
	if err == nil {
		l.Rows, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (o OnBoard, err error) {
			var arrives *time.Time
			err = row.Scan(&o.Carrier, &o.Flight, &o.Ref, &o.Decision, &o.Unanswered, &o.AskedAt, &arrives, &o.lands, &o.place, &l.Total)
			o.AskedAt, o.ArrivesAt = o.AskedAt.UTC(), orZero(arrives)
			return o, err
		})
	}
	l.Cut(p, func(o OnBoard) []any { return []any{o.lands, o.AskedAt, o.place} })
	return l, wrap(err, "read who boarded against the answer")
}

// Dialogue is a request with how it was answered.
type Dialogue struct {
	ID          uuid.UUID
	Carrier     string
	Transaction string
	Function    apipnr.Function
	Flight      string
	Travellers  int
	ReceivedAt  time.Time
	AnsweredAt  time.Time // zero: not answered
	Took        time.Duration
	Policy      string
	TimedOut    bool
	Decisions   map[board.Decision]int

	seq int64
}

// Dialogues are the newest requests with how they were answered; late: only those that the policy of time-outs answered, or nothing did.
func (s *Store) Dialogues(ctx context.Context, late bool, p paging.Page) (l paging.Listed[Dialogue], err error) {
	at, seq := paging.EndOfTime(), int64(math.MaxInt64)
	if err := p.Read(&at, &seq); err != nil {
		return l, err
	}
	which := `true`
	if late {
		which = `(r.timed_out OR r.answered_at IS NULL)`
	}
	rows, err := s.DB.Pool.Query(ctx, `
		SELECT r.id, r.carrier, r.transaction, r.function, r.flight_key, r.travellers, r.received_at, r.answered_at, coalesce(r.took, interval '0'),
			r.policy, r.timed_out, r.seq, coalesce((SELECT jsonb_object_agg(decision, n) FROM (SELECT decision, count(*) AS n FROM board_answer a
				WHERE a.request = r.id GROUP BY decision) a), '{}')
		FROM board_request r WHERE `+which+` AND (r.received_at, r.seq) < ($1, $2) ORDER BY r.received_at DESC, r.seq DESC LIMIT $3`, at, seq, p.Most()+1)
	if err == nil {
		l.Rows, err = pgx.CollectRows(rows, scanDialogue)
	}
	if err == nil {
		err = s.DB.Pool.QueryRow(ctx, `SELECT count(*) FROM board_request r WHERE `+which).Scan(&l.Total)
	}
	l.Cut(p, func(d Dialogue) []any { return []any{d.ReceivedAt, d.seq} })
	return l, wrap(err, "read the dialogue with carriers")
}

func scanDialogue(row pgx.CollectableRow) (d Dialogue, err error) {
	var answered *time.Time
	var decisions []byte
	err = row.Scan(&d.ID, &d.Carrier, &d.Transaction, &d.Function, &d.Flight, &d.Travellers, &d.ReceivedAt, &answered, &d.Took, &d.Policy,
		&d.TimedOut, &d.seq, &decisions)
	if err != nil {
		return d, err
	}
	d.ReceivedAt, d.AnsweredAt = d.ReceivedAt.UTC(), orZero(answered)
	d.Decisions, err = decode[map[board.Decision]int](decisions)
	return d, err
}

// errNoAnswer: there is no such answer.
var errNoAnswer = problem.New(problem.NotFound, "board.no_answer")

// Answer is why a traveller of a request was answered as he was.
func (s *Store) Answer(ctx context.Context, request uuid.UUID, ref string) (board.Ruling, error) {
	var ruling []byte
	err := s.DB.Pool.QueryRow(ctx, `SELECT ruling FROM board_answer WHERE request = $1 AND ref = $2`, request, ref).Scan(&ruling)
	if errors.Is(err, pgx.ErrNoRows) {
		return board.Ruling{}, errNoAnswer
	}
	if err != nil {
		return board.Ruling{}, wrap(err, "read an answer")
	}
	return decode[board.Ruling](ruling)
}
