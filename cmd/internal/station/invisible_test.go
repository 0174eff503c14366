package station_test

import (
	"bufio"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/cmd/internal/world"
	"github.com/openbmis/openbmis/internal/auth"
)

// Nobody but the protection service sees any difference between a station at which people were signalled to need protection and one at
// which the same people left in another way: every page of the whole program is the same for every other role, with every count, badge
// and list on it, but for ids, nonces and times. Two travellers leave the counter, one the second line.
func TestProtectionIsInvisible(t *testing.T) {
	with, without := seen(t, true), seen(t, false)
	require.Greater(t, len(with), 50)
	for page, shown := range with {
		require.Equal(t, without[page], shown, page)
	}
	require.Len(t, without, len(with))
}

// seen is every page of a station as everybody but the service sees it.
func seen(t *testing.T, signalled bool) map[string]string {
	t.Helper()
	w := world.Prepare(t, world.Post{ID: "airport-1"})
	s := w.Station(0)
	s.Start()
	defer s.Stop()
	officer := s.Officer(t, auth.RoleOfficer, "1")
	for n := range 2 {
		leaves(t, s, officer, n, signalled)
	}
	endsInTheSecondLine(t, s, officer, signalled)
	if signalled {
		require.Equal(t, 3, s.Count(t, `SELECT FROM protection_case`))
		service := s.SignedIn(t, auth.RoleProtection, "noor")
		answer, err := service.Get(t.Context(), "/protection")
		require.NoError(t, err)
		require.Contains(t, answer.Body, world.SeedName, "the service sees them")
	}
	pages := map[string]string{}
	for n, role := range auth.Roles() {
		if role == auth.RoleProtection {
			continue
		}
		client := s.SignedIn(t, role, fmt.Sprintf("reader%d", n))
		for _, path := range paths(t) {
			answer, err := client.Get(t.Context(), path)
			require.NoError(t, err)
			pages[string(role)+" "+path] = fmt.Sprint(answer.Status, " ", neutral(answer))
		}
	}
	return pages
}

// leaves lets a traveller leave lane 1: signalled, or put aside.
func leaves(t *testing.T, s *world.Station, officer *world.Officer, n int, signalled bool) {
	t.Helper()
	_, err := officer.Scan(t.Context(), world.NewTraveller(n).MRZ(t))
	require.NoError(t, err)
	var id string
	require.NoError(t, s.DB.Pool.QueryRow(t.Context(), `SELECT id::text FROM scan WHERE status = 'open'`).Scan(&id))
	path, form := "/counter/inspections/"+id+"/dismissal", url.Values{"reason": {"misread"}}
	if signalled {
		path, form = "/protection/signals", url.Values{"inspection": {id}, "kind": {"asylum"}}
	}
	answer, err := officer.Post(t.Context(), path, form)
	require.NoError(t, err)
	require.NoError(t, answer.OK(), answer.Body)
	require.Equal(t, n+1, s.Count(t, `SELECT FROM scan WHERE status = 'dismissed'`))
}

// endsInTheSecondLine refers a traveller; the second line ends the case with protection, or hands over to some other service.
func endsInTheSecondLine(t *testing.T, s *world.Station, officer *world.Officer, signalled bool) {
	t.Helper()
	desk, err := officer.Scan(t.Context(), world.NewTraveller(7).MRZ(t))
	require.NoError(t, err)
	_, err = officer.Decide(t.Context(), desk, border.Refer, "document_doubt", "")
	require.NoError(t, err)
	var id string
	require.NoError(t, s.DB.Pool.QueryRow(t.Context(), `SELECT id::text FROM referral`).Scan(&id))
	second := s.SignedIn(t, auth.RoleSecondLine, "sara")
	end := url.Values{"outcome": {"hand_over"}, "authority": {"other_service"}}
	if signalled {
		end = url.Values{"outcome": {"protection"}, "sign": {"trafficking"}}
	}
	answer, err := second.Post(t.Context(), "/secondline/"+id+"/claim", url.Values{})
	require.NoError(t, err)
	require.NoError(t, answer.OK(), answer.Body)
	answer, err = second.Post(t.Context(), "/secondline/"+id+"/outcome", end)
	require.NoError(t, err)
	require.NoError(t, answer.OK(), answer.Body)
	require.Equal(t, 1, s.Count(t, `SELECT FROM referral WHERE closed_at IS NOT NULL`))
}

// paths are all addresses of the program that show something and name nobody, from the golden table of its routes; the station's own
// keys, which differ from station to station, are left out.
func paths(t *testing.T) []string {
	t.Helper()
	file, err := os.Open("testdata/matrix.txt")
	require.NoError(t, err)
	defer file.Close()
	var all []string
	for lines := bufio.NewScanner(file); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) > 2 && fields[0] == "GET" && !strings.Contains(fields[1], ":") && !strings.Contains(fields[1], "stream") && !strings.HasSuffix(fields[1], ".json") {
			all = append(all, fields[1])
		}
	}
	require.NotEmpty(t, all)
	return all
}

var changing = []*regexp.Regexp{ //nolint:gochecknoglobals // compiled once
	regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`),
	regexp.MustCompile(`\d{4}-\d{2}-\d{2}T[0-9:.]+Z|\d{4}-\d{2}-\d{2} \d{2}:\d{2}( \+00:00)?|\d{2}:\d{2}(:\d{2})?`),
	regexp.MustCompile(`just now|\d+ (second|minute)s? ago`), regexp.MustCompile(`nonce="[^"]*"`),
	regexp.MustCompile(`\.\d{16}\b`), // the instant in the mark of a queue's state; the number of open cases before it stays
}

// neutral is a page without what differs from request to request whatever happened.
func neutral(r world.Response) string {
	body := r.Path + "\n" + r.Body
	for _, c := range changing {
		body = c.ReplaceAllString(body, "*")
	}
	return body
}
