package thread_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/cmd/internal/world"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
)

// naughty are texts that people, scanners and attackers send, by what they are.
func naughty(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("testdata/naughty.json")
	require.NoError(t, err)
	all := map[string]string{}
	require.NoError(t, json.Unmarshal(text, &all))
	all["long"] = strings.Repeat("Ä€", 5000)
	all["very long"] = strings.Repeat("x", 1<<20)
	require.Greater(t, len(all), 40)
	return all
}

// prober sends forms with one field spoiled, and remembers what was taken.
type prober struct {
	uploads bool // the form has room for a file
	t       *testing.T
	part    *world.Part
	client  *world.Client
	who     world.Person
	serial  int
	reached int
	taken   map[string][]string // by action and field
}

func newProber(t *testing.T, p *world.Part, role auth.Role) *prober {
	t.Helper()
	b := &prober{t: t, part: p, client: p.Client(t), who: p.Person(t, role, "naughty-"+string(role)), taken: map[string][]string{}}
	require.NoError(t, b.client.SignIn(t.Context(), b.who))
	return b
}

// form sends every payload in every field of a form whose other fields are right.
func (b *prober) form(action string, right ...string) {
	b.t.Helper()
	base := form(right...)
	require.NotEmpty(b.t, base, action)
	for field := range base {
		for what, payload := range naughty(b.t) {
			b.serial++
			values := maps.Clone(base)
			for name, value := range values {
				values[name] = []string{strings.ReplaceAll(value[0], "#", fmt.Sprint(b.serial))}
			}
			values.Set(field, payload)
			if answer := b.send(action, values, what, payload); answer.Status < 300 {
				b.taken[action+" "+field] = append(b.taken[action+" "+field], payload)
			}
		}
	}
}

// post sends the form as a browser does: with room for a file where the form has one.
func (b *prober) post(action string, values url.Values) (world.Response, error) {
	if !b.uploads {
		return b.client.Post(b.t.Context(), action, values)
	}
	var fields []string
	for name, all := range values {
		fields = append(fields, name, all[0])
	}
	return b.client.Upload(b.t.Context(), action, "picture", "", nil, fields...)
}

// send posts the form; what comes back may be anything but a failure, and shows nothing unescaped.
func (b *prober) send(action string, values url.Values, what, payload string) world.Response {
	b.t.Helper()
	answer, err := b.post(action, values)
	require.NoError(b.t, err, "%s with %s", action, what)
	b.judge(answer, action, what, payload)
	if strings.HasPrefix(answer.Path, "/signin") && action != "/signin" { // too many wrong passwords end a session
		b.part.Clock.Pass(2 * time.Hour)
		require.NoError(b.t, b.client.SignIn(b.t.Context(), b.who))
	}
	return answer
}

// get asks for an address in which the payload stands for %s.
func (b *prober) get(path string) {
	b.t.Helper()
	for what, payload := range naughty(b.t) {
		if len(payload) > 16<<10 {
			continue // longer than a header may be
		}
		answer, err := b.client.Get(b.t.Context(), fmt.Sprintf(path, url.QueryEscape(payload)))
		require.NoError(b.t, err, "%s with %s", path, what)
		b.judge(answer, path, what, payload)
	}
}

func (b *prober) judge(answer world.Response, action, what, payload string) {
	b.t.Helper()
	require.Less(b.t, answer.Status, 500, "%s with %s: %s", action, what, answer.Body)
	require.NotEmpty(b.t, answer.Body, "%s with %s", action, what)
	require.NotContains(b.t, strings.Join(answer.Header.Values("Set-Cookie"), ";"), "owned", "%s with %s", action, what)
	if strings.ContainsAny(payload, `<"`) && strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html") {
		require.NotContains(b.t, answer.Body, payload, "%s echoes %s", action, what)
	}
	require.NotContains(b.t, answer.Body, "goroutine", "%s with %s", action, what)
	require.NotContains(b.t, answer.Body, "SQLSTATE", "%s with %s", action, what)
	if !strings.HasPrefix(answer.Path, "/signin") {
		b.reached++
	}
}

// kept asks that what was taken in the field is stored as it was sent, but for space around it.
func (b *prober) kept(p *world.Part, actionAndField, column string) {
	b.t.Helper()
	table, field, _ := strings.Cut(column, ".")
	for _, payload := range b.taken[actionAndField] {
		n := p.Count(b.t, fmt.Sprintf(`SELECT FROM %s WHERE %s IN ($1, $2)`, table, field), payload, strings.TrimSpace(payload))
		require.Positive(b.t, n, "%s took %q and %s has something else", actionAndField, payload, column)
	}
	require.Greater(b.t, len(b.taken[actionAndField]), 10, "%s took nearly nothing: the test says little", actionAndField)
}

// Nobody's input breaks a form of the centre or gets out of the place where it belongs.
func TestNaughtyInputAtTheCentre(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	for _, where := range []struct {
		role auth.Role
		try  func(b *prober)
	}{
		{auth.RoleAnalyst, func(b *prober) {
			b.form("/search", "name", "martin", "document", "", "birth_date", "", "from", "2026-01-01", "to", "", "station", "", "direction", "",
				"verdict", "", "purpose", "investigation", "hits", "", "after", "")
			b.form("/search/export", "name", "martin", "purpose", "investigation", "format", "csv", "from", "", "station", "")
			b.form("/flows/export", "from", "2026-01-01", "to", "2026-02-01", "station", "", "by", "", "nationality", "", "format", "csv")
			b.form("/language", "language", "en", "next", "/live")
			for _, path := range []string{
				"/live?purpose=%s", "/live/rows?purpose=%s", "/flows?from=%s", "/flows?to=%[1]s&from=%[1]s", "/flows?from=2026-01-01&to=2026-01-02&station=%s",
				"/flows?from=2026-01-01&to=2026-01-02&by=%s", "/flows?from=2026-01-01&to=2026-01-02&nationality=%s", "/signin?next=%s", "/stations?x=%s",
				"/travellers/0190a000-0000-7000-8000-000000000000?purpose=%s",
			} {
				b.get(path)
			}
		}},
		{auth.RoleSupervisor, func(b *prober) {
			const add = "/alerts/lists/national/alert"
			b.uploads = true
			b.form(add, "kind", "person", "category", "other", "name_raw", "NAUGHTY#", "name_kind", "primary", "name_given", "", "name_family", "",
				"birth_from", "1980-01-01", "nationalities", "UTO", "action", "refer", "valid_from", "2026-11-21", "reason", "because")
			b.uploads = false
			b.form("/alerts/search", "q", "naughty", "purpose", "list_maintenance")
			b.get("/alerts/proposals?before=%s")
			for field, column := range map[string]string{"reason": "(body::jsonb)->>'reason'", "name_raw": "(body::jsonb)->'subject'->'names'->0->>'raw'"} {
				b.kept(w.Central.Part, add+" "+field, "list_proposed."+column)
			}
		}},
		{auth.RoleAdministrator, func(b *prober) {
			b.form("/users", "login", "person#", "display_name", "A Person", "role", "analyst")
			b.form("/enrolment/stations", "id", "post-#", "name", "A Post", "transport", "air", "zone", "UTC")
			b.form("/enrolment/stations/post-1/deny", "why", "stolen")
			b.get("/dead-letters?after=%s")
			b.kept(w.Central.Part, "/users display_name", "account.display_name")
			b.kept(w.Central.Part, "/enrolment/stations name", "station.name")
		}},
		{auth.RoleAuditor, func(b *prober) {
			b.get("/audit?before=%s")
			b.form("/account/password", "current", "wrong", "password", "another granite lantern", "again", "another granite lantern", "next", "")
			b.form("/account/pin", "password", "wrong", "pin", "314159", "again", "314159")
			b.form("/signin", "login", "nobody", "password", "wrong", "next", "/")
		}},
	} {
		t.Run(string(where.role), func(t *testing.T) {
			b := newProber(t, w.Central.Part, where.role)
			where.try(b)
			require.Greater(t, b.reached, b.serial/2, "most never came further than the sign-in")
		})
	}
	w.Central.Clock.Pass(2 * time.Hour) // so many wrong passwords slow down everybody at this address, for an hour
	looksSound(t, w.Central.Part, map[auth.Role][]string{
		auth.RoleSupervisor: {"/alerts"}, auth.RoleAdministrator: {"/users", "/enrolment"}, auth.RoleAuditor: {"/audit"},
	})
}

// What is sent at a counter arrives at the centre as it was sent, is shown as text, and is no formula in a file.
func TestNaughtyInputAtTheCounter(t *testing.T) {
	t.Parallel()
	w := world.New(t, airport())
	station := w.Station(0)
	b := newProber(t, station.Part, auth.RoleOfficer)
	officer := &world.Officer{Client: b.client, Who: b.who}
	require.NoError(t, officer.TakeLane(t.Context(), "1"))
	b.form("/counter/lane", "lane", "1")
	require.NoError(t, officer.TakeLane(t.Context(), "1"))

	b.form("/counter/scans", "mrz", world.NewTraveller(1).MRZ(t), "mode", "air", "transport", "XX1", "purpose", "", "source", "reader")
	b.form("/counter/typed", "document_code", "P", "issuing_state", "UTO", "document_number", "QX#", "surname", "TYPED", "given_names", "BY HAND",
		"nationality", "UTO", "birth_date", "1980-01-01", "sex", "X", "expiry_date", "2030-01-01", "mode", "air", "transport", "", "purpose", "")
	for _, path := range []string{"/counter?panel=%s", "/counter?panel=undo&crossing=%s", "/signin?next=%s"} {
		b.get(path)
	}
	b.kept(station.Part, "/counter/scans transport", "scan.transport")
	b.kept(station.Part, "/counter/typed surname", "scan.identity->>'surname'")
	b.kept(station.Part, "/counter/typed given_names", "scan.identity->>'given_names'")
	referAll(t, station, officer, naughty(t))

	decided, err := officer.Look(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, decided.Undoable)
	b.form("/counter/crossings/"+decided.Undoable[0]+"/undo", "reason", "gone")

	w.WaitDrained(t, station)
	require.Zero(t, w.Central.Count(t, `SELECT FROM dead_letter`))
	require.ElementsMatch(t, ids(t, station.Part, `SELECT s.identity->>'surname' || s.transport FROM decision d JOIN scan s ON s.id = d.inspection_id`),
		ids(t, w.Central.Part, `SELECT surname || transport FROM crossing`))
	filesAreHarmless(t, w)
	looksSound(t, w.Central.Part, map[auth.Role][]string{auth.RoleAnalyst: {"/live?purpose=investigation", "/flows"}})
	looksSound(t, station.Part, map[auth.Role][]string{auth.RoleSupervisor: {"/counter"}})
}

// referAll refers everybody who waits at the counter, each with one of the payloads as its remark.
func referAll(t *testing.T, s *world.Station, o *world.Officer, payloads map[string]string) {
	t.Helper()
	notes := slices.Sorted(maps.Values(payloads))
	for n := 0; ; n++ {
		desk, err := o.Look(t.Context())
		require.NoError(t, err)
		if desk.Traveller == "" && desk.Waiting == 0 && len(desk.Checks) == 0 {
			return
		}
		desk, err = o.Checked(t.Context(), desk)
		require.NoError(t, err)
		done, err := o.Decide(t.Context(), desk, border.Refer, "other", notes[n%len(notes)])
		require.NoError(t, err)
		require.Less(t, done.Status, 500, done.Body)
		if done.Status >= 400 { // too long a remark, or one that cannot be kept
			decide(t, o, desk, border.Refer, "other")
			continue
		}
		note := strings.TrimSpace(notes[n%len(notes)])
		require.Positive(t, s.Count(t, `SELECT FROM decision WHERE note = $1`, note), "%q is not stored as it was sent", note)
	}
}

// filesAreHarmless exports everything and looks for cells that a spreadsheet program would take for a formula.
func filesAreHarmless(t *testing.T, w *world.World) {
	t.Helper()
	analyst := w.Central.SignedIn(t, auth.RoleAnalyst, "exporter")
	export := func(format string) string {
		answer, err := analyst.Post(t.Context(), "/search/export", form("purpose", "investigation", "station", "airport-1", "format", format))
		require.NoError(t, err)
		require.NoError(t, answer.OK(), answer.Body)
		return answer.Body
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(export("csv"), "\ufeff"))).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 1+w.Central.Count(t, `SELECT FROM crossing`))
	for _, row := range rows {
		for _, cell := range row {
			require.False(t, cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])), "%q is a formula", cell)
		}
	}
	book, err := excelize.OpenReader(bytes.NewReader([]byte(export("xlsx"))))
	require.NoError(t, err)
	sheet, err := book.GetRows("Sheet1")
	require.NoError(t, err)
	require.Len(t, sheet, len(rows))
	for y := range sheet {
		for x := range sheet[y] {
			at, err := excelize.CoordinatesToCellName(x+1, y+1)
			require.NoError(t, err)
			formula, err := book.GetCellFormula("Sheet1", at)
			require.NoError(t, err)
			require.Empty(t, formula, at)
		}
	}
}

// looksSound opens pages on which payloads stand in a real browser, which must not do what they ask. Its complaints fail the test.
func looksSound(t *testing.T, p *world.Part, pages map[auth.Role][]string) {
	t.Helper()
	for role, paths := range pages {
		b := window(t, p, p.Person(t, role, "looking-"+string(role)), "en")
		if browsertest.Eval[bool](b.Page, "location.pathname === '/counter/lane'") {
			b.follow("button[name=lane][value='1']")
			b.Wait("location.pathname === '/counter'")
		}
		for _, path := range paths {
			b.Goto(p.URL() + path)
			b.WaitFor("main h1")
			require.NotContains(t, browsertest.Eval[string](b.Page, "document.title"), "owned")
			b.Screenshot(b.prefix + "naughty" + strings.NewReplacer("?", "-", "=", "-").Replace(path))
			b.CheckAccessible()
			b.CheckNoSidewaysScroll()
		}
	}
}
