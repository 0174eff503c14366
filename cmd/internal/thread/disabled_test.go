package thread_test

import (
	"bufio"
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/cmd/internal/world"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/pgtest"
)

// Whoever is disabled is out at once: his next request, his open streams, and the screen that he left open.
func TestADisabledPersonIsOutAtOnce(t *testing.T) {
	t.Parallel()
	w := world.New(t, airport())
	station := w.Station(0)

	t.Run("the screen", func(t *testing.T) {
		who := person(t, station.Part, auth.RoleOfficer, "en")
		p := atLane(t, station, who, "en")
		p.Scan(world.NewTraveller(4).MRZ(t), "\r")
		p.WaitFor("#traveller-name")
		p.AllowConsole("status of 401")
		require.NoError(t, station.Accounts(t).Disable(t.Context(), world.Installer("test"), who.ID))
		p.Wait("location.pathname === '/signin' || !!document.querySelector('dialog.session-gate')") // nobody touches the screen
		p.WaitGone("#traveller-name")
		p.Screenshot(p.prefix + "signed-out")
		p.CheckAccessible()
	})
	t.Run("streams and requests at the station", func(t *testing.T) {
		officer := station.Officer(t, auth.RoleSupervisor, "2")
		release := holdChecks(t, station)
		defer release()
		desk, err := officer.Scan(t.Context(), world.NewTraveller(5).MRZ(t))
		require.NoError(t, err)
		require.True(t, desk.Pending())
		out(t, officer.Client, desk.Stream, func() {
			require.NoError(t, station.Accounts(t).Disable(t.Context(), world.Installer("test"), officer.Who.ID))
		})
		answer, err := officer.Get(t.Context(), "/counter")
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(answer.Path, "/signin"), answer.Path)
		require.Error(t, officer.SignIn(t.Context(), officer.Who))
	})
	t.Run("streams and requests at the centre", func(t *testing.T) {
		who := w.Central.Person(t, auth.RoleAnalyst, "anna")
		analyst := w.Central.Client(t)
		require.NoError(t, analyst.SignIn(t.Context(), who))
		out(t, analyst, "/live/stream", func() {
			require.NoError(t, w.Central.Accounts(t).Disable(t.Context(), world.Installer("test"), who.ID))
		})
		answer, err := analyst.Get(t.Context(), "/live")
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(answer.Path, "/signin"), answer.Path)
	})
}

// holdChecks keeps the check of previous crossings waiting until release.
func holdChecks(t *testing.T, s *world.Station) (release func()) {
	t.Helper()
	tx, err := pgtest.Admin(t, s.DB).Pool.Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), `LOCK TABLE crossing, movement IN ACCESS EXCLUSIVE MODE`)
	require.NoError(t, err)
	return func() { require.NoError(t, tx.Rollback(context.WithoutCancel(t.Context()))) }
}

// out opens a stream, acts, and waits until the stream has ended by itself.
func out(t *testing.T, c *world.Client, path string, act func()) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.Base+path, nil)
	require.NoError(t, err)
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	response, err := c.HTTP.Do(request)
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	require.Equal(t, http.StatusOK, response.StatusCode)
	act()
	var said strings.Builder
	lines := bufio.NewScanner(response.Body)
	for lines.Scan() { // the client gives up in the end
		said.WriteString(lines.Text() + "\n")
	}
	require.NoError(t, lines.Err(), "the stream goes on: %s", said.String())
	require.Contains(t, said.String(), "event: session", "the page is told")
}
