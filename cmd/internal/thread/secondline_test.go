package thread_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/cmd/internal/world"
	"github.com/openbmis/openbmis/internal/auth"
)

// Who is referred at the counter is refused by the second line, with the centre away: the case ends, the form has its number and says
// provisional, and the centre learns of decision, case and form when it is back. The counter itself can refuse nobody.
func TestOnlyTheSecondLineRefuses(t *testing.T) {
	t.Parallel()
	w := world.New(t, airport())
	station, v := w.Station(0), world.NewTraveller(901)
	officer := station.Officer(t, auth.RoleOfficer, "1")
	w.Central.Stop()
	world.Eventually(t, func() bool {
		answer, err := officer.Get(t.Context(), "/status")
		require.NoError(t, err)
		return answer.OK() == nil && !online(answer.Body)
	}, "the station has not noticed that the centre is away")

	desk, err := officer.Scan(t.Context(), v.MRZ(t))
	require.NoError(t, err)
	refused, err := officer.Decide(t.Context(), desk, border.Refuse, "A", "")
	require.NoError(t, err)
	require.GreaterOrEqual(t, refused.Status, 400)
	require.Zero(t, station.Count(t, `SELECT FROM decision`))
	_, err = officer.Decide(t.Context(), desk, border.Refer, "document_doubt", "")
	require.NoError(t, err)

	var id string
	require.NoError(t, station.DB.Pool.QueryRow(t.Context(), `SELECT id::text FROM referral WHERE closed_at IS NULL`).Scan(&id))
	second := station.SignedIn(t, auth.RoleSecondLine, "sina")
	for _, step := range []struct {
		path   string
		values url.Values
	}{
		{"claim", nil},
		{"interview", url.Values{"question": {"Where do you stay?"}, "answer": {"With friends."}, "language": {"en"}}},
		{"outcome", url.Values{"outcome": {"refuse"}, "reasons": {"A", "E"}, "language": {"fr"}, "signature": {"refused_to_sign"}}},
	} {
		answer, err := second.Post(t.Context(), "/secondline/"+id+"/"+step.path, step.values)
		require.NoError(t, err)
		require.NoError(t, answer.OK(), step.path)
	}
	require.Zero(t, station.Count(t, `SELECT FROM referral WHERE closed_at IS NULL`))
	require.Equal(t, 1, station.Count(t, `SELECT FROM decision WHERE verdict = 'refuse' AND referral = $1 AND status = 'provisional'`, id))
	require.Equal(t, 2, station.Count(t, `SELECT FROM recheck WHERE ground = 'provisional'`), "the referral and the refusal")

	w.Central.Start()
	w.WaitDrained(t, station)
	require.Equal(t, 1, w.Central.Count(t, `SELECT FROM crossing WHERE outcome = 'refuse'`))
	world.Eventually(t, func() bool {
		return station.Count(t, `SELECT FROM recheck WHERE state = 'waiting'`) == 0
	}, "provisional decisions have not been checked again")
	w.WaitDrained(t, station) // what was checked again is told too
	require.Equal(t, station.Count(t, `SELECT FROM record`), w.Central.Count(t, `SELECT FROM record`), "every record has reached the centre")
	require.Zero(t, w.Central.Count(t, `SELECT FROM dead_letter`))
}

// online reports whether the first badge, that of the link, says that the centre answers.
func online(badge string) bool {
	_, first, _ := strings.Cut(badge, `class="status `)
	return strings.HasPrefix(first, "no-hit")
}
