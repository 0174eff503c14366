package screeningdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/alerts/match"
	"github.com/openbmis/openbmis/alerts/screening"
	"github.com/openbmis/openbmis/traveldoc"
)

// Begin begins a run of the changes that no run has yet, or, for another matcher, of all. One that has not started takes them along.
func (s *Store) Begin(ctx context.Context, upto int64, why string, since time.Time) error {
	err := s.db.InTx(ctx, func(tx pgx.Tx) error {
		var after int64
		err := tx.QueryRow(ctx, `SELECT alert_seq FROM screening_state FOR UPDATE`).Scan(&after)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		if why == screening.WhyMatcher {
			after = 0
		}
		if after < upto {
			if err := s.begin(ctx, tx, after, upto, why, since); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `INSERT INTO screening_state (alert_seq, matcher) VALUES ($1, $2)
			ON CONFLICT (one) DO UPDATE SET alert_seq = excluded.alert_seq, matcher = excluded.matcher`, upto, match.Version)
		return err
	})
	return wrap(err, "begin a run of the screening")
}

// begin counts what the run is about. The estimate of people is the planner's: nobody waits for a count.
func (s *Store) begin(ctx context.Context, tx pgx.Tx, after, upto int64, why string, since time.Time) error {
	var open int64
	const count = `SELECT count(*) FROM alert_version v JOIN alert a ON a.list = v.list AND a.id = v.id AND a.version = v.version
		WHERE v.seq > $1 AND v.seq <= $2 AND a.secrecy = 'open' AND a.status = 'active'`
	tag, err := tx.Exec(ctx, `UPDATE screening_run SET upto_seq = $1 WHERE started_at IS NULL AND finished_at IS NULL AND why = $2 AND upto_seq = $3`,
		upto, why, after)
	if err != nil {
		return err
	}
	if tag.RowsAffected() > 0 {
		_, err = tx.Exec(ctx, `UPDATE screening_run SET open_alerts = (`+count+`) WHERE started_at IS NULL AND finished_at IS NULL AND upto_seq = $2 AND why = $3`,
			after, upto, why)
		return err
	}
	if err := tx.QueryRow(ctx, count, after, upto).Scan(&open); err != nil {
		return err
	}
	expected, err := estimate(ctx, tx, since)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO screening_run (after_seq, upto_seq, why, open_alerts, since, expected, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, after, upto, why, open, since.UTC(), expected, s.clock())
	return err
}

func estimate(ctx context.Context, tx pgx.Tx, since time.Time) (int64, error) {
	var text []byte
	// A plan takes no parameters; the instant is ours.
	err := tx.QueryRow(ctx, `EXPLAIN (FORMAT JSON) SELECT FROM crossing WHERE crossed_at >= '`+since.UTC().Format(time.RFC3339)+`'`).Scan(&text)
	if err != nil {
		return 0, err
	}
	var plans []struct {
		Plan struct {
			Rows float64 `json:"Plan Rows"`
		}
	}
	if err := json.Unmarshal(text, &plans); err != nil || len(plans) == 0 {
		return 0, errors.Join(errors.New("estimate of crossings: expected a plan"), err)
	}
	return int64(plans[0].Plan.Rows), nil
}

// lastTries is after how many failures a run lets every other go first.
const lastTries = 3

// Open is the oldest run that is not finished and does not wait.
func (s *Store) Open(ctx context.Context) (r screening.Run, open bool, err error) {
	var from, to string
	err = s.db.Pool.QueryRow(ctx, `
		UPDATE screening_run SET started_at = coalesce(started_at, $1) WHERE id = (
			SELECT id FROM screening_run WHERE finished_at IS NULL AND (again_at IS NULL OR again_at <= $1) ORDER BY tries >= $2, id LIMIT 1)
		RETURNING id, after_seq, upto_seq, why, since, phase, coalesce(place_at, since),
			coalesce(place_id, '00000000-0000-0000-0000-000000000000'), people, list, from_day, to_day`, s.clock(), lastTries).
		Scan(&r.ID, &r.After, &r.Upto, &r.Why, &r.Since, &r.Phase, &r.PlaceAt, &r.PlaceID, &r.People, &r.List, &from, &to)
	if errors.Is(err, pgx.ErrNoRows) {
		return r, false, nil
	}
	if err == nil {
		r.From, r.To, err = days(from, to)
	}
	return r, err == nil, wrap(err, "look for a run of the screening")
}

const (
	personColumns = `c.event_id, c.crossing_id, c.traveller_id, c.station, c.lane, c.crossed_at, c.direction, c.transport, c.surname,
	c.given_names, c.birth_date, c.sex, c.nationality, c.doc_code, c.doc_number, c.issuing_state`
	// The newest first: whoever has just come is met before whoever left long ago.
	recentPeople = ` FROM crossing c WHERE c.crossed_at >= $1 AND (c.crossed_at, c.event_id) < ($2, $3) AND c.annulled_at IS NULL
	ORDER BY c.crossed_at DESC, c.event_id DESC LIMIT $4`
	insidePeople = ` FROM stay s JOIN crossing c ON c.crossing_id = s.movement_id AND c.crossed_at = s.entered_at
	WHERE s.inside AND s.entered_at < $1 AND (s.entered_at, c.event_id) < ($2, $3) AND c.annulled_at IS NULL
	ORDER BY s.entered_at DESC, c.event_id DESC LIMIT $4`
)

// People are the next people of a run's phase.
func (s *Store) People(ctx context.Context, r screening.Run, vehicles bool, limit int) ([]screening.Person, screening.Place, error) {
	from := recentPeople
	if r.Phase == screening.PhaseInside {
		from = insidePeople
	}
	vehicle := `, NULL::json`
	if vehicles {
		vehicle = `, c.payload->'vehicle'`
	}
	at, id := r.PlaceAt, r.PlaceID
	if id == uuid.Nil { // the beginning of the phase
		at, id = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), uuid.Max
	}
	rows, err := s.db.Pool.Query(ctx, `SELECT `+personColumns+vehicle+from, r.Since, at, id, limit)
	if err != nil {
		return nil, screening.Place{}, wrap(err, "read people to search")
	}
	people, err := pgx.CollectRows(rows, scanPerson)
	if err != nil || len(people) == 0 {
		return nil, screening.Place{}, wrap(err, "read people to search")
	}
	last := people[len(people)-1]
	return people, screening.Place{At: last.At, ID: last.Event}, nil
}

// mayBeCut is the shortest name that fills the zone of the smallest card.
const mayBeCut = 27

func scanPerson(row pgx.CollectableRow) (p screening.Person, err error) {
	var birth string
	var vehicle []byte
	err = row.Scan(&p.Event, &p.Occasion, &p.Traveller, &p.Station, &p.Lane, &p.At, &p.Direction, &p.Transport, &p.Identity.Surname,
		&p.Identity.GivenNames, &birth, &p.Identity.Sex, &p.Identity.Nationality, &p.Document.Code, &p.Document.Number, &p.Document.IssuingState, &vehicle)
	if err != nil {
		return p, err
	}
	if p.Identity.BirthDate, err = traveldoc.ParseDate(birth); err != nil {
		return p, fmt.Errorf("birth date: %w", err)
	}
	p.At = p.At.UTC()
	p.Identity.NameTruncated = len(p.Identity.Surname)+len(p.Identity.GivenNames) >= mayBeCut // settled when the whole is read
	if len(vehicle) > 0 {
		err = json.Unmarshal(vehicle, &p.Vehicle)
	}
	return p, err
}

// Whole are people of People as their events tell them.
func (s *Store) Whole(ctx context.Context, people []screening.Person) ([]screening.Person, error) {
	at, ids := make([]time.Time, len(people)), make([]uuid.UUID, len(people))
	for i, p := range people {
		at[i], ids[i] = p.At, p.Event
	}
	return s.crossed(ctx, at, ids)
}

// Moved keeps what was found and how far the run is.
func (s *Store) Moved(ctx context.Context, r screening.Run, people int, found []screening.Found) error {
	return s.write(ctx, "keep a step of the screening's run", func(tx pgx.Tx, k *keeper) error {
		if err := k.keep(ctx, tx, found); err != nil {
			return err
		}
		now := s.clock()
		var place *time.Time
		if r.PlaceID != uuid.Nil {
			place = &r.PlaceAt
		}
		_, err := tx.Exec(ctx, `
			UPDATE screening_run SET phase = $2, place_at = $3, place_id = $4, people = people + $5, found = found + $6, moved_at = $7, fault = '', tries = 0, again_at = NULL,
				finished_at = CASE WHEN $2 = 'done' THEN $7::timestamptz END WHERE id = $1`,
			r.ID, string(r.Phase), place, r.PlaceID, people, k.open, now)
		return err
	})
}

// Stuck says that a run could not go on, and lets it wait: a minute for each time, an hour at most.
func (s *Store) Stuck(ctx context.Context, run int64, fault string) error {
	_, err := s.db.Pool.Exec(ctx, `UPDATE screening_run SET fault = $2, moved_at = $3, tries = tries + 1,
		again_at = $3::timestamptz + least(tries + 1, 60) * interval '1 minute' WHERE id = $1`, run, fault, s.clock())
	return wrap(err, "keep that a run of the screening is stuck")
}
