package boarddb

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/board"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/problem"
)

// Problems of a decision.
var (
	errNobody  = problem.New(problem.NotFound, "board.no_person")
	errVerdict = problem.New(problem.Invalid, "board.verdict").At("verdict")
	errReason  = problem.New(problem.Invalid, "board.reason").At("reason")
	errLeft    = problem.New(problem.Conflict, "board.left").At("verdict")
	errMoved   = problem.New(problem.Conflict, "board.moved")
)

// maxReason bounds a reason, in characters.
const maxReason = 1000

// Decide keeps an analyst's decision on an expected person, with its reason; an empty verdict takes the last one back. version is that of
// the screening that he had before him (Screening.Version and At): of two who decide at once, or after the person changed, the second
// looks first. The stations and the carrier are told. When the flight has left nothing is decided about boarding any more: who is on it may be
// referred on arrival.
func (s *Store) Decide(ctx context.Context, person uuid.UUID, version int, d apipnr.ScreeningDecision, entry audit.Entry) error {
	switch {
	case d.Verdict != "" && !d.Verdict.Valid():
		return errVerdict
	case strings.TrimSpace(d.Reason) == "" || utf8.RuneCountInString(d.Reason) > maxReason:
		return errReason.With("max", maxReason)
	}
	entry.Decision = "passenger:" + string(d.Verdict)
	err := s.DB.InTx(ctx, func(tx pgx.Tx) error {
		var ruling []byte
		var now int
		var left bool
		err := tx.QueryRow(ctx, `SELECT ruling, version, coalesce(departs_at <= $2, false) FROM passenger_screening WHERE person = $1 FOR UPDATE`,
			person, s.clock()).Scan(&ruling, &now, &left)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return errNobody
		case err != nil:
			return err
		case now != version:
			return errMoved
		case left && (d.Verdict == apipnr.DecideBoard || d.Verdict == apipnr.DecideNoBoard):
			return errLeft // nobody can be told any more
		}
		r, err := decode[board.Ruling](ruling)
		if err != nil {
			return err
		}
		o := board.Opinion{Person: person, Source: board.Analyst, Verdict: d.Verdict, Reason: d.Reason, By: d.By}
		for _, c := range r.Causes {
			o.Seen = append(o.Seen, c.Key())
		}
		if err := s.hold(ctx, tx, o); err != nil {
			return err
		}
		return auditlog.Insert(ctx, tx, entry)
	})
	if err == nil {
		nudge(s.again)
		s.Changed()
	}
	return wrap(err, "decide on an expected person")
}

// hold keeps an opinion, has the checks made again, and leaves word for the stations.
func (s *Store) hold(ctx context.Context, tx pgx.Tx, o board.Opinion) error {
	now := s.clock()
	if o.Seen == nil {
		o.Seen = []string{}
	}
	_, err := tx.Exec(ctx, `INSERT INTO passenger_opinion (person, source, verdict, reason, by_login, at, seen, severity)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, o.Person, o.Source, string(o.Verdict), o.Reason, o.By, now, o.Seen, o.Severity)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		WITH p AS (UPDATE passenger_screening SET recheck_at = $2 WHERE person = $1 RETURNING person, flight, version)
		INSERT INTO passenger_note (work, person_id, flight_id, version, at) SELECT $3, person, flight, version, $2 FROM p`,
		o.Person, now, string(apipnr.WorkPublish))
	return err
}

// Screenings tells what is known of expected persons. It is for the workers that tell the stations; whoever reads for a person who looks
// audits the read himself (Shown).
func (s *Store) Screenings(ctx context.Context, persons []uuid.UUID) (map[uuid.UUID]apipnr.Screening, error) {
	all, err := s.screenings(ctx, s.DB.Pool, persons)
	return all, wrap(err, "read the screening of expected persons")
}

// Ruling is all that led to a person's screening: what each check answered, of which list, alert and version, and what the policy made of
// it. It holds no data of the person. Whoever reads it for a person who looks audits the read himself.
func (s *Store) Ruling(ctx context.Context, person uuid.UUID) (board.Ruling, error) {
	var ruling []byte
	err := s.DB.Pool.QueryRow(ctx, `SELECT ruling FROM passenger_screening WHERE person = $1`, person).Scan(&ruling)
	if errors.Is(err, pgx.ErrNoRows) {
		return board.Ruling{}, nil
	}
	if err != nil {
		return board.Ruling{}, wrap(err, "read why an expected person was screened so")
	}
	return decode[board.Ruling](ruling)
}

// Shown is what is known of persons, for somebody who looks: the read is audited.
func (s *Store) Shown(ctx context.Context, persons []uuid.UUID, entry audit.Entry) (all map[uuid.UUID]apipnr.Screening, err error) {
	err = s.DB.InTx(ctx, func(tx pgx.Tx) error {
		if all, err = s.screenings(ctx, tx, persons); err != nil {
			return err
		}
		entry.ResultCount = len(all)
		return auditlog.Insert(ctx, tx, entry)
	})
	return all, wrap(err, "read the screening of expected persons")
}

func (s *Store) screenings(ctx context.Context, q querier, persons []uuid.UUID) (map[uuid.UUID]apipnr.Screening, error) {
	rows, err := q.Query(ctx, `
		SELECT p.person, p.version, p.outcome, p.severity, p.ruling, p.checked_at, coalesce(p.as_of, 'epoch'), p.as_of IS NOT NULL,
			coalesce((SELECT t.decision FROM board_traveller t WHERE `+sameFlight+` AND (`+samePerson+`
					OR NOT EXISTS (SELECT FROM passenger_trace x WHERE x.person = p.person)) -- his traces end with the flight
				ORDER BY array_position($2::text[], t.decision) DESC NULLS LAST LIMIT 1), '')
		FROM passenger_screening p WHERE p.person = ANY($1)`, persons, board.Decisions())
	if err != nil {
		return nil, err
	}
	all := map[uuid.UUID]apipnr.Screening{}
	var x apipnr.Screening
	var outcome int
	var ruling []byte
	var aged bool
	_, err = pgx.ForEachRow(rows, []any{&x.Person, &x.Version, &outcome, &x.Severity, &ruling, &x.At, &x.AsOf, &aged, &x.Board}, func() error {
		r, err := decode[board.Ruling](ruling)
		if err != nil {
			return err
		}
		one := x
		one.Outcome, one.Reasons, one.At, one.AsOf = border.Outcome(outcome), reasons(r), x.At.UTC(), orZero(&x.AsOf)
		if !aged {
			one.AsOf = orZero(nil)
		}
		all[one.Person] = one
		return nil
	})
	if err != nil {
		return nil, err
	}
	return all, withDecisions(ctx, q, all)
}

// withDecisions adds what analysts decided: it counts at once, also before the checks were made again.
func withDecisions(ctx context.Context, q querier, all map[uuid.UUID]apipnr.Screening) error {
	persons := make([]uuid.UUID, 0, len(all))
	for id := range all {
		persons = append(persons, id)
	}
	held, err := readOpinions(ctx, q, persons)
	if err != nil {
		return err
	}
	for id, opinions := range held {
		for _, o := range opinions {
			if o.Source == board.Analyst {
				x := all[id]
				x.Decision = &apipnr.ScreeningDecision{Verdict: o.Verdict, Reason: o.Reason, By: o.By, At: o.At}
				all[id] = x
			}
		}
	}
	return nil
}

// reasons are the causes of a ruling as a crossing point may be told them.
func reasons(r board.Ruling) (list []apipnr.ScreeningReason) {
	for _, c := range r.Causes {
		if c.Check == board.CheckAnalyst {
			continue // it stands for itself
		}
		one := apipnr.ScreeningReason{Check: c.Check, Code: c.Code, Outcome: c.Outcome, Severity: c.Grave, Restricted: c.Restricted}
		if len(list) == 0 || list[len(list)-1] != one {
			list = append(list, one)
		}
	}
	return list
}
