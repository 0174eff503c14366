package passengerdb

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake/manifest"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/postgres/paging"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/internal/vault"
)

// PurposeUnmask is the purpose that unmasking is audited with.
const PurposeUnmask = "unmasking"

// UnmaskedFor is how long an agreed unmasking may be read.
const UnmaskedFor = 24 * time.Hour

// Grounds are the codes of what unmasking may be asked for, in the order shown.
func Grounds() []string {
	return []string{"terrorism", "serious_crime", "court_order", "subject_request", "vital_interest"}
}

// Unmasking is somebody's wish to see masked data, and what became of it.
type Unmasking struct {
	ID, Person, Flight uuid.UUID
	Key                apipnr.FlightKey
	Ground, Reason     string
	AskedBy            string // account
	AskedName          string
	AskedAt            time.Time
	Decision           string // "", "agreed", "refused", "withdrawn"
	DecidedName        string
	DecidedAt          time.Time
	Remark             string
	EndsAt             time.Time
}

// Open reports whether the data may be read at an instant.
func (u Unmasking) Open(now time.Time) bool { return u.Decision == "agreed" && now.Before(u.EndsAt) }

// Bounds of what is written, in characters.
const (
	minReason = 10
	maxReason = 2000
)

// AskUnmask keeps the actor's wish to see a masked person. There is one open wish of an actor about a person.
func (s *Store) AskUnmask(ctx context.Context, actor audit.Actor, person uuid.UUID, ground, reason string) (uuid.UUID, error) {
	reason = strings.TrimSpace(reason)
	switch n := utf8.RuneCountInString(reason); {
	case !slices.Contains(Grounds(), ground):
		return uuid.Nil, problem.New(problem.Invalid, "unmask.ground").At("ground")
	case n < minReason || n > maxReason:
		return uuid.Nil, problem.New(problem.Invalid, "unmask.reason").At("reason").With("min", minReason).With("max", maxReason)
	}
	id := s.o.NewID()
	err := s.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		var flight uuid.UUID
		var masked, kept bool
		err := tx.QueryRow(ctx, `SELECT p.flight_id, NOT EXISTS (SELECT FROM passenger_identity i WHERE i.person_id = p.id),
			EXISTS (SELECT FROM passenger_escrow c WHERE c.person_id = p.id) FROM passenger_person p WHERE p.id = $1`, person).Scan(&flight, &masked, &kept)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return problem.New(problem.NotFound, "unmask.none")
		case err != nil:
			return err
		case !kept:
			return problem.New(problem.Conflict, "unmask.deleted")
		case !masked:
			return problem.New(problem.Conflict, "unmask.not_masked")
		}
		var open bool
		err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM passenger_unmask WHERE person_id = $1 AND asked_by = $2 AND decision IS NULL)`, person, actor.ID).Scan(&open)
		if err != nil {
			return err
		}
		if open {
			return problem.New(problem.Conflict, "unmask.asked")
		}
		_, err = tx.Exec(ctx, `INSERT INTO passenger_unmask (id, person_id, flight_id, ground, reason, asked_by, asked_name, asked_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, id, person, flight, ground, reason, actor.ID, actor.Name, s.clock())
		if err != nil {
			return err
		}
		return auditlog.Insert(ctx, tx, s.unmaskEntry(actor, audit.Administration, id, "asked: "+ground, reason))
	})
	return id, wrap(err, "ask for unmasking")
}

func (s *Store) unmaskEntry(actor audit.Actor, verb audit.Verb, id uuid.UUID, decision, why string) audit.Entry {
	e := actor.Entry(s.clock(), verb, "unmasking", id.String())
	e.Purpose, e.Decision, e.Justification = PurposeUnmask, decision, why
	return e
}

// DecideUnmask keeps what a second person says of a wish.
func (s *Store) DecideUnmask(ctx context.Context, actor audit.Actor, id uuid.UUID, agree bool, remark string) error {
	remark = strings.TrimSpace(remark)
	if utf8.RuneCountInString(remark) > maxReason || !agree && remark == "" {
		return problem.New(problem.Invalid, "unmask.remark").At("remark").With("max", maxReason)
	}
	decision, ends := "refused", (*time.Time)(nil)
	if agree {
		at := s.clock().Add(UnmaskedFor)
		decision, ends = "agreed", &at
	}
	return wrap(s.decideUnmask(ctx, actor, id, decision, remark, ends, func(askedBy string) bool { return askedBy != actor.ID }), "decide about unmasking")
}

// WithdrawUnmask ends the actor's own wish.
func (s *Store) WithdrawUnmask(ctx context.Context, actor audit.Actor, id uuid.UUID) error {
	return wrap(s.decideUnmask(ctx, actor, id, "withdrawn", "", nil, func(askedBy string) bool { return askedBy == actor.ID }), "withdraw a wish to unmask")
}

func (s *Store) decideUnmask(ctx context.Context, actor audit.Actor, id uuid.UUID, decision, remark string, ends *time.Time, may func(askedBy string) bool) error {
	return s.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		var askedBy string
		var before *string
		err := tx.QueryRow(ctx, `SELECT asked_by, decision FROM passenger_unmask WHERE id = $1 FOR UPDATE`, id).Scan(&askedBy, &before)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return problem.New(problem.NotFound, "unmask.none")
		case err != nil:
			return err
		case before != nil:
			return problem.New(problem.Conflict, "unmask.decided")
		case !may(askedBy):
			return problem.New(problem.Forbidden, "unmask.own")
		}
		_, err = tx.Exec(ctx, `UPDATE passenger_unmask SET decision = $2, decided_by = $3, decided_name = $4, decided_at = $5, remark = $6, ends_at = $7 WHERE id = $1`,
			id, decision, actor.ID, actor.Name, s.clock(), remark, ends)
		if err != nil {
			return err
		}
		return auditlog.Insert(ctx, tx, s.unmaskEntry(actor, audit.Administration, id, decision, remark))
	})
}

const unmaskColumns = `u.id, u.person_id, u.flight_id, u.ground, u.reason, u.asked_by, u.asked_name, u.asked_at, coalesce(u.decision, ''),
	coalesce(u.decided_name, ''), coalesce(u.decided_at, 'epoch'), u.remark, coalesce(u.ends_at, 'epoch')`

// Unmaskings is a page of an asker's wishes (his account), the newest first.
func (s *Store) Unmaskings(ctx context.Context, askedBy string, p paging.Page) (l paging.Listed[Unmasking], err error) {
	at, id := paging.EndOfTime(), uuid.Max
	if err := p.Read(&at, &id); err != nil {
		return l, err
	}
	return s.unmaskings(ctx, p, `u.asked_by = $1`, `(u.asked_at, u.id) < ($2, $3) ORDER BY u.asked_at DESC, u.id DESC`, at, id, askedBy)
}

// UnmaskingsWaiting is a page of the wishes that wait for somebody to decide, the oldest first.
func (s *Store) UnmaskingsWaiting(ctx context.Context, p paging.Page) (l paging.Listed[Unmasking], err error) {
	var at time.Time
	var id uuid.UUID
	if err := p.Read(&at, &id); err != nil {
		return l, err
	}
	return s.unmaskings(ctx, p, `u.decision IS NULL AND $1 = ''`, `(u.asked_at, u.id) > ($2, $3) ORDER BY u.asked_at, u.id`, at, id, "")
}

// unmaskings reads the wishes of which (about $1) that stand behind a place ($2, $3).
func (s *Store) unmaskings(ctx context.Context, p paging.Page, which, behind string, at time.Time, id uuid.UUID, askedBy string) (l paging.Listed[Unmasking], err error) {
	rows, err := s.o.DB.Pool.Query(ctx, `SELECT `+unmaskColumns+` FROM passenger_unmask u WHERE `+which+` AND `+behind+` LIMIT $4`,
		askedBy, at, id, p.Most()+1)
	if err == nil {
		l.Rows, err = pgx.CollectRows(rows, scanUnmasking)
	}
	if err == nil {
		err = s.o.DB.Pool.QueryRow(ctx, `SELECT count(*) FROM passenger_unmask u WHERE `+which, askedBy).Scan(&l.Total)
	}
	if err != nil {
		return l, wrap(err, "read wishes to unmask")
	}
	l.Cut(p, func(u Unmasking) []any { return []any{u.AskedAt, u.ID} })
	return l, wrap(s.nameFlights(ctx, l.Rows), "flights of wishes to unmask")
}

func (s *Store) nameFlights(ctx context.Context, list []Unmasking) error {
	ids := make([]uuid.UUID, len(list))
	for n, u := range list {
		ids[n] = u.Flight
	}
	flights, err := s.FlightsByID(ctx, ids)
	for _, f := range flights {
		for n := range list {
			if list[n].Flight == f.ID {
				list[n].Key = f.Key()
			}
		}
	}
	return err
}

func scanUnmasking(row pgx.CollectableRow) (u Unmasking, err error) {
	err = row.Scan(&u.ID, &u.Person, &u.Flight, &u.Ground, &u.Reason, &u.AskedBy, &u.AskedName, &u.AskedAt, &u.Decision, &u.DecidedName, &u.DecidedAt,
		&u.Remark, &u.EndsAt)
	u.AskedAt, u.DecidedAt, u.EndsAt = u.AskedAt.UTC(), u.DecidedAt.UTC(), u.EndsAt.UTC()
	return u, err
}

// Unmasked opens the escrow of a person for the one who asked, while the agreement lasts. Each look is audited.
func (s *Store) Unmasked(ctx context.Context, actor audit.Actor, id uuid.UUID) (u Unmasking, person apipnr.Expected, err error) {
	err = s.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT `+unmaskColumns+` FROM passenger_unmask u WHERE u.id = $1`, id)
		if err != nil {
			return err
		}
		u, err = pgx.CollectExactlyOneRow(rows, scanUnmasking)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return problem.New(problem.NotFound, "unmask.none")
		case err != nil:
			return err
		case u.AskedBy != actor.ID:
			return problem.New(problem.Forbidden, "unmask.not_yours")
		case !u.Open(s.clock()):
			return problem.New(problem.Conflict, "unmask.not_open")
		}
		if person, err = s.escrowed(ctx, tx, u); err != nil {
			return err
		}
		return auditlog.Insert(ctx, tx, s.unmaskEntry(actor, audit.Disclosure, id, "read", u.Ground))
	})
	if err != nil {
		return u, person, wrap(err, "read unmasked data")
	}
	one := []Unmasking{u}
	err = s.nameFlights(ctx, one)
	return one[0], person, wrap(err, "flight of unmasked data")
}

func (s *Store) escrowed(ctx context.Context, tx pgx.Tx, u Unmasking) (apipnr.Expected, error) {
	gone := problem.New(problem.Conflict, "unmask.deleted")
	key, err := s.subjects(s.o.Escrow).Find(ctx, tx, EscrowSubject(u.Flight))
	if errors.Is(err, vault.ErrDestroyed) || errors.Is(err, pgx.ErrNoRows) {
		return apipnr.Expected{}, gone
	}
	if err != nil {
		return apipnr.Expected{}, err
	}
	p := &manifest.Person{}
	var sealed, mark []byte
	var kind, status string
	err = tx.QueryRow(ctx, `SELECT p.kind, p.status, p.version, p.changed_at, p.reservation, c.sealed FROM passenger_person p
		JOIN passenger_escrow c ON c.person_id = p.id WHERE p.id = $1`, u.Person).Scan(&kind, &status, &p.Version, &p.ChangedAt, &mark, &sealed)
	if errors.Is(err, pgx.ErrNoRows) {
		return apipnr.Expected{}, gone
	}
	if err != nil {
		return apipnr.Expected{}, err
	}
	var i identity
	if err := open(key, identityKind, u.Person, sealed, &i); err != nil {
		return apipnr.Expected{}, err
	}
	i.unpack(p)
	p.ID, p.Flight, p.Kind, p.Status, p.Masked = u.Person, u.Flight, apipnr.Kind(kind), apipnr.PersonStatus(status), true
	booking, err := s.escrowedBooking(ctx, tx, u.Flight, mark, key)
	p.Booking = booking
	return p.Expected, err
}

func (s *Store) escrowedBooking(ctx context.Context, tx pgx.Tx, flight uuid.UUID, mark []byte, key *vault.DataKey) (*apipnr.Reservation, error) {
	var sealed []byte
	err := tx.QueryRow(ctx, `SELECT sealed FROM passenger_booking_escrow WHERE flight_id = $1 AND mark = $2`, flight, mark).Scan(&sealed)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil //nolint:nilnil // a person without a reservation
	}
	if err != nil {
		return nil, err
	}
	kept, err := openReservation(key, flight, mark, sealed)
	if err != nil {
		return nil, err
	}
	return &kept.Reservation, nil
}

// LawRow is a line of what the law's machinery did.
type LawRow struct {
	At      time.Time
	Source  string // "api", "pnr", or "messages"
	Act     string
	Profile string
	Version int
	Flights int
	Persons int
	Spared  int
}

// LawDoneBy is a page of what the machinery did, by day, newest first: of nobody in particular.
func (s *Store) LawDoneBy(ctx context.Context, p paging.Page) (l paging.Listed[LawRow], err error) {
	day := paging.EndOfTime()
	var source, act, profile string
	var version int32 // no greater number is in the column
	if err := p.Read(&day, &source, &act, &profile, &version); err != nil {
		return l, err
	}
	rows, err := s.o.DB.Pool.Query(ctx, lawDone+`
		SELECT day, source, act, profile, version, flights, persons, spared FROM done
		WHERE day < $1 OR day = $1 AND (source, act, profile, version) > ($2, $3, $4, $5) ORDER BY day DESC, source, act, profile, version LIMIT $6`,
		day, source, act, profile, version, p.Most()+1)
	if err == nil {
		l.Rows, err = pgx.CollectRows(rows, pgx.RowToStructByPos[LawRow])
	}
	if err == nil {
		err = s.o.DB.Pool.QueryRow(ctx, lawDone+`SELECT count(*) FROM done`).Scan(&l.Total)
	}
	l.Cut(p, func(r LawRow) []any { return []any{r.At, r.Source, r.Act, r.Profile, r.Version} })
	return l, wrap(err, "read what the law's machinery did")
}

// lawDone is a row for each day, source, act and profile. The days are those of UTC, whatever the session's zone.
const lawDone = `WITH done AS (
	SELECT date_trunc('day', at, 'UTC') AS day, source, act, profile, version, count(*)::int AS flights, sum(persons)::int AS persons, sum(spared)::int AS spared
	FROM passenger_law GROUP BY 1, 2, 3, 4, 5
	UNION ALL
	SELECT date_trunc('day', at, 'UTC'), 'messages', 'delete', profile, version, count(*)::int, sum(messages)::int, 0 FROM passenger_raw_end GROUP BY 1, 4, 5) `
