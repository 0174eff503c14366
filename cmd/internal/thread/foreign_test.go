package thread_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/cmd/internal/world"
	"github.com/openbmis/openbmis/internal/auth"
)

// The ids of one lane's travellers and decisions mean nothing in another, and one session's work is out of another's reach.
func TestIdsOfAnotherLaneAreNotFound(t *testing.T) {
	t.Parallel()
	w := world.New(t, airport(), world.Post{ID: "airport-2"})
	station, ctx := w.Station(0), t.Context()
	amira, bela := station.Officer(t, auth.RoleOfficer, "1"), station.Officer(t, auth.RoleOfficer, "2")
	carla := w.Station(1).Officer(t, auth.RoleOfficer, "1")
	decided := decide(t, amira, checked(t, amira, 1), border.Refer, "hit")
	open := checked(t, amira, 2)
	require.NotEmpty(t, open.Inspection)
	require.NotEmpty(t, decided.Undoable)
	crossing := decided.Undoable[0]

	for _, other := range []*world.Officer{bela, carla} {
		for _, id := range []string{open.Inspection, crossing, uuid.NewString(), "1", "'", "%00", ".."} {
			for path, pairs := range map[string][]string{
				"/counter/inspections/" + id + "/decision":  {"verdict", "refer", "reason", "hit"},
				"/counter/inspections/" + id + "/dismissal": {"reason", "misread"},
				"/counter/crossings/" + id + "/undo":        {"reason", "wrong_key"},
			} {
				answer, err := other.Post(ctx, path, form(pairs...))
				require.NoError(t, err)
				require.Contains(t, []int{404, 405, 409}, answer.Status, "%s: %s", path, answer.Body)
				require.NotContains(t, answer.Body, world.SeedName, path)
			}
			answer, err := other.Get(ctx, "/counter/inspections/"+id+"/stream?seen=0")
			require.NoError(t, err)
			require.Contains(t, []int{204, 404}, answer.Status, id) // 204: nothing to show, as of a traveller who is gone
			require.False(t, answer.Status == 204 && answer.Body != "", id)
			answer, err = other.Get(ctx, "/counter?panel=undo&crossing="+id)
			require.NoError(t, err)
			require.NotContains(t, answer.Body, world.SeedName)
		}
	}
	require.Equal(t, 1, station.Count(t, `SELECT FROM decision`))
	require.Zero(t, station.Count(t, `SELECT FROM correction`))
	desk, err := amira.Look(ctx)
	require.NoError(t, err)
	require.Contains(t, desk.Traveller, world.NewTraveller(2).Surname, "whose traveller it is still has him")
}

// At the centre an id that there is not is not found, whatever it looks like.
func TestIdsThatThereAreNotAreNotFound(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	ctx := t.Context()
	clients := map[auth.Role]*world.Client{}
	for _, role := range auth.Roles() {
		clients[role] = w.Central.SignedIn(t, role, string(role))
	}
	for _, id := range []string{uuid.NewString(), "1", "0-1", "'", "..", "%00", "%2e%2e%2f", "x y"} {
		for path, role := range map[string]auth.Role{
			"/travellers/" + id + "/export?format=csv&purpose=risk_analysis": auth.RoleAnalyst,
			"/stations/" + id + "/check":                                     auth.RoleAnalyst,
			"/stations/" + id + "/alerts/silent/close":                       auth.RoleAdministrator,
			"/dead-letters/" + id + "/retry":                                 auth.RoleAdministrator,
			"/alerts/" + id + "/withdraw":                                    auth.RoleSupervisor,
			"/enrolment/stations/" + id + "/token":                           auth.RoleAdministrator,
			"/enrolment/stations/" + id + "/deny":                            auth.RoleAdministrator,
			"/users/" + id + "/disable":                                      auth.RoleAdministrator,
			"/users/" + id + "/password":                                     auth.RoleAdministrator,
		} {
			answer, err := clients[role].Post(ctx, path, form("why", "wrong_person", "format", "csv", "purpose", "risk_analysis"))
			require.NoError(t, err)
			require.Contains(t, []int{404, 405, 422}, answer.Status, "%s: %s", path, answer.Body)
		}
		answer, err := clients[auth.RoleAnalyst].Get(ctx, "/travellers/"+id+"?purpose=risk_analysis")
		require.NoError(t, err)
		require.Equal(t, 404, answer.Status, id)
	}
}
