package station_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts/interpol"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/cmd/internal/interpolsim"
	"github.com/openbmis/openbmis/cmd/internal/world"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/interpolhttp/simulator"
)

// A service goes away: travellers are amber, their admission is kept waiting, and when the service is back it is asked again by itself:
// who was on its list is a late hit. What was sent is in the audit log, and tells nobody's number.
func TestAnOutsideServiceThatIsAwayIsAskedAgain(t *testing.T) {
	w := world.Prepare(t, world.Post{ID: "airport-1"})
	airport := w.Station(0)
	service := world.NewInterpolSim(t, airport.Clock, interpolsim.Adapter{Name: "sltd", Kind: interpol.SLTD})
	airport.Set("BMIS_INTERPOL", service.Settings)
	w.Start(t)
	officer := airport.Officer(t, auth.RoleOfficer, "1")
	listed, other := world.NewTraveller(7), world.NewTraveller(8)
	service.List(listed, "S1", interpol.Stolen)

	desk := scanned(t, officer, world.NewTraveller(9))
	require.Equal(t, "no-hit", desk.Checks["interpol.sltd"])
	require.Contains(t, desk.Body, "simulator", "it says what it is")
	_, err := officer.Decide(t.Context(), desk, border.Admit, "", "")
	require.NoError(t, err)

	service.All(t, simulator.Knobs{Down: true})
	for _, v := range []world.Traveller{listed, other} {
		desk := scanned(t, officer, v)
		require.Equal(t, "not-checked", desk.Checks["interpol.sltd"])
		_, err = officer.Decide(t.Context(), desk, border.Admit, "checked_by_other_means", "")
		require.NoError(t, err)
	}
	require.Equal(t, 2, airport.Count(t, `SELECT FROM recheck WHERE ground = 'not_checked'`))
	world.Eventually(t, func() bool {
		page, err := officer.Get(t.Context(), "/status", "HX-Request", "true")
		return err == nil && strings.Contains(page.Body, `id="outside-status"`) && strings.Contains(page.Body, "1 service away")
	}, "the outage in the header")

	service.All(t, simulator.Knobs{})
	world.Eventually(t, func() bool { return airport.Count(t, `SELECT FROM recheck WHERE state = 'waiting'`) == 0 }, "asked again")
	require.Equal(t, 1, airport.Count(t, `SELECT FROM recheck WHERE state = 'changed' AND result->'changes'->0->'evidence'->0->>'ref' = 'sltd/S1@1'`), "a late hit")
	require.Equal(t, 1, airport.Count(t, `SELECT FROM recheck WHERE state = 'confirmed'`))
	sent := airport.Count(t, `SELECT FROM audit WHERE object_kind = 'interpol.sltd' AND decision = 'sent' AND length(query_hmac) = 32`)
	told := airport.Count(t, `SELECT FROM audit WHERE object_kind = 'interpol.sltd' AND decision <> 'sent'`)
	require.Equal(t, sent, told, "what came of each")
	require.GreaterOrEqual(t, sent, 4)
	require.Zero(t, airport.Count(t, `SELECT FROM audit WHERE concat(object_id, justification, decision) LIKE '%' || $1 || '%'`, listed.Number))
}

func scanned(t *testing.T, officer *world.Officer, v world.Traveller) world.Desk {
	t.Helper()
	desk, err := officer.Scan(t.Context(), v.MRZ(t))
	require.NoError(t, err)
	desk, err = officer.Checked(t.Context(), desk)
	require.NoError(t, err)
	return desk
}
