package riskdb_test

import (
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/risk"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb/passengerdbtest"
	"github.com/openbmis/openbmis/internal/postgres/riskdb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// world is a centre with rules over passenger data.
type world struct {
	testing.TB
	db         *postgres.DB
	now        time.Time
	passengers *passengerdb.Store
	language   *risk.Language
	store      *riskdb.Store
	worker     *risk.Worker
	seq        int
	admin      *postgres.DB
}

func open(t testing.TB) *world {
	w := &world{TB: t, db: pgtest.New(t, migrations.Central), now: noon}
	var err error
	w.language, err = risk.NewLanguage()
	require.NoError(t, err)
	clock := func() time.Time { return w.now }
	w.passengers = passengerdbtest.Store(t, w.db, clock)
	w.store = riskdb.New(riskdb.Options{DB: w.db, Keys: w.passengers, Manifests: w.passengers, Language: w.language, Now: clock, NewID: uuid.New})
	w.worker = risk.NewWorker(w.store, w.passengers, w.language, clock, slog.New(slog.NewTextHandler(os.Stderr, nil)))
	return w
}

func analyst(name string) audit.Actor {
	return audit.Actor{ID: "id-of-" + name, Name: name, Role: string(auth.RoleAnalyst), Post: "central"}
}

func look() audit.Entry {
	e := analyst("lou").Entry(noon, audit.Consultation, "risk_hit", "queue")
	e.Purpose = risk.PurposeOfHits
	return e
}

func day(s string) traveldoc.Date {
	d, err := traveldoc.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func settings() risk.Settings {
	return risk.Settings{
		Name: "Late one-way bookings", Purpose: "serious_crime", Basis: "Act 1, s. 2", Category: "trafficking", Severity: "high",
		From: day("2026-11-01"), Until: day("2027-10-31"), Expected: 5,
	}
}

// person is somebody who does not exist.
func person(surname, nationality, document string, with ...func(*apipnr.Traveller)) apipnr.Traveller {
	t := apipnr.Traveller{
		Surname: surname, GivenNames: "ANNA", Sex: "F", BirthDate: day("1990-05-01"), Nationality: nationality, Kind: apipnr.Passenger, Ref: surname + document,
		Documents: []apipnr.Document{{Type: "P", Number: document, Issuer: nationality, Expiry: day("2030-01-01")}},
		Origins:   []apipnr.Origin{{Field: apipnr.FieldNationality, Segment: 9, Offset: 321}}, Reservation: -1,
	}
	for _, f := range with {
		f(&t)
	}
	return t
}

// list puts travellers on a flight that departs in so many days.
func (w *world) list(number string, in int, travellers ...apipnr.Traveller) (apipnr.ExpectedFlight, []apipnr.Expected) {
	w.seq++
	return passengerdbtest.List(w, w.passengers, passengerdbtest.Flight(number, w.now.AddDate(0, 0, in)), w.now.Add(time.Duration(w.seq)*time.Second), travellers...)
}

func (w *world) write(by string, cel string) risk.Version {
	p, err := w.language.Read(cel, nil)
	require.NoError(w, err)
	v, err := w.store.Write(w.Context(), analyst(by), uuid.Nil, 0, settings(), p, nil)
	require.NoError(w, err)
	return v
}

func (w *world) try(v risk.Version, from, to string) risk.DryRun {
	w.now = w.now.Add(time.Second) // two runs do not end at the same instant
	d, err := w.store.Try(w.Context(), analyst("mia"), v.Rule, v.Number, day(from), day(to))
	require.NoError(w, err)
	w.work()
	d, _, err = w.store.DryRun(w.Context(), d.ID)
	require.NoError(w, err)
	return d
}

func (w *world) activate(v risk.Version) {
	run := w.try(v, "2026-11-01", "2026-11-21")
	require.Equal(w, risk.RunDone, run.State)
	require.NoError(w, w.store.Propose(w.Context(), analyst("mia"), v.Rule, v.Number, "please"))
	require.NoError(w, w.store.Activate(w.Context(), analyst("bo"), v.Rule, v.Number, run.ID))
}

func (w *world) work() { require.NoError(w, w.worker.Once(w.Context())) }

func (w *world) queue(state risk.HitState) []risk.Hit {
	q, err := w.store.Queue(w.Context(), risk.HitQuery{State: state}, look())
	require.NoError(w, err)
	require.Len(w, q.Hits, q.Counts[state], "the count is that of the rows")
	return q.Hits
}

// pages are the hits of a state, read page by page.
func (w *world) pages(state risk.HitState, most int) (all []risk.Hit) {
	for after := uuid.Nil; ; {
		q, err := w.store.Queue(w.Context(), risk.HitQuery{State: state, After: after, Most: most}, look())
		require.NoError(w, err)
		require.LessOrEqual(w, len(q.Hits), most)
		all = append(all, q.Hits...)
		if after = q.Next; after == uuid.Nil {
			return all
		}
	}
}

// decide has a person dismiss a hit.
func (w *world) decide(h risk.Hit) {
	require.NoError(w, w.store.Review(w.Context(), analyst("rev"), h.ID, risk.Review{Step: "claim", Seen: h.Seen}))
	require.NoError(w, w.store.Review(w.Context(), analyst("rev"), h.ID, risk.Review{Step: "dismiss", Seen: h.Seen + 1, Reason: "explained", Note: "fine"}))
}

func (w *world) exec(sql string, args ...any) {
	if w.admin == nil {
		w.admin = pgtest.Admin(w, w.db)
	}
	_, err := w.admin.Pool.Exec(w.Context(), sql, args...)
	require.NoError(w, err)
}

func (w *world) count(sql string, args ...any) (n int) {
	require.NoError(w, w.db.Pool.QueryRow(w.Context(), sql, args...).Scan(&n))
	return n
}
