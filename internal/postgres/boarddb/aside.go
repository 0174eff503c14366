package boarddb

import (
	"context"

	"github.com/google/uuid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/screen"
	"github.com/openbmis/openbmis/border"
)

// LayAside keeps that a person was not checked and when it is tried again. What was a hit stays one, with what it found; whoever was fine
// before is no longer: nobody looked at him as he is now.
func (s *Store) LayAside(ctx context.Context, a screen.Aside) error {
	ruling, err := text(a.Ruling)
	if err != nil {
		return wrap(err, "lay an expected person aside")
	}
	var flight *uuid.UUID
	if a.Flight != uuid.Nil {
		flight = &a.Flight
	}
	tag, err := s.DB.Pool.Exec(ctx, `
		WITH old AS (SELECT outcome, flight, version FROM passenger_screening WHERE person = $1),
		put AS (INSERT INTO passenger_screening AS p
				(person, flight, flight_key, ref, version, outcome, severity, decision, ruling, alerts, checked_at, recheck_at, tries)
			SELECT $1, coalesce($2, old.flight), '', '', greatest($3, old.version), $4, '', $5, $6::jsonb, '{}', $7, $8, $9
			FROM (SELECT) AS one LEFT JOIN old ON true WHERE coalesce($2, old.flight) IS NOT NULL
			ON CONFLICT (person) DO UPDATE SET recheck_at = excluded.recheck_at, tries = excluded.tries,
				version = CASE WHEN p.outcome = $10 THEN p.version ELSE excluded.version END,
				outcome = CASE WHEN p.outcome = $10 THEN p.outcome ELSE excluded.outcome END,
				severity = CASE WHEN p.outcome = $10 THEN p.severity ELSE excluded.severity END,
				decision = CASE WHEN p.outcome = $10 THEN p.decision ELSE excluded.decision END,
				ruling = CASE WHEN p.outcome = $10 THEN p.ruling ELSE excluded.ruling END,
				alerts = CASE WHEN p.outcome = $10 THEN p.alerts ELSE excluded.alerts END,
				checked_at = CASE WHEN p.outcome = $10 THEN p.checked_at ELSE excluded.checked_at END,
				as_of = CASE WHEN p.outcome = $10 THEN p.as_of END
			RETURNING person, flight, version, outcome)
		INSERT INTO passenger_note (work, person_id, flight_id, version, at)
		SELECT $11, put.person, put.flight, put.version, $7 FROM put LEFT JOIN old ON true
		WHERE (put.outcome, put.version) IS DISTINCT FROM (old.outcome, old.version)`,
		a.Person, flight, a.Version, int(border.NotChecked), string(a.Ruling.Decision), ruling, a.At.UTC(), a.Recheck.UTC(), a.Tries,
		int(border.Hit), string(apipnr.WorkPublish))
	if err == nil && tag.RowsAffected() > 0 {
		s.Changed()
	}
	return wrap(err, "lay an expected person aside")
}
