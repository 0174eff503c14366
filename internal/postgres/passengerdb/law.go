package passengerdb

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/api_pnr/law"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
)

// Follower keeps something about persons elsewhere (findings, hits of rules), which shares their fate. Its methods work in the transaction
// that they are given.
type Follower interface {
	// Pointed are those of the persons at whom something points: an open or confirmed hit, a decision.
	Pointed(ctx context.Context, tx pgx.Tx, persons []uuid.UUID) ([]uuid.UUID, error)
	// Forget removes whatever identifies the persons. What counts and names nobody may stay.
	Forget(ctx context.Context, tx pgx.Tx, persons []uuid.UUID) error
}

// PurposeLaw is the purpose that the law's machinery is audited with.
const PurposeLaw = "retention"

// The acts, as passenger_law names them: law.Mask, law.Delete, and the deletion of those whom nothing points at.
const actUnmatched = "unmatched"

// flightsAtOnce bounds one round; sparedAgain is when those are looked at again whom something pointed at.
const (
	flightsAtOnce = 50
	sparedAgain   = 24 * time.Hour
)

// LawDone is what a round did.
type LawDone struct {
	Flights, Persons, Messages int
	More                       bool
}

// Enforce does what the profile demands at the present instant, a flight and source in a transaction each, and says whether there is more.
func (s *Store) Enforce(ctx context.Context, p law.Profile, followers ...Follower) (done LawDone, err error) {
	for _, source := range []law.Source{law.API, law.PNR} {
		before := p.Of(source).Before(s.clock())
		for _, act := range []struct {
			name   string
			before time.Time
		}{{string(law.Delete), before.Delete}, {actUnmatched, before.DeleteUnmatched}, {string(law.Mask), before.Mask}} {
			if act.before.IsZero() {
				continue
			}
			due, err := s.lawDue(ctx, source, act.name, act.before)
			if err != nil {
				return done, wrap(err, "find passenger data whose time is over")
			}
			done.More = done.More || len(due) == flightsAtOnce
			for _, flight := range due {
				e := enforcing{Store: s, profile: p, source: source, act: act.name, flight: flight, followers: followers}
				n, err := e.run(ctx)
				if err != nil {
					return done, fmt.Errorf("passenger data of flight %s: %s %s: %w", flight, act.name, source, err)
				}
				done.Flights, done.Persons = done.Flights+1, done.Persons+n
				if n > 0 {
					s.Nudge()
				}
			}
		}
	}
	done.Messages, err = s.endMessages(ctx, p)
	return done, wrap(err, "messages whose time is over")
}

// lawDue are flights to which an act has not been done yet; what is deleted is not masked afterwards.
func (s *Store) lawDue(ctx context.Context, source law.Source, act string, before time.Time) ([]uuid.UUID, error) {
	rows, err := s.o.DB.Pool.Query(ctx, `SELECT f.id FROM passenger_flight f WHERE f.ends_at <= $1
			AND NOT EXISTS (SELECT FROM passenger_law l WHERE l.flight_id = f.id AND l.source = $2
				AND (l.act = 'delete' OR l.act = $3 AND (l.spared = 0 OR l.at > $4)))
		ORDER BY f.ends_at, f.id LIMIT $5`, before, string(source), act, s.clock().Add(-sparedAgain), flightsAtOnce)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}

// endMessages destroys the keys of days whose messages are past their time, and deletes what they sealed.
func (s *Store) endMessages(ctx context.Context, p law.Profile) (messages int, err error) {
	last := s.clock().Add(-p.Raw).Truncate(24 * time.Hour).Add(-24 * time.Hour) // the last day that is over as a whole
	rows, err := s.o.DB.Pool.Query(ctx, `SELECT substring(subject FROM 5)::date FROM passenger_key
		WHERE subject LIKE 'raw/%' AND wrapped IS NOT NULL AND substring(subject FROM 5)::date <= $1::date ORDER BY 1 LIMIT 31`, last)
	if err != nil {
		return 0, err
	}
	days, err := pgx.CollectRows(rows, pgx.RowTo[time.Time])
	if err != nil {
		return 0, err
	}
	for _, day := range days {
		err := s.o.DB.InTx(ctx, func(tx pgx.Tx) error {
			n, err := s.endDay(ctx, tx, p, day)
			messages += n
			return err
		})
		if err != nil {
			return messages, err
		}
	}
	return messages, nil
}

func (s *Store) endDay(ctx context.Context, tx pgx.Tx, p law.Profile, day time.Time) (int, error) {
	tag, err := tx.Exec(ctx, `DELETE FROM passenger_body WHERE key_id = (SELECT id FROM passenger_key WHERE subject = $1)`, RawSubject(day))
	if err != nil {
		return 0, err
	}
	messages := int(tag.RowsAffected())
	b := &pgx.Batch{}
	b.Queue(`UPDATE passenger_key SET wrapped = NULL, destroyed_at = $2 WHERE subject = $1 AND wrapped IS NOT NULL`, RawSubject(day), s.clock())
	b.Queue(`INSERT INTO passenger_raw_end (day, at, profile, version, messages) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (day) DO NOTHING`,
		day, s.clock(), p.ID, p.Version, messages)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return 0, err
	}
	return messages, auditlog.Insert(ctx, tx, s.lawEntry(p, "passenger_message", day.Format(time.DateOnly), "delete", messages))
}

// lawActor is the machinery itself.
const lawActor = "passenger-law"

func (s *Store) lawEntry(p law.Profile, kind, id, act string, n int) audit.Entry {
	e := audit.Actor{ID: lawActor, Name: lawActor, Role: "service", Post: "central"}.Entry(s.clock(), audit.Erasure, kind, id)
	e.Purpose, e.Decision, e.ResultCount = PurposeLaw, fmt.Sprintf("%s by %s v%d", act, p.ID, p.Version), n
	return e
}
