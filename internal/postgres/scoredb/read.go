package scoredb

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake"
	"github.com/openbmis/openbmis/api_pnr/score"
	"github.com/openbmis/openbmis/internal/postgres/paging"
	"github.com/openbmis/openbmis/internal/problem"
)

// errNoFlight is the same for a flight that nobody told of and for another carrier's: one cannot be told from the other.
var errNoFlight = problem.New(problem.NotFound, "passenger_flight_unknown")

// Row is a flight with its card, as of one carrier's door. It names nobody.
type Row struct {
	Carrier                           string
	Flight                            uuid.UUID
	FlightKey                         string
	Destination                       string
	Status                            apipnr.FlightStatus
	LeavesAt                          time.Time // as near as is known
	DepartsAt                         time.Time // zero when not known
	Card                              score.Card
	OnTime, Late, Missing, Incomplete int
	Persons                           int
	RatedAt                           time.Time
}

const rowColumns = `carrier, flight_id, flight_key, destination, status, leaves_at, departs_at, card, on_time, late, missing, incomplete, persons, rated_at`

func scanRow(row pgx.CollectableRow) (r Row, err error) {
	var departs *time.Time
	err = row.Scan(&r.Carrier, &r.Flight, &r.FlightKey, &r.Destination, &r.Status, &r.LeavesAt, &departs, &r.Card, &r.OnTime, &r.Late, &r.Missing,
		&r.Incomplete, &r.Persons, &r.RatedAt)
	r.LeavesAt, r.RatedAt = r.LeavesAt.UTC(), r.RatedAt.UTC()
	if departs != nil {
		r.DepartsAt = departs.UTC()
	}
	return r, err
}

// Page is a page of a carrier's flights.
type Page struct {
	// After is the last row that was shown; nil begins with the earliest.
	After *Row
	Limit int
}

// Flights are a carrier's flights that leave within [from, to), the earliest first.
func (s *Store) Flights(ctx context.Context, carrier string, from, to time.Time, p Page) ([]Row, error) {
	after, id := from, uuid.Nil
	if p.After != nil {
		after, id = p.After.LeavesAt, p.After.Flight
	}
	rows, err := s.DB.Pool.Query(ctx, `SELECT `+rowColumns+` FROM score_card WHERE carrier = $1 AND leaves_at >= $2 AND leaves_at < $3
		AND (leaves_at, flight_id) > ($4, $5) ORDER BY leaves_at, flight_id LIMIT $6`, carrier, from, to, after, id, p.Limit)
	if err != nil {
		return nil, wrap(err, "flights of a carrier")
	}
	list, err := pgx.CollectRows(rows, scanRow)
	return list, wrap(err, "flights of a carrier")
}

// Flight is one of a carrier's flights.
func (s *Store) Flight(ctx context.Context, carrier string, flight uuid.UUID) (r Row, err error) {
	rows, err := s.DB.Pool.Query(ctx, `SELECT `+rowColumns+` FROM score_card WHERE carrier = $1 AND flight_id = $2`, carrier, flight)
	if err != nil {
		return r, wrap(err, "flight of a carrier")
	}
	list, err := pgx.CollectRows(rows, scanRow)
	if err == nil && len(list) == 0 {
		err = errNoFlight
	}
	if err != nil {
		return r, wrap(err, "flight of a carrier")
	}
	return list[0], nil
}

// Totals are the numbers of a carrier over a period.
type Totals struct {
	Flights                           int
	Points                            *int // mean of the flights that have any; nil when none has
	OnTime, Late, Missing, Incomplete int
	Mismatches                        int // flights
	Bad, Warnings                     int // records that could not be used; things that are doubtful
	Quality                           []score.Quality
	Messages                          map[intake.State]int // what came within the period
}

// Totals are the numbers of a carrier's flights that leave, and of what came, within [from, to).
func (s *Store) Totals(ctx context.Context, carrier string, from, to time.Time) (t Totals, err error) {
	var persons int
	err = s.DB.Pool.QueryRow(ctx, `SELECT count(*), round(avg(points))::int, coalesce(sum(on_time), 0), coalesce(sum(late), 0), coalesce(sum(missing), 0),
			coalesce(sum(incomplete), 0), count(*) FILTER (WHERE mismatch), coalesce(sum(quarantine), 0), coalesce(sum(warnings), 0), coalesce(sum(persons), 0)
		FROM score_card WHERE carrier = $1 AND leaves_at >= $2 AND leaves_at < $3`, carrier, from, to).
		Scan(&t.Flights, &t.Points, &t.OnTime, &t.Late, &t.Missing, &t.Incomplete, &t.Mismatches, &t.Bad, &t.Warnings, &persons)
	if err != nil {
		return t, wrap(err, "totals of a carrier")
	}
	if t.Quality, err = s.quality(ctx, carrier, from, to, persons); err != nil {
		return t, wrap(err, "fields of a carrier")
	}
	rows, err := s.DB.Pool.Query(ctx, `SELECT t.state, count(*) FROM passenger_raw r JOIN passenger_status t ON t.raw_id = r.id
		WHERE r.carrier = $1 AND r.received_at >= $2 AND r.received_at < $3 GROUP BY t.state`, carrier, from, to)
	if err != nil {
		return t, wrap(err, "messages of a carrier")
	}
	t.Messages = map[intake.State]int{}
	var state intake.State
	var n int
	_, err = pgx.ForEachRow(rows, []any{&state, &n}, func() error {
		t.Messages[state] = n
		return nil
	})
	return t, wrap(err, "messages of a carrier")
}

// quality is how well the fields that the policy names are filled over a period.
func (s *Store) quality(ctx context.Context, carrier string, from, to time.Time, persons int) (list []score.Quality, err error) {
	if persons == 0 {
		return nil, nil
	}
	rows, err := s.DB.Pool.Query(ctx, `SELECT f.key, sum(f.value::int) FROM score_card c, jsonb_each_text(c.filled) f
		WHERE c.carrier = $1 AND c.leaves_at >= $2 AND c.leaves_at < $3 GROUP BY f.key`, carrier, from, to)
	if err != nil {
		return nil, err
	}
	filled := map[string]int{}
	var field string
	var n int
	if _, err = pgx.ForEachRow(rows, []any{&field, &n}, func() error { filled[field] = n; return nil }); err != nil {
		return nil, err
	}
	for _, field := range score.Fields() {
		if share, asked := s.Policy.Fields[field]; asked {
			list = append(list, score.Quality{Field: field, Filled: filled[field], Of: persons, Enough: float64(filled[field]) >= share*float64(persons)})
		}
	}
	return list, nil
}

// Standing is a carrier among all carriers over a period.
type Standing struct {
	Carrier                           string
	Flights                           int
	Points, Before                    *int // of the period, and of one as long before it; nil when no flight has any
	OnTime, Late, Missing, Incomplete int
	Mismatches, Bad                   int
	Quarantined                       int // what came within the period and could not be used, whole or in part
}

// Trend is by how many points the carrier is better than in the period before; nil when it cannot be said.
func (s Standing) Trend() *int {
	if s.Points == nil || s.Before == nil {
		return nil
	}
	trend := *s.Points - *s.Before
	return &trend
}

// Board is how all carriers stand over [from, to), the worst first. It names nobody.
func (s *Store) Board(ctx context.Context, from, to time.Time) ([]Standing, error) {
	rows, err := s.DB.Pool.Query(ctx, `WITH now AS (
			SELECT carrier, count(*) AS flights, round(avg(points))::int AS points, sum(on_time) AS on_time, sum(late) AS late, sum(missing) AS missing,
				sum(incomplete) AS incomplete, count(*) FILTER (WHERE mismatch) AS mismatches, sum(quarantine) AS bad
			FROM score_card WHERE leaves_at >= $1 AND leaves_at < $2 GROUP BY carrier),
		before AS (SELECT carrier, round(avg(points))::int AS points FROM score_card WHERE leaves_at >= $3 AND leaves_at < $1 GROUP BY carrier),
		trouble AS (SELECT r.carrier, count(*) AS n FROM passenger_raw r JOIN passenger_status t ON t.raw_id = r.id
			WHERE r.received_at >= $1 AND r.received_at < $2 AND t.state IN ('quarantined', 'partial') GROUP BY r.carrier)
		SELECT carrier, coalesce(n.flights, 0), n.points, b.points, coalesce(n.on_time, 0), coalesce(n.late, 0), coalesce(n.missing, 0),
			coalesce(n.incomplete, 0), coalesce(n.mismatches, 0), coalesce(n.bad, 0), coalesce(t.n, 0)
		FROM now n FULL JOIN trouble t USING (carrier) LEFT JOIN before b USING (carrier)
		ORDER BY n.points NULLS LAST, carrier`, from, to, from.Add(-to.Sub(from)))
	if err != nil {
		return nil, wrap(err, "board of carriers")
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Standing])
	return list, wrap(err, "board of carriers")
}

// NoticeRow is a notice with whether it is on the carrier's stream.
type NoticeRow struct {
	score.Notice
	FlightID, RawID uuid.UUID // uuid.Nil where it is of none
	SentAt          time.Time // zero while it waits

	seq int64
}

// Notices is a page of what a carrier was told of by itself, the newest first; of all carriers when carrier is "".
func (s *Store) Notices(ctx context.Context, carrier string, p paging.Page) (paging.Listed[NoticeRow], error) {
	if carrier == "" {
		return s.notices(ctx, p, `true`)
	}
	return s.notices(ctx, p, `carrier = $1`, carrier)
}

// NoticesOf are what a carrier was told of something that came.
func (s *Store) NoticesOf(ctx context.Context, carrier string, raw uuid.UUID, p paging.Page) (paging.Listed[NoticeRow], error) {
	return s.notices(ctx, p, `carrier = $1 AND raw_id = $2`, carrier, raw)
}

// NoticesOfFlight are what a carrier was told of a flight.
func (s *Store) NoticesOfFlight(ctx context.Context, carrier string, flight uuid.UUID, p paging.Page) (paging.Listed[NoticeRow], error) {
	return s.notices(ctx, p, `carrier = $1 AND flight_id = $2`, carrier, flight)
}

func (s *Store) notices(ctx context.Context, p paging.Page, which string, args ...any) (l paging.Listed[NoticeRow], err error) {
	before := int64(math.MaxInt64)
	if err := p.Read(&before); err != nil {
		return l, err
	}
	if err := s.DB.Pool.QueryRow(ctx, `SELECT count(*) FROM score_notice WHERE `+which, args...).Scan(&l.Total); err != nil {
		return l, wrap(err, "notices")
	}
	n := len(args)
	rows, err := s.DB.Pool.Query(ctx, fmt.Sprintf(`SELECT seq, body, flight_id, raw_id, sent_at FROM score_notice
		WHERE %s AND seq < $%d ORDER BY seq DESC LIMIT $%d`, which, n+1, n+2), append(args, before, p.Most()+1)...)
	if err != nil {
		return l, wrap(err, "notices")
	}
	l.Rows, err = pgx.CollectRows(rows, scanNotice)
	l.Cut(p, func(n NoticeRow) []any { return []any{n.seq} })
	return l, wrap(err, "notices")
}

func scanNotice(row pgx.CollectableRow) (n NoticeRow, err error) {
	var flight, raw *uuid.UUID
	var sent *time.Time
	if err = row.Scan(&n.seq, &n.Notice, &flight, &raw, &sent); err != nil {
		return n, err
	}
	if flight != nil {
		n.FlightID = *flight
	}
	if raw != nil {
		n.RawID = *raw
	}
	if sent != nil {
		n.SentAt = sent.UTC()
	}
	return n, nil
}
