package counter_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/auth"
)

// stopWithin is what a program gives to open requests when it stops.
const stopWithin = 10 * time.Second

// listening opens a stream of the counter and reads its first line.
func listening(t *testing.T, client *http.Client, address string) *bufio.Reader {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	require.NoError(t, err)
	response, err := client.Do(request)
	require.NoError(t, err)
	t.Cleanup(func() { _ = response.Body.Close() })
	require.Equal(t, http.StatusOK, response.StatusCode, address)
	lines := bufio.NewReader(response.Body)
	first, err := lines.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, ": open\n", first)
	return lines
}

// A station that stops does not wait for its counters: the streams of lanes and of inspections end with it, and those of a
// locked session have been told so and have ended before.
func TestOpenStreamsDoNotHoldUpTheEndOfAStation(t *testing.T) {
	s := open(t)
	handler, err := s.Handler()
	require.NoError(t, err)
	server := httptest.NewUnstartedServer(handler)
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)

	var streams []*bufio.Reader
	for _, name := range []string{"amira", "basma", "chen"} {
		client := s.SignedIn(t, s.Person(t, auth.RoleOfficer, name))
		s.Post(t, client, "/counter/lane", url.Values{"lane": {"1"}})
		for range 3 {
			streams = append(streams, listening(t, client, server.URL+"/counter/stream?seen=0"))
		}
		if name == "amira" {
			s.Post(t, client, "/counter/scans", form(zone(t, "MARTIN", "SOPHIE", "12AB34567")))
			var scan string
			require.NoError(t, s.DB.Pool.QueryRow(t.Context(), "select id from scan").Scan(&scan))
			streams = append(streams, listening(t, client, server.URL+"/counter/inspections/"+scan+"/stream?seen=99"))
		}
		if name == "basma" {
			require.Equal(t, http.StatusSeeOther, s.Post(t, client, "/lock", url.Values{}).Status)
			for _, stream := range streams[len(streams)-3:] { // it is told by whoever looks after the sessions, some moments after it holds
				require.Contains(t, ended(t, stream), "data: locked")
			}
			streams = streams[:len(streams)-3]
		}
		if name == "chen" { // locked in the moment of the end: whichever ends them first
			require.Equal(t, http.StatusSeeOther, s.Post(t, client, "/lock", url.Values{}).Status)
		}
	}

	ctx, cancel := context.WithTimeout(t.Context(), stopWithin)
	defer cancel()
	require.NoError(t, s.Close(ctx))
	require.NoError(t, server.Config.Shutdown(ctx))
	for _, stream := range streams {
		ended(t, stream)
	}
}

// ended reads a stream to its end, which has to be a proper one.
func ended(t *testing.T, stream *bufio.Reader) string {
	t.Helper()
	rest, err := io.ReadAll(stream)
	require.NoError(t, err)
	return string(rest)
}
