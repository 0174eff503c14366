package station_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/cmd/internal/world"
	"github.com/openbmis/openbmis/internal/auth"
)

// The whole program: a listed traveller is a hit before anybody decides; the decision is written into its way; the second line says that
// it is not he, a supervisor agrees, and the same traveller passes the next time, with a note of why. The centre knows every step.
func TestAHitFromTheScanToThePairThatIsRemembered(t *testing.T) {
	w := world.New(t, world.Post{ID: "airport-1"})
	s := w.Station(0)
	wanted := world.NewTraveller(7)
	w.WaitListed(t, s, w.Central.List(t, alerts.Flat{
		Surname: wanted.Surname, GivenNames: wanted.GivenNames, BirthDate: wanted.BirthDate, Reason: "a reason for few eyes", Action: "refer",
	}))
	officer := s.Officer(t, auth.RoleOfficer, "1")
	desk, err := officer.Scan(t.Context(), wanted.MRZ(t))
	require.NoError(t, err)
	desk, err = officer.Checked(t.Context(), desk)
	require.NoError(t, err)
	world.Eventually(t, func() bool { return s.Count(t, `SELECT FROM hit WHERE steps = 1`) == 1 }, "the hit before any decision")
	at, err := officer.Get(t.Context(), "/counter")
	require.NoError(t, err)
	require.NotContains(t, at.Body, "a reason for few eyes", "the first line sees that he is to be referred, and no more")
	_, err = officer.Decide(t.Context(), desk, border.Refer, "hit", "")
	require.NoError(t, err)
	require.Equal(t, 1, s.Count(t, `SELECT FROM hit WHERE steps = 3 AND file_id IS NOT NULL`), "on the screen, and referred")

	var id string
	require.NoError(t, s.DB.Pool.QueryRow(t.Context(), `SELECT id::text FROM hit`).Scan(&id))
	s.SignedIn(t, auth.RoleSupervisor, "sara")
	second := s.SignedIn(t, auth.RoleSecondLine, "sam")
	act := func(what string, form url.Values) string {
		answer, err := second.Post(t.Context(), "/hits/"+id+"/"+what, form)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, answer.Status, answer.Body)
		return answer.Body
	}
	require.Contains(t, act("claim", nil), "a reason for few eyes")
	act("judgement", url.Values{"judgement": {"not_same"}, "compared": {"photo"}})
	act("clearing", url.Values{"witness": {"sara"}, "secret": {"271828"}})
	require.Equal(t, 1, s.Count(t, `SELECT FROM hit_cleared`))

	again := s.Officer(t, auth.RoleOfficer, "2")
	desk, err = again.Scan(t.Context(), wanted.MRZ(t))
	require.NoError(t, err)
	desk, err = again.Checked(t.Context(), desk)
	require.NoError(t, err)
	_, err = again.Decide(t.Context(), desk, border.Admit, "", "")
	require.NoError(t, err, "he is not stopped again")
	require.Equal(t, 1, s.Count(t, `SELECT FROM hit`), "and no hit is raised")
	require.Equal(t, 1, s.Count(t, `SELECT FROM finding f, jsonb_array_elements(f.evidence) e WHERE e ->> 'code' = 'alert_cleared' AND f.outcome = 'no_hit'`))
	world.Eventually(t, func() bool {
		return w.Central.Count(t, `SELECT FROM record WHERE kind = 'hit.event' AND payload -> 'body' ->> 'kind' = 'cleared'`) == 1
	}, "the pair at the centre")
	require.Equal(t, 7, w.Central.Count(t, `SELECT FROM record WHERE kind = 'hit.event'`), "every step at the centre")
}
