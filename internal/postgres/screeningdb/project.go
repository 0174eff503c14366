package screeningdb

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/border"
)

// readCourse is a hit of the centre as its own steps left it; a hit without steps has an empty course.
func readCourse(ctx context.Context, tx pgx.Tx, id uuid.UUID) (*hit.Hit, error) {
	rows, err := tx.Query(ctx, `SELECT event FROM desk_step WHERE hit = $1 ORDER BY n`, id)
	if err != nil {
		return nil, err
	}
	bodies, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	if err != nil {
		return nil, err
	}
	course := make([]hit.Event, len(bodies))
	for i, body := range bodies {
		if err := json.Unmarshal(body, &course[i]); err != nil {
			return nil, fmt.Errorf("step %d: %w", i+1, err)
		}
	}
	return hit.Fold(id, course)
}

// readStation is a hit as its station's steps left it, as far as they have come without a gap; nil when none have. The station is that of
// the hit, or that of the step that raised it: what another one sends of it counts for nothing. The traveller is the centre's, where a
// record names him.
func readStation(ctx context.Context, tx querier, id uuid.UUID) (h *hit.Hit, station string, traveller *uuid.UUID, err error) {
	rows, err := tx.Query(ctx, `SELECT station, traveller_id, payload->'body' FROM record WHERE subject = $1 AND kind = $2
		AND station = coalesce((SELECT station FROM desk_hit WHERE id = $1), (SELECT r.station FROM record r WHERE r.subject = $1 AND r.kind = $2
			AND r.payload->'body'->>'kind' = $3 AND r.payload->'body'->'raise'->>'station' = r.station ORDER BY r.event_time, r.station LIMIT 1))`,
		id, string(border.HitEvent), string(hit.Raised))
	if err != nil {
		return nil, "", nil, err
	}
	var course []hit.Event
	var who *uuid.UUID
	var body []byte
	_, err = pgx.ForEachRow(rows, []any{&station, &who, &body}, func() error {
		var e hit.Event
		if err := json.Unmarshal(body, &e); err != nil {
			return fmt.Errorf("step: %w", err)
		}
		course = append(course, e)
		if who != nil {
			traveller = who
		}
		return nil
	})
	if err != nil {
		return nil, "", nil, err
	}
	slices.SortFunc(course, func(a, b hit.Event) int { return cmp.Or(cmp.Compare(a.Seq, b.Seq), a.At.Compare(b.At)) })
	h = &hit.Hit{ID: id}
	for _, e := range course {
		if h.Apply(e) != nil { // a step is missing yet, or this release knows better: what stands before it stands
			break
		}
	}
	if len(h.Course) == 0 {
		return nil, station, traveller, nil
	}
	return h, station, traveller, nil
}

// project brings a hit up to date with its station's records.
func (k *keeper) project(ctx context.Context, tx pgx.Tx, id uuid.UUID) error {
	h, station, traveller, err := readStation(ctx, tx, id)
	if err != nil || h == nil {
		return wrap(err, "read a hit of station "+station)
	}
	var central bool
	err = tx.QueryRow(ctx, `SELECT central FROM desk_hit WHERE id = $1 FOR UPDATE`, id).Scan(&central)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		if err := k.insertStation(ctx, tx, h, station, traveller); err != nil {
			return err
		}
	case err != nil:
		return err
	}
	return k.summarise(ctx, tx, h, central)
}

func (k *keeper) insertStation(ctx context.Context, tx pgx.Tx, h *hit.Hit, station string, traveller *uuid.UUID) error {
	agency, err := agencyOf(ctx, tx, h.Raise)
	if err != nil {
		return err
	}
	raise, err := json.Marshal(h.Raise)
	if err != nil {
		return err
	}
	r := h.Raise
	_, err = tx.Exec(ctx, `
		INSERT INTO desk_hit (id, central, station, agency, list, alert, alert_version, matcher, band, score, retro, traveller_id, raised_at,
			crossed_at, stage, raise, updated_at)
		VALUES ($1, false, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'open', $14, $15)`,
		h.ID, station, agency, r.List, r.Alert, r.AlertVersion, r.Matcher, string(r.Band), r.Score, r.Retro, traveller, h.RaisedAt,
		timeOrNull(r.CrossedAt), raise, k.at)
	return err
}

// agencyOf is whose desk answers: the alert's owner as the centre knows it, for what a station says of it may be old.
func agencyOf(ctx context.Context, tx pgx.Tx, r hit.Raise) (agency string, err error) {
	list, id, _ := strings.Cut(r.Alert, "/")
	err = tx.QueryRow(ctx, `SELECT coalesce((SELECT agency FROM alert WHERE list = $1 AND id = $2), (SELECT owner FROM alert_list WHERE id = $1), $3)`,
		list, id, r.Owner).Scan(&agency)
	return agency, err
}

func timeOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// summary is what queues and counts go by.
type summary struct {
	stage              hit.Stage
	asked, by, decided *time.Time
	same               *bool
	confirmed          *bool
	outcome            string
	closed             *time.Time
	crossing           *uuid.UUID
}

func summaryOf(h *hit.Hit) summary {
	s := summary{stage: h.Stage()}
	if h.Question != nil {
		s.asked, s.by = timeOrNull(h.AskedAt), timeOrNull(h.Question.AnswerBy)
	}
	if h.Judgement != nil {
		s.same = &h.Judgement.Same
	}
	if h.Answer != nil {
		s.confirmed = &h.Answer.Confirmed
	}
	if h.Outcome != nil {
		s.outcome, s.closed = h.Outcome.Code, timeOrNull(h.ClosedAt)
	}
	for _, e := range h.Course {
		if e.Kind == hit.Judged || e.Kind == hit.Closed {
			s.decided = timeOrNull(e.At)
			break
		}
	}
	for _, r := range h.Referrals {
		s.crossing = orNull(r.Crossing)
	}
	if s.crossing == nil {
		s.crossing = orNull(h.Raise.Crossing)
	}
	return s
}

// summarise writes a hit's row anew from its steps, its station's or the centre's own. central says that both may be there: what one has
// decided is then not undone by the other's silence.
func (k *keeper) summarise(ctx context.Context, tx pgx.Tx, h *hit.Hit, central bool) error {
	s := summaryOf(h)
	worker := ""
	if central {
		own, err := readCourse(ctx, tx, h.ID)
		if err != nil {
			return err
		}
		there, _, _, err := readStation(ctx, tx, h.ID)
		if err != nil {
			return err
		}
		worker = own.Owner
		s = both(summaryOf(own), there)
	}
	_, err := tx.Exec(ctx, `
		UPDATE desk_hit h SET asked_at = $3, answer_by = $4, same = $5, confirmed = coalesce((a.answer->>'confirmed')::boolean, $6), answered_at = a.at,
			decided_at = coalesce($7, a.first), outcome = $8, closed_at = $9, crossing = coalesce($10, h.crossing), worker = $11, updated_at = $12,
			traveller_id = coalesce(h.traveller_id, (SELECT c.traveller_id FROM crossing c WHERE c.crossing_id = $10 LIMIT 1)),
			stage = CASE WHEN $2 IN ('asked', 'unanswered') AND a.at >= $3 THEN
				CASE WHEN (a.answer->>'confirmed')::boolean THEN 'confirmed' ELSE 'not_confirmed' END ELSE $2 END
		FROM (SELECT (SELECT answer FROM desk_answer WHERE hit = $1 ORDER BY n DESC LIMIT 1) AS answer,
			(SELECT max(at) FROM desk_answer WHERE hit = $1) AS at, (SELECT min(at) FROM desk_answer WHERE hit = $1) AS first) a
		WHERE h.id = $1`,
		h.ID, string(s.stage), s.asked, s.by, s.same, s.confirmed, s.decided, s.outcome, s.closed, s.crossing, worker, k.at)
	return wrap(err, "bring a hit up to date")
}

// both is the summary of a hit that the centre raised and its station works on too.
func both(own summary, there *hit.Hit) summary {
	if there == nil {
		return own
	}
	s := summaryOf(there)
	if own.closed == nil && (s.closed != nil || own.stage == hit.StageOpen) {
		own.stage, own.closed, own.outcome = s.stage, s.closed, s.outcome
	}
	own.asked, own.by = s.asked, s.by
	if own.same == nil {
		own.same = s.same
	}
	if own.confirmed == nil {
		own.confirmed = s.confirmed
	}
	if own.decided == nil || s.decided != nil && s.decided.Before(*own.decided) {
		own.decided = s.decided
	}
	return own
}
