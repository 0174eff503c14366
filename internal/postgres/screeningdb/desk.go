package screeningdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/alerts/screening"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
)

// PastDays is how long an answered or closed hit stays in the desk's list.
const pastFor = 30 * 24 * time.Hour

// queueLimit bounds each list of a desk; the totals say how many there are.
const queueLimit = 200

const rowColumns = `h.id, h.central, h.station, h.agency, h.list, h.alert, h.alert_version, h.band, h.score, h.retro, coalesce(h.raise->>'action', ''),
	coalesce((h.raise->>'simulator')::boolean, false), ` + orphan + `,
	h.raised_at, h.crossed_at, h.stage, h.asked_at, h.answer_by, h.answered_at, h.closed_at, h.confirmed, h.same, h.outcome, h.worker,
	h.raise->'flight'`

func rowTargets(r *screening.Row, times *[6]*time.Time) []any {
	return []any{
		&r.ID, &r.Central, &r.Station, &r.Agency, &r.List, &r.Alert, &r.AlertVersion, &r.Band, &r.Score, &r.Retro, &r.Action, &r.Simulator, &r.NoDesk,
		&times[0], &times[1], &r.Stage, &times[2], &times[3], &times[4], &times[5], &r.Confirmed, &r.Same, &r.Outcome, &r.Worker, &r.Flight,
	}
}

func placeTimes(r *screening.Row, times [6]*time.Time) {
	for i, into := range []*time.Time{&r.RaisedAt, &r.CrossedAt, &r.AskedAt, &r.AnswerBy, &r.AnsweredAt, &r.ClosedAt} {
		if times[i] != nil {
			*into = times[i].UTC()
		}
	}
}

func scanRow(row pgx.CollectableRow) (r screening.Row, err error) {
	var times [6]*time.Time
	err = row.Scan(rowTargets(&r, &times)...)
	placeTimes(&r, times)
	return r, err
}

const (
	// orphan: no desk works for the agency. A source that is asked outside has no list, and an owner may have nobody here.
	orphan = `NOT EXISTS (SELECT FROM account o WHERE o.role = 'list_owner' AND NOT o.disabled AND o.agency = h.agency AND h.agency <> '')`
	// forDesk are the hits that the desk of an agency answers: its own, and those that would reach nobody.
	forDesk = `(h.agency = $1 OR ` + orphan + `)`
	// isAsked: the owner has the word, whatever else the station did about the hit meanwhile.
	isAsked = `h.asked_at IS NOT NULL AND (h.answered_at IS NULL OR h.answered_at < h.asked_at) AND h.closed_at IS NULL
		AND h.stage NOT IN ('confirmed', 'not_confirmed')`
	whereAsked  = isAsked + ` AND ` + forDesk
	whereRaised = `h.central AND h.closed_at IS NULL AND ` + forDesk
)

// Queue is what waits at the desk of an agency; discreet counts too when the person may know of them. Rows and totals are of one moment.
func (s *Store) Queue(ctx context.Context, agency string, discreet bool, entry audit.Entry) (q screening.Queue, err error) {
	if agency == "" {
		return q, nil
	}
	err = pgx.BeginTxFunc(ctx, s.db.Pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, func(tx pgx.Tx) error {
		for _, part := range []struct {
			into  *[]screening.Row
			where string
		}{
			{&q.Asked, whereAsked + ` ORDER BY h.answer_by, h.id`},
			{&q.Raised, whereRaised + ` ORDER BY h.raised_at DESC, h.id`},
			{&q.Past, forDesk + ` AND (h.answered_at IS NOT NULL OR h.closed_at IS NOT NULL) AND NOT (h.central AND h.closed_at IS NULL)
				AND NOT (` + isAsked + `) AND h.updated_at > $2 ORDER BY h.updated_at DESC, h.id`},
		} {
			args := []any{agency}
			if strings.Contains(part.where, "$2") {
				args = append(args, s.clock().Add(-pastFor))
			}
			rows, err := tx.Query(ctx, fmt.Sprintf(`SELECT %s FROM desk_hit h WHERE %s LIMIT %d`, rowColumns, part.where, queueLimit), args...)
			if err != nil {
				return err
			}
			if *part.into, err = pgx.CollectRows(rows, scanRow); err != nil {
				return err
			}
		}
		if err := tx.QueryRow(ctx, `SELECT count(*) FILTER (WHERE `+whereAsked+`), count(*) FILTER (WHERE `+whereRaised+`) FROM desk_hit h
			WHERE `+whereAsked+` OR `+whereRaised, agency).Scan(&q.Totals.Asked, &q.Totals.Raised); err != nil {
			return err
		}
		if discreet {
			if err := tx.QueryRow(ctx, `SELECT count(*) FROM discreet_hit WHERE agency = $1 AND state = 'new'`, agency).Scan(&q.Totals.Discreet); err != nil {
				return err
			}
		}
		entry.ResultCount = len(q.Asked) + len(q.Raised) + len(q.Past)
		return auditlog.Insert(ctx, tx, entry)
	})
	return q, wrap(err, "read the queue of a desk")
}

// Dossier opens a hit for the desk of the agency that owns the alert, or, when no desk does, for any. Nobody else's is there.
func (s *Store) Dossier(ctx context.Context, id uuid.UUID, agency string, entry audit.Entry) (d screening.Dossier, err error) {
	err = pgx.BeginTxFunc(ctx, s.db.Pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, func(tx pgx.Tx) error {
		var traveller *uuid.UUID
		if traveller, err = readDesk(ctx, tx, id, agency, &d); err != nil {
			return err
		}
		if err := s.complete(ctx, tx, &d); err != nil {
			return err
		}
		if traveller != nil {
			if d.Route, d.Inside, err = route(ctx, tx, *traveller); err != nil {
				return err
			}
		}
		return auditlog.Insert(ctx, tx, entry)
	})
	return d, wrap(err, "read a hit")
}

func readDesk(ctx context.Context, tx pgx.Tx, id uuid.UUID, agency string, d *screening.Dossier) (traveller *uuid.UUID, err error) {
	var times [6]*time.Time
	var raise []byte
	err = tx.QueryRow(ctx, `SELECT `+rowColumns+`, h.raise, h.traveller_id, h.forgotten_at IS NOT NULL FROM desk_hit h
		WHERE `+forDesk+` AND h.id = $2 AND $1 <> ''`, agency, id).Scan(append(rowTargets(&d.Row, &times), &raise, &traveller, &d.Forgotten)...)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, hit.ErrNoSuchHit
	}
	if err != nil {
		return nil, err
	}
	placeTimes(&d.Row, times)
	return traveller, json.Unmarshal(raise, &d.Raise)
}

// complete reads what both sides did, what was answered, and the alert.
func (s *Store) complete(ctx context.Context, tx pgx.Tx, d *screening.Dossier) (err error) {
	if d.Central {
		if d.Own, err = readCourse(ctx, tx, d.ID); err != nil {
			return err
		}
	}
	if d.There, _, _, err = readStation(ctx, tx, d.ID); err != nil {
		return err
	}
	rows, err := tx.Query(ctx, `SELECT answer, by_login, at FROM desk_answer WHERE hit = $1 ORDER BY n`, d.ID)
	if err != nil {
		return err
	}
	if d.Answers, err = pgx.CollectRows(rows, scanAnswer); err != nil {
		return err
	}
	known, err := readAlerts(ctx, tx, []string{d.Raise.Alert})
	if err != nil {
		return err
	}
	if a, there := known[d.Raise.Alert]; there {
		d.Alert = &a
	}
	return nil
}

func scanAnswer(row pgx.CollectableRow) (a screening.Answered, err error) {
	var body []byte
	if err = row.Scan(&body, &a.Login, &a.At); err != nil {
		return a, err
	}
	a.At = a.At.UTC()
	return a, json.Unmarshal(body, &a.Answer)
}

// lockHit takes a hit that the agency's desk answers for a change.
func lockHit(ctx context.Context, tx pgx.Tx, id uuid.UUID, agency string) (central bool, err error) {
	err = tx.QueryRow(ctx, `SELECT h.central FROM desk_hit h WHERE `+forDesk+` AND h.id = $2 AND $1 <> '' FOR UPDATE OF h`, agency, id).Scan(&central)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, hit.ErrNoSuchHit
	}
	return central, err
}

// Answer keeps the owner's word and tells the station. A second answer takes the place of the first, which stays on record. seen is how
// many answers the person was shown: of two who answer at once, the second looks first.
func (s *Store) Answer(ctx context.Context, id uuid.UUID, agency string, seen int, a hit.Answer, login string, entry audit.Entry) error {
	return s.write(ctx, "answer a hit", func(tx pgx.Tx, k *keeper) error {
		central, err := lockHit(ctx, tx, id, agency)
		if err != nil {
			return err
		}
		var n int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM desk_answer WHERE hit = $1`, id).Scan(&n); err != nil {
			return err
		}
		if n != seen {
			return hit.ErrMoved
		}
		a.At = k.at
		if err := a.Check(); err != nil {
			return err
		}
		body, err := json.Marshal(a)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO desk_answer (hit, n, answer, by_login, at) VALUES ($1, $2, $3, $4, $5)`, id, n+1, body, login, k.at)
		if err != nil {
			return err
		}
		if err := k.answered(ctx, tx, id, central, a, login); err != nil {
			return err
		}
		k.told = append(k.told, id)
		entry.Decision = map[bool]string{true: "confirmed", false: "not_confirmed"}[a.Confirmed]
		return auditlog.Insert(ctx, tx, entry)
	})
}

func (k *keeper) answered(ctx context.Context, tx pgx.Tx, id uuid.UUID, central bool, a hit.Answer, login string) error {
	if central {
		h, err := readCourse(ctx, tx, id)
		if err != nil {
			return err
		}
		return k.apply(ctx, tx, h, hit.Event{Kind: hit.Answered, By: login, Answer: &a}, nil)
	}
	h, _, _, err := readStation(ctx, tx, id)
	if err != nil {
		return err
	}
	if h == nil {
		return hit.ErrNoSuchHit
	}
	return k.summarise(ctx, tx, h, false)
}

// Step takes steps of the desk on a hit that was raised at the centre. Each is chosen from the hit as the one before left it.
func (s *Store) Step(ctx context.Context, id uuid.UUID, agency, login string, entry audit.Entry, acts ...hit.Event) error {
	return s.write(ctx, "work on a hit", func(tx pgx.Tx, k *keeper) error {
		central, err := lockHit(ctx, tx, id, agency)
		if err != nil {
			return err
		}
		if !central {
			return hit.ErrNotOwner
		}
		h, err := readCourse(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, e := range acts {
			e.By = login
			if err := k.apply(ctx, tx, h, e, nil); err != nil {
				return err
			}
			entry.Decision = string(e.Kind)
		}
		return auditlog.Insert(ctx, tx, entry)
	})
}
