package thread_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/cmd/internal/world"
	"github.com/openbmis/openbmis/internal/auth"
)

const day = 24 * time.Hour

// country is an airport and a land crossing whose stays are short enough for a test to outlive: two days in any ten. It begins some time ago.
func country(t *testing.T, ago time.Duration) *world.World {
	t.Helper()
	rules := filepath.Join(t.TempDir(), "stay.json")
	require.NoError(t, os.WriteFile(rules, []byte(`{"version": "test-1", "default": {"days": 2, "window": 10}, "regimes": []}`), 0o600))
	settings := map[string]string{"BMIS_STAY_RULES": rules, "BMIS_STATE": "FRA", "BMIS_LIST_RED": "1440h", "BMIS_LIST_AMBER": "720h"}
	w := world.Prepare(t, world.Post{ID: "airport-1", Settings: settings},
		world.Post{ID: "land-1", Transport: border.Land, Settings: settings})
	w.Central.Set("BMIS_STAY_RULES", rules)
	pass(w, -ago)
	w.Start(t)
	return w
}

// pass moves every clock of the world on.
func pass(w *world.World, d time.Duration) {
	w.Central.Clock.Pass(d)
	for _, s := range w.Stations() {
		s.Clock.Pass(d)
	}
}

// told waits until the station has of the centre that the traveller moved n times.
func told(t *testing.T, s *world.Station, v world.Traveller, n int) {
	t.Helper()
	world.Eventually(t, func() bool {
		return s.Count(t, `SELECT FROM movement m JOIN traveller_document d ON d.traveller_id = m.file_id WHERE d.number_folded = $1`, v.Number) == n
	}, "%s has not been told of %d movements", s.Post.ID, n)
}

// findings are what the stay's check said of the traveller's last decision at a station, with its evidence.
func findings(t *testing.T, s *world.Station) (outcome, evidence string) {
	t.Helper()
	require.NoError(t, s.DB.Pool.QueryRow(t.Context(), `
		SELECT f.outcome, f.evidence::text FROM finding f JOIN decision d USING (crossing_id)
		WHERE f.check_name = 'stay.rules' ORDER BY d.decided_at DESC LIMIT 1`).Scan(&outcome, &evidence))
	return outcome, evidence
}

// lets scans a traveller and admits him, for a reason where one is asked for.
func lets(t *testing.T, o *world.Officer, v world.Traveller, reason string) {
	t.Helper()
	desk, err := o.Scan(t.Context(), v.MRZ(t))
	require.NoError(t, err)
	desk, err = o.Checked(t.Context(), desk)
	require.NoError(t, err)
	desk, err = o.Decide(t.Context(), desk, border.Admit, reason, "")
	require.NoError(t, err)
	require.Less(t, desk.Status, 400, desk.Wrong)
	require.Empty(t, desk.Wrong)
}

// Somebody enters at the airport and stays longer than he may: the centre lists him the day after, the land crossing finds his
// overstay when he leaves there, and his exit takes him off the list. Coming back, he has no day left.
func TestAStayIsCountedOverAllCrossingPoints(t *testing.T) {
	t.Parallel()
	w := country(t, 4*day)
	airport, land, v := w.Station(0), w.Station(1), world.NewTraveller(900)
	lets(t, airport.Officer(t, auth.RoleOfficer, "1"), v, "checked_by_other_means") // no station has files of others yet
	told(t, land, v, 1)

	pass(w, 4*day)
	overstayers := func() int {
		return w.Central.Count(t, `SELECT FROM stay WHERE inside AND last_lawful < current_date`)
	}
	world.Eventually(t, func() bool { return overstayers() == 1 }, "nobody stays too long")
	analyst := w.Central.SignedIn(t, auth.RoleAnalyst, "anna")
	listed := func() string {
		answer, err := analyst.Get(t.Context(), "/overstayers?purpose=stay_check")
		require.NoError(t, err)
		require.NoError(t, answer.OK())
		return answer.Body
	}
	require.Contains(t, listed(), v.Number)

	lets(t, land.Officer(t, auth.RoleOfficer, "3"), v, "document_examined")
	outcome, evidence := findings(t, land)
	require.Equal(t, "hit", outcome)
	require.Contains(t, evidence, `stay.overstayed`)
	world.Eventually(t, func() bool { return overstayers() == 0 }, "the exit has not taken him off the list")
	require.NotContains(t, listed(), v.Number)
	told(t, airport, v, 2)

	o := airport.Officer(t, auth.RoleOfficer, "2")
	desk, err := o.Scan(t.Context(), v.MRZ(t))
	require.NoError(t, err)
	_, err = o.Checked(t.Context(), desk)
	require.NoError(t, err)
	_, err = o.Decide(t.Context(), desk, border.Refer, "conditions_of_stay", "")
	require.NoError(t, err)
	outcome, evidence = findings(t, airport)
	require.Equal(t, "hit", outcome)
	require.Contains(t, evidence, `stay.none_left`)
}
