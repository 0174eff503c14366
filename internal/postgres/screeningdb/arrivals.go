package screeningdb

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/alerts/screening"
	"github.com/openbmis/openbmis/border"
)

// maxNotes bounds how many notes one transaction takes: a station that sends single events makes a note of each.
const maxNotes = 300

// Arrivals takes the oldest notes. One that failed before is taken alone, so that it holds up no other.
func (s *Store) Arrivals(ctx context.Context, events int) (screening.Arrivals, error) {
	var a screening.Arrivals
	rows, err := s.db.Pool.Query(ctx, `
		SELECT n, crossed_at, crossings, dismissals, hits, tries FROM screening_due
		WHERE again_at IS NULL OR again_at <= $2 ORDER BY tries > 0, n LIMIT $1`, maxNotes, s.clock())
	if err != nil {
		return a, wrap(err, "read notes of the screening")
	}
	var n int64
	var tries int
	var at, ats []time.Time
	var crossings, dismissals, hits, ids, put []uuid.UUID
	_, err = pgx.ForEachRow(rows, []any{&n, &at, &crossings, &dismissals, &hits, &tries}, func() error {
		if len(a.Notes) > 0 && (tries > 0 || a.Events >= events) {
			return nil
		}
		a.Notes, a.Hits, a.Events = append(a.Notes, n), append(a.Hits, hits...), a.Events+len(crossings)+len(dismissals)
		ats, ids, put = append(ats, at...), append(ids, crossings...), append(put, dismissals...)
		return nil
	})
	if err != nil {
		return a, wrap(err, "read notes of the screening")
	}
	if a.People, err = s.crossed(ctx, ats, ids); err != nil {
		return a, err
	}
	dismissed, err := s.dismissed(ctx, put)
	a.People = append(a.People, dismissed...)
	return a, err
}

func (s *Store) crossed(ctx context.Context, at []time.Time, ids []uuid.UUID) ([]screening.Person, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := s.db.Pool.Query(ctx, `
		SELECT c.traveller_id, c.payload FROM unnest($1::timestamptz[], $2::uuid[]) AS q(at, id)
		JOIN crossing c ON c.crossed_at = q.at AND c.event_id = q.id WHERE c.annulled_at IS NULL`, at, ids)
	if err != nil {
		return nil, wrap(err, "read crossings to screen")
	}
	people, err := pgx.CollectRows(rows, scanCrossed)
	return people, wrap(err, "read crossings to screen")
}

func scanCrossed(row pgx.CollectableRow) (p screening.Person, err error) {
	var payload []byte
	var e border.CrossingEvent
	if err = row.Scan(&p.Traveller, &payload); err != nil {
		return p, err
	}
	if err = json.Unmarshal(payload, &e); err != nil {
		return p, fmt.Errorf("crossing: %w", err)
	}
	return personOf(p.Traveller, e), nil
}

func personOf(traveller uuid.UUID, e border.CrossingEvent) screening.Person {
	return screening.Person{
		Occasion: e.CrossingID, Traveller: traveller, File: e.TravellerID, Station: e.Station, Lane: e.Lane,
		At: e.CrossedAt.UTC().Truncate(time.Microsecond), Day: e.LocalDate, Direction: e.Direction, Transport: e.Transport,
		Identity: e.Identity, Document: e.Document, Vehicle: e.Vehicle, Findings: e.Findings,
	}
}

func (s *Store) dismissed(ctx context.Context, ids []uuid.UUID) ([]screening.Person, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := s.db.Pool.Query(ctx, `SELECT payload FROM inspection_dismissal WHERE event_id = ANY($1)`, ids)
	if err != nil {
		return nil, wrap(err, "read dismissals to screen")
	}
	payloads, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	if err != nil {
		return nil, wrap(err, "read dismissals to screen")
	}
	people := make([]screening.Person, 0, len(payloads))
	for _, payload := range payloads {
		var e border.DismissalEvent
		if err := json.Unmarshal(payload, &e); err != nil {
			return nil, fmt.Errorf("dismissal: %w", err)
		}
		if e.Identity == nil {
			continue
		}
		p := screening.Person{
			Occasion: e.InspectionID, Inspection: true, Station: e.Station, Lane: e.Lane, At: e.DismissedAt.UTC().Truncate(time.Microsecond),
			Identity: *e.Identity, Findings: e.Hits,
		}
		if e.Document != nil {
			p.Document = *e.Document
		}
		people = append(people, p)
	}
	return people, nil
}

// Failed lets notes wait: a minute for each time that they failed, an hour at most.
func (s *Store) Failed(ctx context.Context, notes []int64, fault string) error {
	_, err := s.db.Pool.Exec(ctx, `
		UPDATE screening_due SET tries = tries + 1, fault = $2, again_at = $3::timestamptz + least(tries + 1, 60) * interval '1 minute'
		WHERE n = ANY($1)`, notes, fault, s.clock())
	return wrap(err, "keep that notes could not be screened")
}
