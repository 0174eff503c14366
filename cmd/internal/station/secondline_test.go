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

// A listed traveller is referred, examined with the program's own checks, and refused with the form; the centre learns of the case,
// its steps and the decision, and the lane of the outcome alone.
func TestFromTheCounterThroughTheSecondLineToTheCentre(t *testing.T) {
	w := world.New(t, world.Post{ID: "airport-1"})
	s := w.Station(0)
	wanted := world.NewTraveller(7)
	w.WaitListed(t, s, w.Central.List(t, alerts.Flat{DocumentNumber: wanted.Number, IssuingState: "UTO", Reason: "a reason for few eyes"}))
	officer := s.Officer(t, auth.RoleOfficer, "1")
	desk, err := officer.Scan(t.Context(), wanted.MRZ(t))
	require.NoError(t, err)
	desk, err = officer.Checked(t.Context(), desk)
	require.NoError(t, err)
	_, err = officer.Decide(t.Context(), desk, border.Refer, "hit", "")
	require.NoError(t, err)
	var id string
	require.NoError(t, s.DB.Pool.QueryRow(t.Context(), `SELECT id::text FROM referral`).Scan(&id))

	second := s.SignedIn(t, auth.RoleSecondLine, "sam")
	act := func(what string, form url.Values) world.Response {
		answer, err := second.Post(t.Context(), "/secondline/"+id+"/"+what, form)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, answer.Status, answer.Body)
		return answer
	}
	require.Contains(t, act("claim", nil).Body, "a reason for few eyes")
	require.Contains(t, act("interview", url.Values{"answer": {"bought it from a friend"}}).Body, "bought it from a friend")
	act("recheck", nil)
	require.Equal(t, s.Count(t, `SELECT FROM finding WHERE crossing_id = $1`, id),
		s.Count(t, `SELECT jsonb_array_elements(body -> 'run' -> 'findings') FROM record WHERE body ->> 'kind' = 'rechecked'`), "the counter's own checks")
	form := act("outcome", url.Values{"outcome": {"refuse"}, "reasons": {"B", "H"}, "language": {"ar"}, "signature": {"signed"}})
	require.Contains(t, form.Path, "/refusals/")
	require.Contains(t, form.Body, "airport-1-")

	at, err := officer.Get(t.Context(), "/counter")
	require.NoError(t, err)
	require.NotContains(t, at.Body, "a reason for few eyes")
	require.NotContains(t, at.Body, "bought it from a friend")
	world.Eventually(t, func() bool { return w.Central.Count(t, `SELECT FROM record WHERE kind = 'referral.event'`) == 4 }, "the case's steps at the centre")
	world.Eventually(t, func() bool { return w.Central.Count(t, `SELECT FROM crossing WHERE outcome = 'refuse'`) == 1 }, "the refusal at the centre")
}
