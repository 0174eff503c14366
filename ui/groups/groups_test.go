package groups_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/documentcheck"
	"github.com/openbmis/openbmis/border/group"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/postgres/groupdb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/ui/counter"
	"github.com/openbmis/openbmis/ui/groups"
	"github.com/openbmis/openbmis/ui/view/counterview"
	"github.com/openbmis/openbmis/ui/web"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

// list is an alert check that knows one name.
type list struct{}

func (list) Name() string { return "alerts.national" }

func (list) Check(_ context.Context, s border.Subject) (border.Finding, error) {
	if s.Identity.Surname != "WANTED" {
		return border.Finding{Outcome: border.NoHit}, nil
	}
	return border.Finding{Outcome: border.Hit, Evidence: []border.Evidence{
		{Code: "alert_name", Found: "WANTED", Expected: "WANTED", Severity: border.SecondLine, Ref: "a1"},
		{Code: "alert_reason", Expected: "the secret reason", Severity: border.SecondLine, Ref: "a1", Restricted: true},
	}}, nil
}

func open(t testing.TB) *webtest.Site {
	t.Helper()
	return webtest.New(t, migrations.Station, func(s *webtest.Site) {
		desk := border.NewDesk(border.DeskConfig{
			Post: border.Post{Station: webtest.Post, Zone: time.UTC, Mode: border.Land}, Store: stationdb.New(s.DB, uuid.New, func() {}),
			Plan: []border.Planned{{Check: documentcheck.Check{}, Deadline: 10 * time.Second}, {Check: list{}, Deadline: 10 * time.Second}},
			Undo: time.Hour, Now: s.Clock.Now, NewID: uuid.New,
		})
		lanes := []counterview.Lane{{Name: "1", Direction: border.Entry}, {Name: "2", Direction: border.Exit}}
		travelling := group.New(group.Config{Desk: desk, Store: groupdb.New(s.DB, func() {}), Now: s.Clock.Now, NewID: uuid.New})
		counter.New(desk, lanes, s.Door).With(counter.Parts{Groups: travelling}).Register(s.Server)
		groups.New(travelling, desk, lanes).Register(s.Server)
		s.Handle(http.MethodGet, "/", auth.SessionOwn, func(c *web.Context) error { return c.SeeOther("/counter") })
	})
}

func zone(t testing.TB, surname string, n int) string {
	t.Helper()
	date := func(s string) traveldoc.Date {
		d, err := traveldoc.ParseDate(s)
		require.NoError(t, err)
		return d
	}
	lines, err := mrz.Encode(mrz.TD3, traveldoc.Document{Code: "P", Number: fmt.Sprintf("F%07d", n), IssuingState: "FRA", ExpiryDate: date("2031-05-06")},
		traveldoc.Identity{Surname: surname, GivenNames: "ANNA", BirthDate: date("1984-02-03"), Sex: "F", Nationality: "FRA"}, mrz.Extra{})
	require.NoError(t, err)
	return lines
}

// name is the n-th passenger's, in letters.
func name(n int) string { return "PASS" + string(rune('A'+n/26)) + string(rune('A'+n%26)) }

// manifest names people from 1 on; the last line cannot be read.
func manifest(people int) string {
	var b strings.Builder
	b.WriteString("name;birth;number;nationality\n")
	for n := 1; n <= people; n++ {
		fmt.Fprintf(&b, "%s ANNA;1984-02-03;F%07d;FRA\n", name(n), n)
	}
	return b.String() + "SOMEBODY;31-12-99\n"
}

func count(t testing.TB, s *webtest.Site, table string) (n int) {
	t.Helper()
	require.NoError(t, s.DB.Pool.QueryRow(t.Context(), "select count(*) from "+table).Scan(&n))
	return n
}

func shown(p *browsertest.Page, name string) {
	p.Screenshot(name)
	p.CheckAccessible()
	p.CheckOneScreen()
	p.CheckNoSidewaysScroll()
}

// A bus of 40 crosses by keyboard alone: one is on the list, one is missing, one is not on the manifest, and a line cannot be read.
func TestABusOf40(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			s := open(t)
			p := browsertest.Open(t, language)
			p.Size(1366, 768)
			s.SignIn(p, s.Person(t, auth.RoleOfficer, "amira", language))
			p.WaitFocus("button[name=lane]")
			p.Press("Enter")
			p.Wait("location.pathname === '/counter' && document.readyState === 'complete' && !!globalThis.wedge")
			p.Press("F8")
			p.WaitFocus("#size")
			p.Press("F8") // with a list
			p.Wait("location.pathname === '/groups' && document.readyState === 'complete'")
			p.CheckAccessible()
			p.Press("F8")
			p.Wait("location.pathname === '/groups/new' && document.readyState === 'complete'")
			p.Screenshot("bus-new-" + language)
			p.CheckAccessible()
			p.TabTo("[name=label]")
			p.Type("KCA 123X")
			p.TabTo("#manifest")
			browsertest.Eval[bool](p, fmt.Sprintf("document.execCommand('insertText', false, %q)", manifest(40))) // pasted
			p.Press("F8")
			p.Wait("/^.groups.[0-9a-f-]{36}$/.test(location.pathname) && document.readyState === 'complete' && !!globalThis.wedge")
			p.WaitText("#unusable", "SOMEBODY")
			shown(p, "bus-begin-"+language)
			for n := 40; n > 2; n-- { // in the opposite order
				p.Scan(zone(t, name(n), n), "\r")
				p.WaitText("#progress", fmt.Sprint(41-n))
			}
			p.Scan(zone(t, "WANTED", 2), "\r")
			p.WaitText("#traveller-name", "WANTED")
			p.Scan(zone(t, "ZAZA", 77), "\r")
			p.WaitFor("#count-stranger")
			require.Equal(t, []string{"1", "1", "38", "1"}, []string{p.Text("#count-hit"), p.Text("#count-stranger"), p.Text("#count-clean"), p.Text("#count-missing")})
			require.Equal(t, []string{"hit", "stranger"}, browsertest.Eval[[]string](p, `[...document.querySelectorAll("#members tr")].slice(0, 2).map((r) => r.className)`), "exceptions first")
			require.NotContains(t, p.Text("#desk"), "secret reason")
			shown(p, "bus-scanned-"+language)

			p.Press("F2")
			p.WaitFor("#count-crossed")
			require.Equal(t, "38", p.Text("#count-crossed"))
			require.Equal(t, 38, count(t, s, "crossing"))
			p.Press("F4")
			p.WaitFocus("#reason")
			p.Quiet()
			p.Press("ArrowDown", "Enter")
			p.WaitText("#traveller-name", "ZAZA")
			p.Press("F3")
			p.WaitFocus("#reason")
			p.Press("ArrowDown", "Enter")
			p.WaitGone("#traveller-name")
			p.Quiet() // a person sees the page before pressing the next key
			p.Press("F9")
			p.WaitFocus("#reason-0")
			shown(p, "bus-closing-"+language)
			p.AllowConsole("status of 422")
			p.Press("F9") // without reasons
			p.WaitFor("#band .wrong")
			p.TabTo("#reason-0")
			p.Press("ArrowDown")
			p.TabTo("#strangers")
			p.Press("ArrowDown")
			p.Press("F9")
			p.WaitGone("#closing")
			shown(p, "bus-closed-"+language)
			require.Equal(t, []int{39, 40}, []int{count(t, s, "crossing"), count(t, s, "decision")})
			require.Equal(t, 1, count(t, s, "border_group where closing -> 'reasons' = '{\"2\": \"not_on_board\"}' and closing ->> 'strangers' = 'manifest_incomplete'"))
			require.Equal(t, 40, count(t, s, "scan where circumstances -> 'vehicle' ->> 'plate' = 'KCA 123X'"), "each of them came in the bus")
		})
	}
}

// A whole group is undone in one act; decisions and corrections both stay.
func TestAGroupIsCancelled(t *testing.T) {
	s := open(t)
	client := s.SignedIn(t, s.Person(t, auth.RoleOfficer, "amira"))
	s.Post(t, client, "/counter/lane", url.Values{"lane": {"1"}})
	answer := s.Post(t, client, "/groups", url.Values{"kind": {"bus"}, "label": {"KCA 123X"}, "manifest": {manifest(3)}})
	require.Equal(t, http.StatusSeeOther, answer.Status)
	var id string
	require.NoError(t, s.DB.Pool.QueryRow(t.Context(), "select id from border_group").Scan(&id))
	for n := 1; n <= 3; n++ {
		s.Post(t, client, "/groups/"+id+"/scans", url.Values{"mrz": {zone(t, name(n), n)}})
	}
	s.Post(t, client, "/groups/"+id+"/admission", nil)
	require.Equal(t, 3, count(t, s, "crossing"))
	require.Equal(t, http.StatusUnprocessableEntity, s.Post(t, client, "/groups/"+id+"/cancellation", url.Values{"reason": {"mood"}}).Status)
	s.Post(t, client, "/groups/"+id+"/cancellation", url.Values{"reason": {"wrong_traveller"}})
	require.Equal(t, []int{3, 3}, []int{count(t, s, "crossing"), count(t, s, "correction")})
	page := s.Get(t, client, "/groups/"+id)
	require.Contains(t, page.Body, `id="count-clean"`)
}

func TestRequestsThatMakeNoSense(t *testing.T) {
	s := open(t)
	client := s.SignedIn(t, s.Person(t, auth.RoleOfficer, "amira"))
	require.Equal(t, http.StatusSeeOther, s.Get(t, client, "/groups").Status, "no lane yet")
	s.Post(t, client, "/counter/lane", url.Values{"lane": {"1"}})
	nobody := uuid.NewString()
	for name, test := range map[string]struct {
		path   string
		form   url.Values
		status int
	}{
		"no kind":          {"/groups", url.Values{"label": {"X"}}, 422},
		"no list":          {"/groups", url.Values{"kind": {"bus"}, "label": {"X"}}, 422},
		"a list of nobody": {"/groups", url.Values{"kind": {"bus"}, "label": {"X"}, "manifest": {";;;\n;1990"}}, 422},
		"no number":        {"/groups", url.Values{"kind": {"family"}, "size": {"five"}}, 422},
		"a scan of none":   {"/groups/" + nobody + "/scans", url.Values{"mrz": {zone(t, "A", 1)}}, 404},
		"no id":            {"/groups/1'--/admission", nil, 404},
		"close none":       {"/groups/" + nobody + "/closing", nil, 404},
	} {
		t.Run(name, func(t *testing.T) {
			answer := s.Post(t, client, test.path, test.form)
			require.Equal(t, test.status, answer.Status, answer.Body)
		})
	}
	s.Post(t, client, "/groups", url.Values{"kind": {"bus"}, "label": {"KCA 123X"}, "manifest": {"UNIQUENAME ANNA;;F9999999"}})
	require.NotContains(t, s.Logs.String(), "UNIQUENAME", "names of travellers reach no log")
}

func TestWhoMayWhat(t *testing.T) {
	webtest.Matrix(t, open(t).Server, "testdata/matrix.golden")
}
