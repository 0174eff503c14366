package analyst_test

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/border/receipt"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func TestMatrix(t *testing.T) { webtest.Matrix(t, newCentre(t).Server, "testdata/matrix.txt") }

// says wants words on a page, without printing the page when they are missing.
func says(t testing.TB, page, words string) {
	t.Helper()
	if !strings.Contains(page, words) {
		require.FailNow(t, "the page does not say it", words)
	}
}

// auditRows are the audit entries of an actor, oldest first, in short.
func (c *centre) auditRows(t testing.TB, actor uuid.UUID) []string {
	t.Helper()
	rows, err := c.DB.Pool.Query(t.Context(), `SELECT verb || ' ' || object_kind || ' ' || purpose || ' ' || result_count || ' ' ||
		(CASE WHEN query_hmac = '' THEN 'plain' ELSE 'keyed' END) || ' ' || decision FROM audit
		WHERE actor = $1 AND verb NOT IN ('login', 'logout') ORDER BY id`, actor.String())
	require.NoError(t, err)
	var list []string
	for rows.Next() {
		var line string
		require.NoError(t, rows.Scan(&line))
		list = append(list, strings.TrimSpace(line))
	}
	require.NoError(t, rows.Err())
	return list
}

func TestASearchNeedsAPurposeAndIsAudited(t *testing.T) {
	c := newCentre(t)
	c.fill(t, 60)
	who := c.Person(t, auth.RoleAnalyst, "anna")
	client := c.SignedIn(t, who)

	refused := c.Post(t, client, "/search", url.Values{"name": {"SPECIMEN"}})
	require.Equal(t, http.StatusForbidden, refused.Status)
	says(t, refused.Body, "Say what this look is for")
	require.NotContains(t, refused.Body, "PAT ", "nobody is shown")
	require.Equal(t, []string{"denied crossing  0 plain purpose_missing"}, c.auditRows(t, who.ID))

	found := c.Post(t, client, "/search", url.Values{"name": {"specimen"}, "purpose": {"investigation"}})
	require.Equal(t, http.StatusOK, found.Status)
	says(t, found.Body, "13 crossings found")
	require.Equal(t, 13, strings.Count(found.Body, "<tr data-crossing="), "the count is that of the rows")
	require.Equal(t, "consultation crossing investigation 13 keyed", c.auditRows(t, who.ID)[1])
	require.NotContains(t, c.Logs.String(), "specimen", "search terms stay out of the log")
}

var nextCursor = regexp.MustCompile(`name="after" value="([^"]+)"`)

// The pages of a search hold every row once, and their number is the one on the heading.
func TestPagesHoldEveryRowOnce(t *testing.T) {
	c := newCentre(t)
	c.fill(t, 130)
	client := c.SignedIn(t, c.Person(t, auth.RoleAnalyst, "anna"))
	form := url.Values{"station": {"airport-1"}, "purpose": {"risk_analysis"}}
	seen := map[string]bool{}
	rows := regexp.MustCompile(`data-crossing="([^"]+)"`)
	pages := 0
	for {
		page := c.Post(t, client, "/search", form)
		require.Equal(t, http.StatusOK, page.Status)
		says(t, page.Body, "130 crossings found")
		for _, m := range rows.FindAllStringSubmatch(page.Body, -1) {
			require.False(t, seen[m[1]], "a row stands on two pages")
			seen[m[1]] = true
		}
		pages++
		next := nextCursor.FindStringSubmatch(page.Body)
		if next == nil {
			break
		}
		form.Set("after", next[1])
	}
	require.Len(t, seen, 130)
	require.Equal(t, 3, pages)
}

func TestSearchFaultsStandBesideTheirField(t *testing.T) {
	c := newCentre(t)
	client := c.SignedIn(t, c.Person(t, auth.RoleAnalyst, "anna"))
	for name, bad := range map[string]struct{ field, value, says string }{
		"short name":        {"name", "x", "at least two letters"},
		"no date":           {"birth_date", "12.8.1974", "Not a date"},
		"partial day":       {"from", "2026-11", "whole day"},
		"no such way":       {"direction", "up", "entry or exit"},
		"no such act":       {"verdict", "eat", "from the list"},
		"empty number":      {"document", "--", "letters or digits"},
		"only a birth date": {"birth_date", "1974-08-12", "Give a name"},
	} {
		t.Run(name, func(t *testing.T) {
			form := url.Values{"purpose": {"investigation"}, "station": {""}}
			if name != "only a birth date" {
				form.Set("station", "airport-1")
			}
			form.Set(bad.field, bad.value)
			answer := c.Post(t, client, "/search", form)
			require.Equal(t, http.StatusUnprocessableEntity, answer.Status)
			says(t, answer.Body, bad.says)
			if bad.field != "direction" && bad.field != "verdict" {
				says(t, answer.Body, `value="`+bad.value+`"`) // what was typed is still there
			}
		})
	}
}

func TestAnExportIsWhatIsOnScreen(t *testing.T) {
	c := newCentre(t)
	c.fill(t, 60)
	// A name that a spreadsheet would take for a formula.
	evil := c.crossing(3, border.Entry)
	evil.Identity.Surname, evil.Transport = "=HYPERLINK(1)", "@SUM(1)"
	c.send(t, "airport-1", body(t, border.KindCrossing, evil))
	who := c.Person(t, auth.RoleAnalyst, "anna")
	client := c.SignedIn(t, who)
	form := url.Values{"station": {"airport-1"}, "purpose": {"data_quality"}, "direction": {"entry"}}
	screen := c.Post(t, client, "/search", form)
	says(t, screen.Body, "41 crossings found")

	form.Set("format", "csv")
	file := c.Post(t, client, "/search/export", form)
	require.Equal(t, http.StatusOK, file.Status)
	require.Contains(t, file.Header.Get("Content-Disposition"), ".csv")
	records, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file.Body, "\ufeff"))).ReadAll()
	require.NoError(t, err)
	require.Len(t, records, 1+41)
	says(t, file.Body, "'=HYPERLINK(1)")
	says(t, file.Body, "'@SUM(1)")
	for _, record := range records {
		for _, cell := range record {
			require.False(t, cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])), "a formula: %q", cell)
		}
	}
	form.Set("format", "xlsx")
	book, err := excelize.OpenReader(bytes.NewReader([]byte(c.Post(t, client, "/search/export", form).Body)))
	require.NoError(t, err)
	sheet, err := book.GetRows("Sheet1")
	require.NoError(t, err)
	require.Len(t, sheet, 1+41)
	require.Equal(t, []string{
		"consultation crossing data_quality 41 keyed", "disclosure crossing data_quality 41 keyed", "disclosure crossing data_quality 41 keyed",
	}, c.auditRows(t, who.ID))
}

func TestAnExportWithoutPurposeIsRefused(t *testing.T) {
	c := newCentre(t)
	c.fill(t, 5)
	who := c.Person(t, auth.RoleAnalyst, "anna")
	client := c.SignedIn(t, who)
	answer := c.Post(t, client, "/search/export", url.Values{"station": {"airport-1"}, "format": {"csv"}})
	require.Equal(t, http.StatusForbidden, answer.Status)
	require.NotContains(t, answer.Body, "TESTERSON")
	require.Equal(t, []string{"denied crossing  0 plain purpose_missing"}, c.auditRows(t, who.ID))
	require.Equal(t, http.StatusUnprocessableEntity, c.Post(t, client, "/search/export", url.Values{"format": {"pdf"}}).Status)
}

func TestHistoryIsForAPurposeAndOnlyOfWhatExists(t *testing.T) {
	c := newCentre(t)
	c.fill(t, 5)
	who := c.Person(t, auth.RoleAnalyst, "anna")
	client := c.SignedIn(t, who)
	var traveller uuid.UUID
	require.NoError(t, c.DB.Pool.QueryRow(t.Context(), `SELECT traveller_id FROM crossing WHERE annulled_at IS NOT NULL`).Scan(&traveller))

	asked := c.Get(t, client, "/travellers/"+traveller.String())
	require.Equal(t, http.StatusForbidden, asked.Status)
	says(t, asked.Body, "What is it for?")
	shown := c.Get(t, client, "/travellers/"+traveller.String()+"?purpose=stay_check")
	require.Equal(t, http.StatusOK, shown.Status)
	says(t, shown.Body, "Undone")
	says(t, shown.Body, "officer2")
	for _, id := range []string{uuid.NewString(), "1", "..%2f..%2fetc"} {
		require.Equal(t, http.StatusNotFound, c.Get(t, client, "/travellers/"+id+"?purpose=stay_check").Status, id)
	}
	require.Equal(t, []string{"denied traveller  0 plain purpose_missing", "consultation traveller stay_check 1 plain"}, c.auditRows(t, who.ID)[:2])
}

func TestWhyAPersonIsListedIsForThoseWhoMayKnow(t *testing.T) {
	c := newCentre(t)
	c.fill(t, 5) // the fourth crossing has a hit with a restricted reason
	var traveller uuid.UUID
	require.NoError(t, c.DB.Pool.QueryRow(t.Context(), `SELECT traveller_id FROM crossing WHERE hits > 0`).Scan(&traveller))
	client := c.SignedIn(t, c.Person(t, auth.RoleAnalyst, "anna"))
	says(t, c.Get(t, client, "/travellers/"+traveller.String()+"?purpose=stay_check").Body, "sought as a witness")
}

func TestFlowsAddUp(t *testing.T) {
	c := newCentre(t)
	c.fill(t, 60)
	client := c.SignedIn(t, c.Person(t, auth.RoleAnalyst, "anna"))
	page := c.Get(t, client, "/flows?from=2026-11-01&to=2026-11-30")
	require.Equal(t, http.StatusOK, page.Status)
	says(t, page.Body, "<svg")
	file := c.Post(t, client, "/flows/export", url.Values{"from": {"2026-11-01"}, "to": {"2026-11-30"}, "format": {"csv"}})
	records, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file.Body, "\ufeff"))).ReadAll()
	require.NoError(t, err)
	says(t, page.Body, "lines: admitted per day")
	require.Equal(t, len(records)-1, strings.Count(page.Body, `<td><bdi class="mono">2026-11-`), "the file has the rows of the screen")
	require.Equal(t, http.StatusUnprocessableEntity, c.Get(t, client, "/flows?from=2026-11-30&to=2026-11-01").Status)
	require.Equal(t, http.StatusUnprocessableEntity, c.Get(t, client, "/flows?from=2020-11-30&to=2026-11-01").Status)
}

func TestAParkedEventIsTriedAgain(t *testing.T) {
	c := newCentre(t)
	c.fill(t, 2)
	client := c.SignedIn(t, c.Person(t, auth.RoleAdministrator, "adam"))
	page := c.Get(t, client, "/dead-letters")
	says(t, page.Body, "1 parked event")
	says(t, page.Body, "payload field lane")
	path := regexp.MustCompile(`/dead-letters/\d+-\d+/retry`).FindString(page.Body)
	again := c.Post(t, client, path, nil)
	require.Equal(t, http.StatusOK, again.Status)
	says(t, again.Body, "still cannot be applied")
	for _, unknown := range []string{"/dead-letters/1-999/retry", "/dead-letters/x/retry", "/dead-letters/99-1/retry"} {
		require.Equal(t, http.StatusNotFound, c.Post(t, client, unknown, nil).Status, unknown)
	}
}

func TestAStationIsEnrolledAndShutOut(t *testing.T) {
	c := newCentre(t)
	client := c.SignedIn(t, c.Person(t, auth.RoleAdministrator, "adam"))
	form := url.Values{"id": {"airport-1"}, "name": {"Airport"}, "transport": {"air"}, "zone": {"Africa/Nairobi"}}
	says(t, c.Post(t, client, "/enrolment/stations", form).Body, "make its enrolment token")
	require.Equal(t, http.StatusConflict, c.Post(t, client, "/enrolment/stations", form).Status)
	token := c.Post(t, client, "/enrolment/stations/airport-1/token", nil)
	says(t, token.Body, "bmis1.airport-1.")
	require.NotContains(t, c.Get(t, client, "/enrolment").Body, "bmis1.", "a token is shown once")
	require.Equal(t, http.StatusNotFound, c.Post(t, client, "/enrolment/stations/nowhere/token", nil).Status)
	says(t, c.Post(t, client, "/enrolment/stations/airport-1/deny", url.Values{"why": {"stolen"}}).Body, "Shut out")
	require.NotContains(t, c.Logs.String(), "bmis1.", "tokens stay out of the log")
}

// Every dataset that stations take has a name for people.
func TestDatasetsHaveNames(t *testing.T) {
	c := newCentre(t)
	c.fill(t, 1)
	for _, dataset := range []string{alerts.ListsDataset, file.Dataset, receipt.Dataset} {
		_, err := c.DB.Pool.Exec(t.Context(), `INSERT INTO ref_dataset (dataset) VALUES ($1) ON CONFLICT DO NOTHING`, dataset)
		require.NoError(t, err)
	}
	page := c.Get(t, c.SignedIn(t, c.Person(t, auth.RoleAnalyst, "anna")), "/stations").Body
	for _, words := range []string{"Alert lists:", "Individual files:", "Receipt keys:"} {
		says(t, page, "<span>"+words+"</span>")
	}
}

func TestAnAlertOfAStationIsSeenTo(t *testing.T) {
	c := newCentre(t)
	c.fill(t, 2)
	who := c.Person(t, auth.RoleAdministrator, "adam")
	client := c.SignedIn(t, who)
	says(t, c.Get(t, client, "/stations").Body, "Events were parked")
	path := "/stations/land-2/alerts/replication.dead_letter/close"
	require.Equal(t, http.StatusSeeOther, c.Post(t, client, path, nil).Status)
	page := c.Get(t, client, "/stations").Body
	require.NotContains(t, page, "Events were parked")
	says(t, page, "1 parked event") // what is parked stays on the board
	require.Equal(t, http.StatusNotFound, c.Post(t, client, path, nil).Status)
	require.Equal(t, []string{"administration station  0 plain closed replication.dead_letter"}, c.auditRows(t, who.ID))
}

func TestAccountsAreKeptFromTheirPage(t *testing.T) {
	c := newCentre(t)
	client := c.SignedIn(t, c.Person(t, auth.RoleAdministrator, "adam"))
	made := c.Post(t, client, "/users", url.Values{"login": {"nadia"}, "display_name": {"Nadia Testperson"}, "role": {"analyst"}})
	require.Equal(t, http.StatusOK, made.Status)
	says(t, made.Body, "First password of nadia")
	require.NotContains(t, c.Get(t, client, "/users").Body, "First password")
	require.Equal(t, http.StatusUnprocessableEntity, c.Post(t, client, "/users", url.Values{"login": {"x y"}, "display_name": {"X"}, "role": {"analyst"}}).Status)
	var id uuid.UUID
	require.NoError(t, c.DB.Pool.QueryRow(t.Context(), `SELECT id FROM account WHERE login = 'nadia'`).Scan(&id))
	says(t, c.Post(t, client, "/users/"+id.String()+"/disable", nil).Body, "disabled and signed out")
	says(t, c.Post(t, client, "/users/"+id.String()+"/enable", nil).Body, "active again")
	says(t, c.Post(t, client, "/users/"+id.String()+"/password", nil).Body, "First password of nadia")
	for _, path := range []string{"/users/" + id.String() + "/promote", "/users/1/disable", "/users/" + uuid.NewString() + "/disable"} {
		require.Equal(t, http.StatusNotFound, c.Post(t, client, path, nil).Status, path)
	}
}
