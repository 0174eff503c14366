package riskdb

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/api_pnr/risk"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/internal/vault"
)

const hitFields = `h.id, h.rule, r.n, v.settings, h.n, h.severity, v.state, h.person, h.person_version, h.flight, h.departs, h.arrives, h.found_at, h.state,
	h.seen, coalesce(h.worker_by, ''), h.worker_login, coalesce(h.decided_by, ''), h.decided_login, h.decided_at, h.reason, h.lapsed_at,
	coalesce(f.carrier || f.number || f.suffix || ' ' || f.origin || '-' || f.destination, '')`

const fromHits = ` FROM risk_hit h JOIN risk_rule r ON r.id = h.rule JOIN risk_version v ON v.rule = h.rule AND v.n = h.n
	LEFT JOIN passenger_flight f ON f.id = h.flight `

func scanHit(row pgx.CollectableRow) (h risk.Hit, err error) {
	var code int
	var raw []byte
	var departs, arrives, decided, lapsed *time.Time
	err = row.Scan(&h.ID, &h.Rule, &code, &raw, &h.Version, &h.Severity, &h.RuleState, &h.Person, &h.PersonVersion, &h.Flight, &departs, &arrives, &h.FoundAt,
		&h.State, &h.Seen, &h.Worker.ID, &h.Worker.Login, &h.Decided.ID, &h.Decided.Login, &decided, &h.Reason, &lapsed, &h.FlightName)
	if err != nil {
		return h, err
	}
	var settings risk.Settings
	err = json.Unmarshal(raw, &settings)
	h.Code, h.Name, h.Category, h.Purpose = codeOf(code), settings.Name, settings.Category, settings.Purpose
	h.Departs, h.Arrives, h.DecidedAt, h.LapsedAt, h.FoundAt = utc(departs), utc(arrives), utc(decided), utc(lapsed), h.FoundAt.UTC()
	return h, err
}

// queueRows are the hits on a page of the queue where nothing else is asked for.
const queueRows = 100

// queueOpen and queueDecided read one hit more than a page of the queue has: who arrives first, the gravest of a flight first; what was
// decided last. The page begins behind a hit, wherever that one stands by now.
const (
	queueOpen = `SELECT ` + hitFields + fromHits + `
		CROSS JOIN LATERAL (SELECT coalesce(h.arrives, 'infinity') AS arrives, array_position(` + gravest + `, h.severity) AS grave) o
		WHERE h.state = $1 AND ($2::uuid IS NULL OR (o.arrives, o.grave, h.found_at, h.id) >
			(SELECT coalesce(a.arrives, 'infinity'), array_position(` + gravest + `, a.severity), a.found_at, a.id FROM risk_hit a WHERE a.id = $2))
		ORDER BY o.arrives, o.grave, h.found_at, h.id LIMIT $3`
	queueDecided = `SELECT ` + hitFields + fromHits + `
		CROSS JOIN LATERAL (SELECT coalesce(h.decided_at, '-infinity') AS decided) o
		WHERE h.state = $1 AND ($2::uuid IS NULL OR (o.decided, h.id) < (SELECT coalesce(a.decided_at, '-infinity'), a.id FROM risk_hit a WHERE a.id = $2))
		ORDER BY o.decided DESC, h.id DESC LIMIT $3`
	gravest = `ARRAY['urgent', 'high', 'medium', 'low']`
)

// Queue is a page of the hits of a state that arrive first, the gravest before those of the same flight, and the counts of all states. It
// names nobody; that somebody looked is in the audit log all the same.
func (s *Store) Queue(ctx context.Context, ask risk.HitQuery, entry audit.Entry) (q risk.Queue, err error) {
	q.Counts = map[risk.HitState]int{}
	most, sql := cmp.Or(ask.Most, queueRows), queueOpen
	if !ask.State.Open() {
		sql = queueDecided
	}
	err = s.DB.InTx(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, sql, ask.State, uuid.NullUUID{UUID: ask.After, Valid: ask.After != uuid.Nil}, most+1)
		if err != nil {
			return err
		}
		if q.Hits, err = pgx.CollectRows(rows, scanHit); err != nil {
			return err
		}
		if len(q.Hits) > most {
			q.Hits, q.Next = q.Hits[:most], q.Hits[most-1].ID
		}
		if err := counted(ctx, tx, q.Counts); err != nil {
			return err
		}
		if q.Surprises, err = s.surprises(ctx, tx); err != nil {
			return err
		}
		entry.ResultCount = len(q.Hits)
		return auditlog.Insert(ctx, tx, entry)
	})
	return q, wrap(err, "hits of risk rules")
}

func counted(ctx context.Context, tx pgx.Tx, counts map[risk.HitState]int) error {
	rows, err := tx.Query(ctx, `SELECT state, count(*) FROM risk_hit GROUP BY state`)
	if err != nil {
		return err
	}
	var state risk.HitState
	var n int
	_, err = pgx.ForEachRow(rows, []any{&state, &n}, func() error { counts[state] = n; return nil })
	return err
}

// surprises are the rules that hit more in 24 hours than was expected of them. None of their hits is dropped.
func (s *Store) surprises(ctx context.Context, tx pgx.Tx) (list []risk.Surplus, err error) {
	rows, err := tx.Query(ctx, `SELECT h.rule, r.n, v.settings, count(*) FROM risk_hit h JOIN risk_rule r ON r.id = h.rule
		JOIN risk_version v ON v.rule = h.rule AND v.n = h.n WHERE h.found_at > $1 GROUP BY h.rule, r.n, v.settings ORDER BY r.n`, s.clock().Add(-24*time.Hour))
	if err != nil {
		return nil, err
	}
	var one risk.Surplus
	var code int
	var raw []byte
	_, err = pgx.ForEachRow(rows, []any{&one.Rule, &code, &raw, &one.Today}, func() error {
		var settings risk.Settings
		if err := json.Unmarshal(raw, &settings); err != nil {
			return err
		}
		one.Code, one.Name, one.Expected = codeOf(code), settings.Name, settings.Expected
		if risk.Surprise(one.Today, one.Expected) {
			list = append(list, one)
		}
		return nil
	})
	return list, err
}

// Dossier is a hit with its explanation and everything that was done with it.
func (s *Store) Dossier(ctx context.Context, id uuid.UUID, entry audit.Entry) (d risk.Dossier, err error) {
	var sealed []byte
	err = s.DB.InTx(ctx, func(tx pgx.Tx) error {
		if d.Hit, err = hit(ctx, tx, id, ""); err != nil {
			return err
		}
		of, err := versions(ctx, tx, `v.rule = $1 AND v.n = $2`, d.Hit.Rule, d.Version)
		if err != nil {
			return err
		}
		d.Rule = of[0]
		if d.Steps, err = steps(ctx, tx, id); err != nil {
			return err
		}
		err = tx.QueryRow(ctx, `SELECT sealed FROM risk_hit_detail WHERE hit = $1`, id).Scan(&sealed)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		entry.ResultCount = 1
		return auditlog.Insert(ctx, tx, entry)
	})
	if err != nil {
		return d, wrap(err, "hit of a risk rule")
	}
	return d, wrap(s.explain(ctx, &d, sealed), "explanation of a hit")
}

func (s *Store) explain(ctx context.Context, d *risk.Dossier, sealed []byte) error {
	keys, err := s.Keys.FlightKeys(ctx, []uuid.UUID{d.Flight})
	if err != nil {
		return err
	}
	key := keys[d.Flight]
	if d.Masked = key == nil || sealed == nil; d.Masked {
		return nil
	}
	plain, err := key.Open(vault.Place{Kind: detailKind, Exhibit: d.ID, Version: detailForm}, sealed)
	if err != nil {
		return err
	}
	return json.Unmarshal(plain, &d.Terms)
}

func hit(ctx context.Context, tx pgx.Tx, id uuid.UUID, lock string) (risk.Hit, error) {
	rows, err := tx.Query(ctx, `SELECT `+hitFields+fromHits+`WHERE h.id = $1`+lock, id)
	if err != nil {
		return risk.Hit{}, err
	}
	h, err := pgx.CollectExactlyOneRow(rows, scanHit)
	if errors.Is(err, pgx.ErrNoRows) {
		return h, ErrNoHit
	}
	return h, err
}

func steps(ctx context.Context, tx pgx.Tx, id uuid.UUID) ([]risk.Step, error) {
	rows, err := tx.Query(ctx, `SELECT step, login, at, note FROM risk_hit_step WHERE hit = $1 ORDER BY id DESC`, id)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[risk.Step])
}

// Review does a step. Only who has claimed a hit decides it; what was decided is opened again with a word why.
func (s *Store) Review(ctx context.Context, actor audit.Actor, id uuid.UUID, r risk.Review) error {
	if err := may(actor, auth.RiskManage); err != nil {
		return err
	}
	told := false
	err := s.DB.InTx(ctx, func(tx pgx.Tx) error {
		h, err := hit(ctx, tx, id, ` FOR NO KEY UPDATE OF h`)
		if err != nil {
			return err
		}
		if h.Seen != r.Seen {
			return errMoved
		}
		if err := s.step(ctx, tx, actor, h, &r); err != nil {
			return err
		}
		if told = s.Boarding != nil && (r.Step == "confirm" || h.State == risk.HitConfirmed); told {
			if err := s.confirmed(ctx, tx, h.Person); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `INSERT INTO risk_hit_step (hit, step, by_id, login, at, note) VALUES ($1, $2, $3, $4, $5, $6)`,
			id, r.Step, actor.ID, actor.Name, s.clock(), noted(r))
		if err != nil {
			return err
		}
		entry := actor.Entry(s.clock(), audit.Alteration, "risk_hit", id.String())
		entry.Purpose, entry.Decision, entry.Justification = risk.PurposeOfHits, r.Step, noted(r)
		return auditlog.Insert(ctx, tx, entry)
	})
	if err == nil && told {
		s.Boarding.Confirmed()
	}
	return wrap(err, "review a hit")
}

// confirmed tells of the gravest hit that is confirmed of a person. Two who review hits of one person at once do so one after the other.
func (s *Store) confirmed(ctx context.Context, tx pgx.Tx, person uuid.UUID) error {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('risk of ' || $1::text, 0))`, person); err != nil {
		return err
	}
	var severity, by string
	var code, n int
	err := tx.QueryRow(ctx, `SELECT h.severity, r.n, h.n, h.decided_login FROM risk_hit h JOIN risk_rule r ON r.id = h.rule
		WHERE h.person = $1 AND h.state = 'confirmed'
		ORDER BY array_position(ARRAY['urgent', 'high', 'medium', 'low'], h.severity), h.decided_at, h.id LIMIT 1`, person).Scan(&severity, &code, &n, &by)
	if errors.Is(err, pgx.ErrNoRows) {
		return s.Boarding.Confirm(ctx, tx, person, "", "", "")
	}
	if err != nil {
		return err
	}
	return s.Boarding.Confirm(ctx, tx, person, severity, fmt.Sprintf("%s/%d", codeOf(code), n), by)
}

func noted(r risk.Review) string {
	if r.Reason != "" && r.Note != "" {
		return r.Reason + ": " + r.Note
	}
	return r.Reason + r.Note
}

func (s *Store) step(ctx context.Context, tx pgx.Tx, actor audit.Actor, h risk.Hit, r *risk.Review) error {
	mine := h.State == risk.HitInReview && h.Worker.Is(actor)
	if r.Step == "release" || r.Step == "claim" {
		r.Reason, r.Note = "", ""
	}
	switch {
	case r.Step == "claim" && h.State == risk.HitNew:
		return s.move(ctx, tx, h, risk.HitInReview, actor, "")
	case r.Step == "release" && mine:
		return s.move(ctx, tx, h, risk.HitNew, audit.Actor{}, "")
	case (r.Step == "confirm" || r.Step == "dismiss") && mine:
		return s.decide(ctx, tx, actor, h, r)
	case r.Step == "reopen" && (h.State == risk.HitConfirmed || h.State == risk.HitDismissed):
		note, err := words(r.Note, "note")
		if err != nil {
			return err
		}
		r.Note, r.Reason = note, ""
		return s.move(ctx, tx, h, risk.HitInReview, actor, "")
	case !slices.Contains([]string{"claim", "release", "confirm", "dismiss", "reopen"}, r.Step):
		return ErrNoHit
	}
	return errState
}

func (s *Store) decide(ctx context.Context, tx pgx.Tx, actor audit.Actor, h risk.Hit, r *risk.Review) error {
	note, err := words(r.Note, "note")
	if err != nil {
		return err
	}
	r.Note = note
	if r.Step == "confirm" {
		r.Reason = ""
		return s.move(ctx, tx, h, risk.HitConfirmed, actor, "")
	}
	if !slices.Contains(risk.Dismissals(), r.Reason) {
		return problem.New(problem.Invalid, "risk.reason").At("reason")
	}
	return s.move(ctx, tx, h, risk.HitDismissed, actor, r.Reason)
}

// move changes the state of a hit; by is who works on it or decided it.
func (s *Store) move(ctx context.Context, tx pgx.Tx, h risk.Hit, to risk.HitState, by audit.Actor, reason string) error {
	set := `worker_by = NULL, worker_login = '', decided_by = NULL, decided_login = '', decided_at = NULL`
	args := []any{h.ID, to, reason}
	switch to {
	case risk.HitInReview:
		set = `worker_by = $4, worker_login = $5, decided_by = NULL, decided_login = '', decided_at = NULL`
		args = append(args, by.ID, by.Name)
	case risk.HitConfirmed, risk.HitDismissed:
		set = `decided_by = $4, decided_login = $5, decided_at = $6`
		args = append(args, by.ID, by.Name, s.clock())
	default: // nobody's
	}
	if _, err := tx.Exec(ctx, `UPDATE risk_hit SET state = $2, reason = $3, seen = seen + 1, `+set+` WHERE id = $1`, args...); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE risk_link SET confirmed = exists(SELECT FROM risk_hit h WHERE h.person = $1 AND h.state = 'confirmed') WHERE person = $1`, h.Person)
	if err != nil {
		return fmt.Errorf("marks of a person: %w", err)
	}
	return nil
}
