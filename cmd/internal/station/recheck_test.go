package station_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/border/receipt"
	"github.com/openbmis/openbmis/cmd/internal/world"
	"github.com/openbmis/openbmis/internal/auth"
)

// Two travellers are admitted while the centre is away, with an old list. When it is back, one is found on the list, the other is
// confirmed; both by themselves. A receipt that one station signs verifies at the other.
func TestWhatWasDecidedWithoutTheCentreIsCheckedAgain(t *testing.T) {
	w := world.New(t, world.Post{ID: "airport-1"}, world.Post{ID: "land-2"})
	airport, land := w.Station(0), w.Station(1)
	officer := airport.Officer(t, auth.RoleOfficer, "1")
	wanted := world.NewTraveller(7)
	airport.Stop()
	w.Central.List(t, alerts.Flat{DocumentNumber: wanted.Number, IssuingState: "UTO", Reason: "stolen"})
	w.Central.Stop()
	airport.Start()
	for _, n := range []int{7, 8} {
		_, err := officer.Cross(t.Context(), world.NewTraveller(n).MRZ(t))
		require.NoError(t, err)
	}
	require.Equal(t, 2, airport.Count(t, `SELECT FROM decision WHERE status = 'provisional'`))
	require.Equal(t, 2, airport.Count(t, `SELECT FROM recheck WHERE state = 'waiting'`))

	w.Central.Start()
	world.Eventually(t, func() bool { return airport.Count(t, `SELECT FROM recheck WHERE state = 'waiting'`) == 0 }, "checked again")
	require.Equal(t, 1, airport.Count(t, `SELECT FROM recheck WHERE state = 'changed'`))
	require.Equal(t, 1, airport.Count(t, `SELECT FROM recheck WHERE state = 'confirmed'`))
	world.Eventually(t, func() bool { return w.Central.Count(t, `SELECT FROM record WHERE kind = 'decision.rechecked'`) == 2 }, "results at the centre")

	var crossing uuid.UUID
	require.NoError(t, airport.DB.Pool.QueryRow(t.Context(), `SELECT crossing_id FROM recheck WHERE state = 'confirmed'`).Scan(&crossing))
	answer, err := officer.Post(t.Context(), "/receipts/"+crossing.String(), url.Values{"language": {"en"}, "paper": {"roll"}})
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, answer.Status, "sent on to the copy")
	require.Contains(t, answer.Body, `class="receipt roll"`)
	world.Eventually(t, func() bool {
		return land.Count(t, `SELECT FROM receipt_key WHERE NOT own AND station = 'airport-1'`) == 1
	}, "key at the other station")
	file, err := w.Central.Client(t).Get(t.Context(), "/receipts/keys.json")
	require.NoError(t, err)
	keys, err := receipt.ParseKeyFile([]byte(file.Body))
	require.NoError(t, err)
	require.Len(t, keys.Keys, 1)
	require.Equal(t, "airport-1", keys.Keys[0].Station)
}
