package central_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/cmd/internal/world"
	"github.com/openbmis/openbmis/internal/auth"
)

const agency = "NCB Utopia"

// Nobody but the agency sees any difference between a centre where a traveller met a discreet alert and one where the same traveller crossed
// and met none: every page is the same for every other role, for an owner of another agency, and for the auditors of no agency, with every
// count and list on it, but for ids, nonces and times. Neither do the metrics or the log tell.
func TestADiscreetHitIsInvisible(t *testing.T) {
	with, logsWith := seenAtTheCentre(t, true)
	without, logsWithout := seenAtTheCentre(t, false)
	require.Greater(t, len(with), 60)
	for page, shown := range with {
		require.Equal(t, without[page], shown, "%s: %s", page, differs(without[page], shown))
	}
	require.Len(t, without, len(with))
	for _, logs := range []string{logsWith, logsWithout} {
		told := strings.ReplaceAll(logs, "/discreet", "") // the page that everybody was refused
		require.False(t, strings.Contains(told, "discreet") || strings.Contains(told, "national/D-1"), "the log tells")
	}
}

// seenAtTheCentre is every page of a centre as everybody but the agency sees it.
func seenAtTheCentre(t *testing.T, met bool) (pages map[string]string, logs string) {
	t.Helper()
	w := world.New(t, world.Post{ID: "airport-1"})
	s := w.Station(0)
	wanted := world.NewTraveller(1)
	if !met {
		wanted.Surname, wanted.GivenNames, wanted.Number = "QUIZZELTHORPE", "BARNABY", "ZZ9988776"
	}
	w.Central.Discreet(t, agency, alert(wanted))
	w.Central.WaitScreened(t)
	officer := s.Officer(t, auth.RoleOfficer, "1")
	desk, err := officer.Scan(t.Context(), world.NewTraveller(1).MRZ(t))
	require.NoError(t, err)
	_, err = officer.Decide(t.Context(), desk, border.Admit, "", "")
	require.NoError(t, err)
	world.Eventually(t, func() bool { return w.Central.Count(t, `SELECT FROM crossing`) == 1 }, "the crossing has not come")
	w.Central.WaitScreened(t)
	require.Equal(t, map[bool]int{true: 1, false: 0}[met], w.Central.Count(t, `SELECT FROM discreet_hit`))
	settled(t, w)
	s.Stop() // its heartbeat moves counts of its own

	pages = map[string]string{}
	read := func(who string, client *world.Client) {
		for _, path := range pathsOfTheCentre(t) {
			answer, err := client.Get(t.Context(), path)
			require.NoError(t, err)
			pages[who+" "+path] = fmt.Sprint(answer.Status, " ", neutral(answer))
		}
	}
	for n, role := range auth.Roles() {
		if role != auth.RoleListOwner {
			read(string(role), w.Central.SignedIn(t, role, fmt.Sprintf("reader%d", n)))
		}
	}
	read("other owner", w.Central.Owner(t, "other", "Customs").Client)
	pages["metrics"] = metricsOf(t, w.Central)
	own := w.Central.Owner(t, "own", agency)
	answer, err := own.Get(t.Context(), "/")
	require.NoError(t, err)
	require.Equal(t, "/desk", answer.Path, "an owner's front page is the desk")
	answer, err = own.Get(t.Context(), "/discreet")
	require.NoError(t, err)
	require.Equal(t, met, strings.Contains(answer.Body, "/discreet/"), "the agency sees it")
	return pages, w.Central.Logs.String()
}

// metricsOf are the names and labels of all that is measured, with the figures that tell of events and alerts.
func metricsOf(t *testing.T, c *world.Central) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+c.Metrics+"/metrics", nil)
	require.NoError(t, err)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer answer.Body.Close()
	require.Equal(t, http.StatusOK, answer.StatusCode)
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	var told []string
	for line := range strings.Lines(string(text)) {
		series, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch {
		case strings.HasPrefix(series, "#"):
			continue
		case series == "bmis_portal_key_age_seconds" || strings.HasPrefix(series, "bmis_station_online"): // a matter of seconds
		case strings.HasPrefix(series, "bmis_"):
			series += " " + value
		}
		told = append(told, series)
	}
	require.Contains(t, strings.Join(told, "\n"), `bmis_station_received_events{station="airport-1"}`)
	return strings.Join(told, "\n")
}

func alert(p world.Traveller) alerts.Alert {
	a := alerts.Flat{
		ID: "D-1", Surname: p.Surname, GivenNames: p.GivenNames, BirthDate: p.BirthDate, DocumentNumber: p.Number, IssuingState: "UTO",
		Reason: "discreet check", Action: string(alerts.ActionObserve),
	}.Alert("national")
	a.Category = alerts.CategoryCheck
	return a
}

// pathsOfTheCentre are all addresses of the program that show something and name nobody.
func pathsOfTheCentre(t *testing.T) []string {
	t.Helper()
	file, err := os.Open("testdata/matrix.txt")
	require.NoError(t, err)
	defer file.Close()
	var all []string
	for lines := bufio.NewScanner(file); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) > 2 && fields[0] == "GET" && !strings.Contains(fields[1], ":") && !strings.Contains(fields[1], "stream") {
			all = append(all, fields[1])
		}
	}
	require.NotEmpty(t, all)
	return all
}

var changing = []*regexp.Regexp{ //nolint:gochecknoglobals // compiled once
	regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`),
	regexp.MustCompile(`\d{4}-\d{2}-\d{2}T[0-9:.]+Z|\d{4}-\d{2}-\d{2} \d{2}:\d{2}( [+]00:00)?|\d{2}:\d{2}(:\d{2})?`),
	regexp.MustCompile(`just now|\d+ (second|minute)s? ago`), regexp.MustCompile(`nonce="[^"]*"`),
	regexp.MustCompile(`airport-1</bdi></th><td class="number">\d+</td><td><bdi>[^<]*</bdi></td>`),                                                      // how far the witness of the station's log is
	regexp.MustCompile(`(?s)-----BEGIN.*END CERTIFICATE-----`), regexp.MustCompile(`certificate [0-9a-f]+`), regexp.MustCompile(`mono">[0-9a-f]{16,}<`), // serial numbers and names of keys
	regexp.MustCompile(`<tr><td class="number">.*?</td>`), // the number of a leaf, which an entry gets a moment after it is written
}

// neutral is a page without what differs from request to request whatever happened.
func neutral(r world.Response) string {
	body := r.Path + "\n" + r.Body
	for _, c := range changing {
		body = c.ReplaceAllString(body, "*")
	}
	if r.Path == "/audit" { // what programs and people write at the same time comes in any order
		rows := strings.Split(body, "</tr>")
		slices.Sort(rows)
		body = strings.Join(rows, "\n")
	}
	return body
}

// differs is where two pages begin to differ.
func differs(a, b string) string {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	around := func(s string) string { return s[max(0, n-80):min(len(s), n+80)] }
	return around(a) + "\n⟷\n" + around(b)
}

// settled waits until the board of stations shows the station with the newest version of whatever it holds.
func settled(t *testing.T, w *world.World) {
	t.Helper()
	client := w.Central.SignedIn(t, auth.RoleAdministrator, "board")
	held := regexp.MustCompile(`version (\d+) of (\d+)`)
	crossed := regexp.MustCompile(`Individual files:</span><span class="status no-hit">.{0,80}version [2-9]`) // the projector has told of the crossing
	world.Eventually(t, func() bool {
		answer, err := client.Get(t.Context(), "/stations/board")
		require.NoError(t, err)
		for _, versions := range held.FindAllStringSubmatch(answer.Body, -1) {
			if versions[1] != versions[2] {
				return false
			}
		}
		return crossed.MatchString(answer.Body) && strings.Contains(answer.Body, `Alert lists:</span><span class="status no-hit">`)
	}, "the station does not hold what there is")
}
