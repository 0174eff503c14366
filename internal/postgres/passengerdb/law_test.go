package passengerdb_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/law"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres/paging"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb/passengerdbtest"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/migrations"
)

// lawWorld is a store whose clock can be moved.
type lawWorld struct {
	*world
	now     time.Time
	pointed []uuid.UUID
	forgot  []uuid.UUID
	flight  apipnr.ExpectedFlight
	persons []apipnr.Expected
	profile law.Profile
}

// Pointed and Forget stand for whoever keeps something about persons.
func (w *lawWorld) Pointed(context.Context, pgx.Tx, []uuid.UUID) ([]uuid.UUID, error) {
	return w.pointed, nil
}

func (w *lawWorld) Forget(_ context.Context, _ pgx.Tx, persons []uuid.UUID) error {
	w.forgot = append(w.forgot, persons...)
	return nil
}

const day = 24 * time.Hour

// newLawWorld has a flight with Anna, of API and PNR, and Bob, of API alone.
func newLawWorld(t *testing.T) *lawWorld {
	t.Helper()
	w := &lawWorld{now: noon, profile: law.Profile{
		ID: "test", Version: 1, Basis: "a test", Raw: 10 * day,
		API: law.Retention{DeleteUnmatched: 2 * day, Mask: 5 * day, Delete: 100 * day},
		PNR: law.Retention{Mask: 30 * day, Delete: 100 * day},
	}}
	db := pgtest.New(t, migrations.Central)
	w.world = &world{TB: t, db: db, store: passengerdbtest.Store(t, db, func() time.Time { return w.now })}
	flight := passengerdbtest.Flight("0100", noon)
	passengerdbtest.List(t, w.store, flight, noon, anna(t), bob(t))
	booked := anna(t)
	booked.Ref, booked.Locator = "1", "ABC234"
	w.flight, w.persons = passengerdbtest.Message(t, w.store, flight, noon.Add(time.Hour), apipnr.Message{
		Type: apipnr.PNRGOV, Function: apipnr.FullPush, Travellers: []apipnr.Traveller{booked},
		Reservations: []apipnr.Reservation{{Locator: "ABC234", Carrier: "XX", Travellers: []int{0}, Payments: []apipnr.Payment{{Form: "CC"}}}},
	})
	require.Len(t, w.persons, 2)
	return w
}

func (w *lawWorld) enforce(after time.Duration) {
	w.Helper()
	w.now = noon.Add(day + after)
	_, err := w.store.Enforce(w.Context(), w.profile, w)
	require.NoError(w, err)
}

func (w *lawWorld) of(surname string) apipnr.Expected {
	w.Helper()
	list, err := w.store.OfFlight(w.Context(), w.flight.ID)
	require.NoError(w, err)
	for _, p := range list {
		if p.ID == w.id(surname) {
			return p
		}
	}
	require.Fail(w, "nobody of that name was there")
	return apipnr.Expected{}
}

func (w *lawWorld) id(surname string) uuid.UUID {
	for _, p := range w.persons {
		if p.Identity.Surname == surname {
			return p.ID
		}
	}
	return uuid.Nil
}

func TestNothingIsDoneBeforeItsTime(t *testing.T) {
	w := newLawWorld(t)
	w.enforce(0)
	require.NotNil(t, w.of("ERICSSON").API)
	require.NotNil(t, w.of("BUILDER").API)
	require.Zero(t, w.count("passenger_law"))
}

// Bob, whom nothing points at, goes for good; of Anna what API told goes, and what PNR told stays until its own time.
func TestEachSourceHasItsOwnTime(t *testing.T) {
	w := newLawWorld(t)
	w.enforce(3 * day)
	require.True(t, w.of("BUILDER").Masked)
	require.Empty(t, w.of("BUILDER").Identity.Surname)
	require.Zero(t, w.count("passenger_escrow WHERE person_id = $1", w.id("BUILDER")), "no copy is left")
	require.Zero(t, w.count("passenger_index WHERE person_id = $1", w.id("BUILDER")), "he is found by nothing")
	require.Zero(t, w.count("passenger_person WHERE id = $1 AND nationality_sent <> ''", w.id("BUILDER")))
	anna := w.of("ERICSSON")
	require.Nil(t, anna.API)
	require.NotNil(t, anna.PNR)
	require.NotNil(t, anna.Booking)
	require.Equal(t, "ERICSSON", anna.Identity.Surname, "made anew from what PNR tells")
	require.Equal(t, []uuid.UUID{w.id("BUILDER")}, w.forgot)
	require.Equal(t, 1, w.count("passenger_note WHERE work = 'publish' AND person_id = $1 AND at = $2", w.id("BUILDER"), w.now), "the stations are told")
	require.Equal(t, 1, w.count("audit WHERE verb = 'erasure' AND purpose = 'retention' AND object_kind = 'passenger_flight'"))

	w.enforce(40 * day)
	anna = w.of("ERICSSON")
	require.True(t, anna.Masked)
	require.Nil(t, anna.PNR)
	require.Zero(t, w.count("passenger_identity"))
	require.Zero(t, w.count("passenger_index"))
	require.Zero(t, w.count("passenger_reservation"))
	require.Equal(t, 1, w.count("passenger_escrow"))
	require.Equal(t, 1, w.count("passenger_key WHERE subject = $1 AND wrapped IS NULL", "flight/"+w.flight.ID.String()), "the key is destroyed")

	w.enforce(101 * day)
	require.Zero(t, w.count("passenger_escrow"))
	require.Zero(t, w.count("passenger_booking_escrow"))
	require.Equal(t, 1, w.count("passenger_key WHERE subject = $1 AND wrapped IS NULL", "escrow/"+w.flight.ID.String()))
	before := w.count("passenger_law")
	w.enforce(102 * day)
	require.Equal(t, before, w.count("passenger_law"), "done once")
}

func TestAtWhomSomethingPointsIsSparedAndLookedAtAgain(t *testing.T) {
	w := newLawWorld(t)
	w.pointed = []uuid.UUID{w.id("BUILDER")}
	w.enforce(3 * day)
	require.NotNil(t, w.of("BUILDER").API)
	require.Equal(t, 1, w.count("passenger_law WHERE act = 'unmatched' AND source = 'api' AND spared = 1"))
	w.pointed = nil
	w.enforce(3*day + time.Hour)
	require.NotNil(t, w.of("BUILDER").API, "looked at again after a day")
	w.enforce(4*day + time.Hour)
	require.True(t, w.of("BUILDER").Masked)
	require.Zero(t, w.count("passenger_escrow WHERE person_id = $1", w.id("BUILDER")))
}

func TestMessagesEndWithTheirDaysKey(t *testing.T) {
	w := newLawWorld(t)
	e := envelope("XX", "UNB+UNOA:4+XX'")
	_, err := w.store.Keep(t.Context(), e)
	require.NoError(t, err)
	w.enforce(5 * day)
	require.Equal(t, 1, w.count("passenger_body"))
	w.enforce(11 * day)
	require.Zero(t, w.count("passenger_body"))
	require.Equal(t, 1, w.count("passenger_raw"), "that it came, and its digest, stay in the chain")
	require.Equal(t, 1, w.count("passenger_raw_end WHERE messages = 1"))
	require.Zero(t, w.count("passenger_key WHERE subject LIKE 'raw/%' AND wrapped IS NOT NULL"))
}

var (
	asker   = audit.Actor{ID: "a-1", Name: "ana", Role: "analyst", Post: "central"}         //nolint:gochecknoglobals // of these tests
	officer = audit.Actor{ID: "d-1", Name: "dan", Role: "data_protection", Post: "central"} //nolint:gochecknoglobals // of these tests
)

func code(t *testing.T, err error) string {
	t.Helper()
	var p *problem.Error
	require.ErrorAs(t, err, &p)
	return p.Code
}

func TestUnmaskingTakesTwoPeopleAndAReason(t *testing.T) {
	w := newLawWorld(t)
	ctx := t.Context()
	anna := w.id("ERICSSON")
	_, err := w.store.AskUnmask(ctx, asker, anna, "court_order", "Order 12/2026 of the court")
	require.Equal(t, "unmask.not_masked", code(t, err))
	w.pointed = []uuid.UUID{anna}
	w.enforce(40 * day)
	_, err = w.store.AskUnmask(ctx, asker, anna, "curiosity", "Order 12/2026 of the court")
	require.Equal(t, "unmask.ground", code(t, err))
	_, err = w.store.AskUnmask(ctx, asker, anna, "court_order", "because")
	require.Equal(t, "unmask.reason", code(t, err))
	_, err = w.store.AskUnmask(ctx, asker, uuid.New(), "court_order", "Order 12/2026 of the court")
	require.Equal(t, "unmask.none", code(t, err))
	_, err = w.store.AskUnmask(ctx, asker, w.id("BUILDER"), "court_order", "Order 12/2026 of the court")
	require.Equal(t, "unmask.deleted", code(t, err))

	id, err := w.store.AskUnmask(ctx, asker, anna, "court_order", "Order 12/2026 of the court")
	require.NoError(t, err)
	_, err = w.store.AskUnmask(ctx, asker, anna, "court_order", "Order 12/2026 of the court")
	require.Equal(t, "unmask.asked", code(t, err))
	_, _, err = w.store.Unmasked(ctx, asker, id)
	require.Equal(t, "unmask.not_open", code(t, err))
	require.Equal(t, "unmask.own", code(t, w.store.DecideUnmask(ctx, asker, id, true, "")))
	waiting, err := w.store.UnmaskingsWaiting(ctx, paging.Page{})
	require.NoError(t, err)
	require.Len(t, waiting.Rows, 1)
	require.Equal(t, "XX", waiting.Rows[0].Key.Carrier)
	require.NoError(t, w.store.DecideUnmask(ctx, officer, id, true, ""))
	require.Equal(t, "unmask.decided", code(t, w.store.DecideUnmask(ctx, officer, id, false, "too late")))

	for _, change := range []string{`ends_at = ends_at + interval '1 day'`, `asked_by = 'somebody'`, `decision = NULL`, `person_id = gen_random_uuid()`} {
		_, err := w.db.Pool.Exec(ctx, `UPDATE passenger_unmask SET `+change+` WHERE id = $1`, id)
		require.Error(t, err, change)
	}

	_, _, err = w.store.Unmasked(ctx, officer, id)
	require.Equal(t, "unmask.not_yours", code(t, err), "who agrees sees nothing by it")
	_, person, err := w.store.Unmasked(ctx, asker, id)
	require.NoError(t, err)
	require.Equal(t, "ERICSSON", person.Identity.Surname)
	require.NotNil(t, person.Booking)
	require.Equal(t, "CC", person.Booking.Payments[0].Form)
	require.True(t, w.of("ERICSSON").Masked, "for nobody else")
	w.now = w.now.Add(25 * time.Hour)
	_, _, err = w.store.Unmasked(ctx, asker, id)
	require.Equal(t, "unmask.not_open", code(t, err), "the agreement ends")
	require.Equal(t, 3, w.count("audit WHERE purpose = 'unmasking'"), "asked, agreed, read")

	second, err := w.store.AskUnmask(ctx, asker, anna, "terrorism", "Request of the agency, file 7")
	require.NoError(t, err)
	require.Equal(t, "unmask.remark", code(t, w.store.DecideUnmask(ctx, officer, second, false, " ")))
	require.NoError(t, w.store.DecideUnmask(ctx, officer, second, false, "not shown"))
	w.now = w.now.Add(time.Second)
	third, err := w.store.AskUnmask(ctx, asker, anna, "terrorism", "Request of the agency, file 8")
	require.NoError(t, err)
	require.Equal(t, "unmask.own", code(t, w.store.WithdrawUnmask(ctx, officer, third)))
	require.NoError(t, w.store.WithdrawUnmask(ctx, asker, third))

	w.pointed = nil
	own, err := w.store.Unmaskings(ctx, asker.ID, paging.Page{Limit: 2})
	require.NoError(t, err)
	require.Equal(t, 3, own.Total)
	require.Equal(t, third, own.Rows[0].ID, "the newest first")
	own, err = w.store.Unmaskings(ctx, asker.ID, paging.Page{Limit: 2, After: own.Next})
	require.NoError(t, err)
	require.Len(t, own.Rows, 1)
	require.Equal(t, id, own.Rows[0].ID)
	require.Empty(t, own.Next)

	done, err := w.store.LawDoneBy(ctx, paging.Page{})
	require.NoError(t, err)
	require.NotEmpty(t, done.Rows)
	require.Len(t, done.Rows, done.Total)
	for next, n := "", 0; n < done.Total; n++ { // the same, row by row
		one, err := w.store.LawDoneBy(ctx, paging.Page{After: next, Limit: 1})
		require.NoError(t, err)
		require.Equal(t, done.Rows[n:n+1], one.Rows)
		next = one.Next
		require.Equal(t, n == done.Total-1, next == "")
	}
}

// What comes after the law was done is under the law too: of the source that it came from the act is done again.
func TestWhatComesLateIsUnderTheLaw(t *testing.T) {
	w := newLawWorld(t)
	w.enforce(3 * day)
	require.True(t, w.of("BUILDER").Masked)
	require.Equal(t, 1, w.count("passenger_law WHERE source = 'api'"))
	w.flight, w.persons = passengerdbtest.List(t, w.store, passengerdbtest.Flight("0100", noon), w.now, bob(t))
	require.Zero(t, w.count("passenger_law WHERE source = 'api'"))
	late := w.id("BUILDER")
	require.Equal(t, 1, w.count("passenger_identity WHERE person_id = $1", late))
	w.enforce(3*day + time.Hour)
	require.True(t, w.of("BUILDER").Masked)
	require.Zero(t, w.count("passenger_identity WHERE person_id = $1", late))
	require.Zero(t, w.count("passenger_escrow WHERE person_id = $1", late))
	require.Zero(t, w.count("passenger_index WHERE person_id = $1", late))
	require.NotNil(t, w.of("ERICSSON").PNR, "the other source is not touched")
}

// What comes for a flight whose key is destroyed is put aside at once, and says why.
func TestWhatComesAfterTheKeyIsGone(t *testing.T) {
	w := newLawWorld(t)
	w.enforce(40 * day)
	require.Equal(t, 1, w.count("passenger_key WHERE subject = $1 AND wrapped IS NULL", "flight/"+w.flight.ID.String()))
	persons, changes := w.count("passenger_person"), w.count("passenger_change")
	body := strings.ReplaceAll(paxlst("1", "745", "01:F", pax("R1", "LATE", "ANNA", "740812", "P9")), "XX0123", "XX0100")
	id := w.send(body)[0]
	require.Equal(t, "quarantined", w.state(id))
	require.Equal(t, 1, w.count("passenger_status WHERE raw_id = $1 AND reason = 'past_retention' AND tries = 0", id))
	require.Equal(t, 1, w.count("passenger_quarantine WHERE raw_id = $1 AND code = 'past_retention' AND resolved_at IS NULL", id))
	require.Equal(t, []int{persons, changes}, []int{w.count("passenger_person"), w.count("passenger_change")})
}
