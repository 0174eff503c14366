package thread_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/cmd/internal/world"
	"github.com/openbmis/openbmis/internal/auth"
)

// A crossing at one station is on the traveller's file at another, once and under the same id; what a supervisor voids there does not
// stand at the station that recorded it either.
func TestAFileIsOneAtEveryStation(t *testing.T) {
	t.Parallel()
	w := world.New(t, airport(), world.Post{ID: "land-2", Transport: border.Land, Zone: airport().Zone}) // one day at both
	one, two := w.Station(0), w.Station(1)
	officer := one.Officer(t, auth.RoleOfficer, "1")
	_, err := officer.Cross(t.Context(), world.NewTraveller(1).MRZ(t))
	require.NoError(t, err)
	world.Eventually(t, func() bool { return two.Count(t, `select id from movement where source = 'centre'`) == 1 }, "the crossing at the other station")
	require.Equal(t, 1, one.Count(t, `select id from movement where source = 'local' and not withdrawn`), "it came back as the row that was there")

	var file, crossing, date string
	require.NoError(t, two.DB.Pool.QueryRow(t.Context(), `select file_id::text, id::text, date from movement`).Scan(&file, &crossing, &date))
	require.Equal(t, 1, one.Count(t, `select id from movement where id = $1`, crossing))
	supervisor := two.Client(t)
	require.NoError(t, supervisor.SignIn(t.Context(), two.Person(t, auth.RoleSupervisor, "samira")))
	for act, values := range map[string]url.Values{
		"supply": {"direction": {"exit"}, "date": {date}, "station": {"land-2"}, "origin": {"paper"}, "ground": {"missing_exit"}},
		"void":   {"movement": {crossing}, "ground": {"never_crossed"}},
	} {
		values.Set("step", "save")
		values.Set("evidence", "he was at this counter at that hour")
		answer, err := supervisor.Post(t.Context(), "/files/"+file+"/repair?act="+act, values)
		require.NoError(t, err)
		require.Less(t, answer.Status, http.StatusBadRequest, answer.Body)
	}
	require.Equal(t, 1, two.Count(t, `select id from movement where voided_by is not null`))
	world.Eventually(t, func() bool { return one.Count(t, `select id from movement where withdrawn`) == 1 }, "the voided crossing at its own station")
	world.Eventually(t, func() bool {
		return one.Count(t, `select id from movement where origin = 'paper' and source = 'centre'`) == 1
	}, "the supplied exit")
}
