package world_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/cmd/internal/world"
	"github.com/openbmis/openbmis/internal/auth"
)

// Two stations join, travellers cross at both, and every part can go away and come back.
func TestAWorldRuns(t *testing.T) {
	w := world.New(t, world.Post{ID: "airport-1"}, world.Post{ID: "land-2", Transport: border.Land, Zone: "Africa/Nairobi"})
	airport, land := w.Station(0), w.Station(1)
	amira, sipho := airport.Officer(t, auth.RoleOfficer, "1"), land.Officer(t, auth.RoleOfficer, "3")
	crossed := func() int { return w.Central.Count(t, `SELECT FROM crossing`) }

	_, err := amira.Cross(t.Context(), world.NewTraveller(1).MRZ(t))
	require.NoError(t, err)
	world.Eventually(t, func() bool { return crossed() == 1 }, "crossing at the centre")

	w.Central.Stop()
	land.Stop()
	land.Start()
	for n := range 3 {
		desk, err := sipho.Scan(t.Context(), world.NewTraveller(10+n).MRZ(t))
		require.NoError(t, err)
		desk, err = sipho.Checked(t.Context(), desk)
		require.NoError(t, err)
		require.Len(t, desk.Checks, 6, "those that apply: document, its rules, list, stay, visa, earlier crossings")
		require.NotEmpty(t, desk.Traveller)
		desk, err = sipho.Decide(t.Context(), desk, border.Refer, "identity_doubt", "")
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, desk.Status)
	}
	require.Positive(t, land.Backlog(t))
	w.Central.Start()
	for _, s := range w.Stations() {
		w.WaitDrained(t, s)
	}
	require.Equal(t, 4, crossed())
}
