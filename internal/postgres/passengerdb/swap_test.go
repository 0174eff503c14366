package passengerdb_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb/passengerdbtest"
)

// Sealed bytes that somebody moves to another person, reservation or message, as whoever may write to the database can, do not open there.
func TestSealedBytesOpenWhereTheyBelong(t *testing.T) {
	w := newWorld(t)
	flight := passengerdbtest.Flight("0100", noon)
	passengerdbtest.List(t, w.store, flight, noon, anna(t), bob(t))
	a, b := anna(t), bob(t)
	a.Ref, a.Locator, a.Reservation = "1", "ABC234", 0
	b.Ref, b.Locator, b.Reservation = "1", "XYZ789", 1
	f, persons := passengerdbtest.Message(t, w.store, flight, noon.Add(time.Hour), apipnr.Message{
		Type: apipnr.PNRGOV, Function: apipnr.FullPush, Travellers: []apipnr.Traveller{a, b},
		Reservations: []apipnr.Reservation{
			{Locator: "ABC234", Carrier: "XX", Travellers: []int{0}, Payments: []apipnr.Payment{{Form: "CC"}}},
			{Locator: "XYZ789", Carrier: "XX", Travellers: []int{1}, Payments: []apipnr.Payment{{Form: "CA"}}},
		},
	})
	require.Len(t, persons, 2)
	var raws []uuid.UUID
	for _, body := range []string{"UNB+UNOA:4+XX'", "UNB+UNOA:4+YY'"} {
		e := envelope("XX", body)
		_, err := w.store.Keep(t.Context(), e)
		require.NoError(t, err)
		raws = append(raws, e.ID)
	}
	view := func() error {
		_, _, err := w.store.View(t.Context(), f.ID, w.consult("passenger_flight", f.ID))
		return err
	}
	for table, c := range map[string]struct {
		key, of string // rows are told apart by key; those that are swapped differ in of
		read    func() error
	}{
		"passenger_identity":    {"person_id", "person_id", view},
		"passenger_reservation": {"mark", "mark", view},
		"passenger_change": {"id", "person_id", func() error {
			_, err := w.store.ChangesOfFlight(t.Context(), f.ID, w.consult("passenger_flight", f.ID))
			return err
		}},
		"passenger_body": {"raw_id", "raw_id", func() error {
			_, err := w.store.Body(t.Context(), raws[0], w.consult("passenger_message", raws[0]))
			return err
		}},
	} {
		t.Run(table, func(t *testing.T) {
			require.NoError(t, c.read())
			swap := func() {
				tag, err := pgtest.Admin(t, w.db).Pool.Exec(t.Context(), `WITH each AS (SELECT min(`+c.key+`::text) AS key FROM `+table+` WHERE sealed IS NOT NULL GROUP BY `+c.of+`),
						two AS (SELECT min(key) AS one, max(key) AS other FROM each)
					UPDATE `+table+` a SET sealed = b.sealed FROM `+table+` b, two
					WHERE (a.`+c.key+`::text, b.`+c.key+`::text) IN ((two.one, two.other), (two.other, two.one))`)
				require.NoError(t, err)
				require.Equal(t, int64(2), tag.RowsAffected())
			}
			swap()
			require.Error(t, c.read(), "it stands with somebody else")
			swap()
			require.NoError(t, c.read())
		})
	}
}
