package thread_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/cmd/internal/world"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/pgtest"
)

// The centre is away while fifty cross. When it is back they are all there, each once, and the board says that nothing is missing;
// what somebody then takes away at the centre, behind the programs' back, the board names.
func TestNothingIsLostWhileTheCentreIsAway(t *testing.T) {
	t.Parallel()
	w := world.New(t, airport())
	station := w.Station(0)
	officer := station.Officer(t, auth.RoleOfficer, "1")
	_, err := officer.Cross(t.Context(), world.NewTraveller(100).MRZ(t))
	require.NoError(t, err)
	w.WaitDrained(t, station)

	w.Central.Stop()
	for n := range 50 {
		_, err := officer.Cross(t.Context(), world.NewTraveller(101+n).MRZ(t))
		require.NoError(t, err)
	}
	require.EqualValues(t, 50, station.Backlog(t))
	w.Central.Start()
	w.WaitDrained(t, station)
	require.Equal(t, 51, w.Central.Count(t, `SELECT FROM crossing`))
	require.Equal(t, 51, w.Central.Count(t, `SELECT DISTINCT crossing_id FROM crossing`))
	require.ElementsMatch(t, ids(t, station.Part, `SELECT crossing_id::text FROM decision`), ids(t, w.Central.Part, `SELECT crossing_id::text FROM crossing`))

	analyst := w.Central.SignedIn(t, auth.RoleAnalyst, "anna")
	require.Contains(t, board(t, w, analyst, station, 51), "Nothing missing")
	var seq int64
	require.NoError(t, pgtest.Admin(t, w.Central.DB).Pool.QueryRow(t.Context(), `
		DELETE FROM crossing WHERE origin_seq = (SELECT origin_seq FROM crossing ORDER BY origin_seq OFFSET 20 LIMIT 1) RETURNING origin_seq`).Scan(&seq))
	said := board(t, w, analyst, station, 51)
	require.NotContains(t, said, "Nothing missing")
	require.Contains(t, said, strconv.FormatInt(seq, 10), "the event that was taken away is named")
}

// board waits until the station has claimed its decisions and the records beside them, has it compared now, and gives what its row says.
func board(t *testing.T, w *world.World, c *world.Client, s *world.Station, decisions int) string {
	t.Helper()
	world.Eventually(t, func() bool {
		var claimed int64
		require.NoError(t, w.Central.DB.Pool.QueryRow(t.Context(),
			`SELECT coalesce(sum(claimed), 0)::bigint FROM station_day WHERE station = $1`, s.Post.ID).Scan(&claimed))
		return claimed == int64(decisions+s.Count(t, `SELECT FROM record`))
	}, "the station has not claimed %d decisions and its records", decisions)
	answer, err := c.Post(t.Context(), "/stations/"+s.Post.ID+"/check", nil)
	require.NoError(t, err)
	require.NoError(t, answer.OK())
	return element(t, answer.Body, "station-"+s.Post.ID)
}

func ids(t *testing.T, p *world.Part, query string) (all []string) {
	t.Helper()
	rows, err := p.DB.Pool.Query(t.Context(), query)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var id string
		require.NoError(t, rows.Scan(&id))
		all = append(all, id)
	}
	require.NoError(t, rows.Err())
	return all
}
