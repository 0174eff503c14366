package passengerdb_test

import (
	"bytes"
	"crypto/sha256"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb/passengerdbtest"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

type world struct {
	testing.TB
	db     *postgres.DB
	store  *passengerdb.Store
	at     time.Time
	speaks func(door, carrier string) bool // nil: each for itself
}

func (w *world) now() time.Time { return w.at }

func newWorld(t testing.TB) *world {
	t.Helper()
	db := pgtest.New(t, migrations.Central)
	w := &world{TB: t, db: db, at: noon}
	w.store = passengerdbtest.Store(t, db, w.now)
	return w
}

func (w *world) count(from string, args ...any) (n int) {
	w.Helper()
	require.NoError(w, w.db.Pool.QueryRow(w.Context(), "SELECT count(*) FROM "+from, args...).Scan(&n), from)
	return n
}

func date(t testing.TB, s string) traveldoc.Date {
	t.Helper()
	d, err := traveldoc.ParseDate(s)
	require.NoError(t, err)
	return d
}

func envelope(carrier, body string) apipnr.Envelope {
	return apipnr.Envelope{
		ID: uuid.New(), Carrier: carrier, Gateway: apipnr.GatewayNATS, Subject: "api.v1." + carrier, ContentType: apipnr.TypeEDIFACT, ReceivedAt: noon,
		Digest: sha256.Sum256([]byte(body)), Body: []byte(body),
	}
}

func anna(t testing.TB) apipnr.Traveller {
	return apipnr.Traveller{
		Surname: "Ericsson", GivenNames: "Anna", Sex: "F", BirthDate: date(t, "1974-08-12"), Nationality: "NL", Kind: apipnr.Passenger, Ref: "R1",
		Documents: []apipnr.Document{{Type: "P", Number: "L898902C3", Issuer: "UTO", Expiry: date(t, "2030-04-15")}},
		Origins:   []apipnr.Origin{{Field: apipnr.FieldSurname, Segment: 7, Offset: 181}},
	}
}

func bob(t testing.TB) apipnr.Traveller {
	return apipnr.Traveller{Surname: "Builder", GivenNames: "Bob", Sex: "M", BirthDate: date(t, "1980-01-02"), Nationality: "QQQ", Ref: "R2"}
}

// What was kept is there, once, sealed, and in the chain.
func TestKeep(t *testing.T) {
	w := newWorld(t)
	e := envelope("XX", "UNB+UNOA:4+SECRETNAME'")
	r, err := w.store.Keep(t.Context(), e)
	require.NoError(t, err)
	require.Equal(t, e.ID, r.ID)
	require.False(t, r.Duplicate)
	require.Equal(t, 22, r.Bytes)

	again, err := w.store.Keep(t.Context(), e) // the same envelope delivered again
	require.NoError(t, err)
	require.Equal(t, r, again)
	require.Zero(t, w.count("passenger_copy"))

	copied := envelope("XX", "UNB+UNOA:4+SECRETNAME'")
	dup, err := w.store.Keep(t.Context(), copied)
	require.NoError(t, err)
	require.True(t, dup.Duplicate)
	require.Equal(t, e.ID, dup.ID)
	require.Equal(t, 1, w.count("passenger_copy"))

	_, err = w.store.Keep(t.Context(), envelope("YY", "UNB+UNOA:4+SECRETNAME'")) // another carrier's is another's
	require.NoError(t, err)
	require.Equal(t, 2, w.count("passenger_raw"))

	var sealed []byte
	require.NoError(t, w.db.Pool.QueryRow(t.Context(), `SELECT sealed FROM passenger_body WHERE raw_id = $1`, e.ID).Scan(&sealed))
	require.False(t, bytes.Contains(sealed, []byte("SECRET")))
	n, err := w.store.VerifyChain(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 2, n)
}

// Nobody may change what was kept, and who does it past the application is found out.
func TestKeptIsImmutable(t *testing.T) {
	w := newWorld(t)
	for _, body := range []string{"one", "two", "three"} {
		_, err := w.store.Keep(t.Context(), envelope("XX", body))
		require.NoError(t, err)
	}
	for _, sql := range []string{
		`UPDATE passenger_raw SET size = 1`, `DELETE FROM passenger_raw`, `UPDATE passenger_body SET sealed = ''`, `DELETE FROM passenger_status`,
		`UPDATE passenger_attempt SET outcome = ''`,
	} {
		_, err := w.db.Pool.Exec(t.Context(), sql)
		require.True(t, postgres.IsDenied(err), "%s: %v", sql, err)
	}
	_, err := pgtest.Admin(t, w.db).Pool.Exec(t.Context(), `UPDATE passenger_raw SET digest = sha256('other') WHERE seq = 2`)
	require.NoError(t, err)
	n, err := w.store.VerifyChain(t.Context())
	require.ErrorContains(t, err, "link 2")
	require.EqualValues(t, 1, n)
}

// Many keep at once: all are kept, the chain has no hole.
func TestKeepTogether(t *testing.T) {
	w := newWorld(t)
	var wait sync.WaitGroup
	errs := make([]error, 200)
	for n := range errs {
		wait.Go(func() { _, errs[n] = w.store.Keep(t.Context(), envelope("XX", string(rune('A'+n%150)))) })
	}
	wait.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	n, err := w.store.VerifyChain(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 150, n)
	require.Equal(t, 50, w.count("passenger_copy"))
}

// A list of two passengers is a flight with two persons, with notes for each work; nothing of them stands in clear.
func TestList(t *testing.T) {
	w := newWorld(t)
	flight, persons := passengerdbtest.List(t, w.store, passengerdbtest.Flight("0123", noon), noon, anna(t), bob(t))
	require.Len(t, persons, 2)
	require.Equal(t, []int{2, 0, 2}, []int{flight.API, flight.PNR, flight.Persons})
	require.Equal(t, time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC), flight.DepartsAt)
	require.Equal(t, time.Date(2026, 11, 22, 17, 0, 0, 0, time.UTC), flight.ArrivesAt)

	a := persons[1]
	require.Equal(t, "ERICSSON", a.Identity.Surname)
	require.Equal(t, "NLD", a.Identity.Nationality)
	require.Equal(t, "L898902C3", a.Documents[0].Number)
	require.Equal(t, "Ericsson", a.API.Surname)
	require.Equal(t, []apipnr.Origin{{Field: apipnr.FieldSurname, Segment: 7, Offset: 181}}, a.API.Origins)
	require.Equal(t, "XX0123/2026-11-22/DXB", a.Key.String())
	require.Equal(t, 1, w.count("passenger_person WHERE nationality_odd AND nationality_sent = 'QQQ'"))

	for _, work := range apipnr.Works() {
		notes, err := w.store.Notes(t.Context(), work, 10)
		require.NoError(t, err)
		require.Len(t, notes, 2)
		require.NoError(t, w.store.Done(t.Context(), work, notes[:1]))
	}
	require.Equal(t, len(apipnr.Works()), w.count("passenger_note"))
	for _, table := range []string{"passenger_identity", "passenger_escrow", "passenger_index", "passenger_person", "passenger_change", "passenger_flight"} {
		var found bool
		require.NoError(t, w.db.Pool.QueryRow(t.Context(), `SELECT coalesce(bool_or(r::text ~* 'ricsson|72696373736f6e|l898902'), false) FROM `+table+` r`).Scan(&found))
		require.False(t, found, table)
	}
	pending, err := w.store.Pending(t.Context(), noon, uuid.Nil, 10)
	require.NoError(t, err)
	require.Len(t, pending, 2)
	gone, err := w.store.Pending(t.Context(), noon.Add(6*time.Hour), uuid.Nil, 10)
	require.NoError(t, err)
	require.Empty(t, gone)
	flown, err := w.store.Flown(t.Context(), noon.Add(-24*time.Hour), noon)
	require.NoError(t, err)
	require.Len(t, flown, 1)
}
