package entryrules_test

import (
	"context"
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/postgres/visausedb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/entryrules"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/entryrulesview"
	"github.com/openbmis/openbmis/ui/web"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

func day(text string) traveldoc.Date {
	d, err := traveldoc.ParseDate(text)
	if err != nil {
		panic(err) // a mistake in the test's own data
	}
	return d
}

// book is a State's rules.
func book() evisa.RuleBook {
	return evisa.RuleBook{Version: "2026.1", Legal: "Visa Act", Rules: []evisa.EntryRule{
		{ID: "diplomats", Kind: evisa.VisaFree, Basis: "Art. 2", Documents: []string{"PD"}, Days: 30},
		{ID: "residents", Kind: evisa.VisaFree, Basis: "Art. 3", Bases: []border.Basis{border.ResidencePermit}},
		{ID: "neighbours", Kind: evisa.VisaFree, Basis: "Annex II", Nationalities: []string{"UTO", "FRA"}, Documents: []string{"P*"}, Days: 90, From: day("2026-12-01")},
		{ID: "arrival", Kind: evisa.VisaOnArrival, Basis: "Annex III", Nationalities: []string{"MAR", "FRA"}, Ports: []string{"airport-1"}, Days: 15, Fee: &evisa.Money{Minor: 3500, Currency: "EUR"}},
		{ID: "others", Kind: evisa.VisaRequired, Basis: "Art. 1", Nationalities: []string{"*"}},
	}}
}

// centre is a centre's site with the rules over a real database.
type centre struct {
	*webtest.Site
	t     *testing.T
	rules *visausedb.Rules
}

func open(t *testing.T) *centre {
	t.Helper()
	c := &centre{t: t}
	c.Site = webtest.New(t, migrations.Central, func(s *webtest.Site) {
		c.rules = visausedb.NewRules(visausedb.RulesConfig{DB: s.DB, Now: s.Clock.Now, NewID: uuid.New})
		entryrules.Register(s.Server, entryrules.Options{
			Held: entryrules.InForce(c.rules, s.Clock.Now), Versions: c.rules,
			Places: func(context.Context) ([]entryrulesview.Place, error) {
				return []entryrulesview.Place{{ID: "airport-1", Name: "Lanet airport"}}, nil
			},
		})
		s.Handle(http.MethodGet, "/", auth.SessionOwn, func(c *web.Context) error { return c.SeeOther("/entry-rules") })
	}, func(o *web.Options) { o.Nav, o.Zone = []view.NavItem{entryrules.Nav()}, time.UTC })
	require.NoError(t, c.rules.Open(t.Context()))
	return c
}

func somebody(name string) audit.Actor {
	return audit.Actor{ID: "id-" + name, Name: name, Role: "visa_supervisor"}
}

// put puts a table in force.
func (c *centre) put(b evisa.RuleBook) {
	c.t.Helper()
	text, err := json.Marshal(b)
	require.NoError(c.t, err)
	v, err := c.rules.Propose(c.t.Context(), somebody("x"), "first", text)
	require.NoError(c.t, err)
	_, err = c.rules.Approve(c.t.Context(), somebody("y"), v.ID)
	require.NoError(c.t, err)
}

func TestWhoMayDoWhat(t *testing.T) {
	webtest.Matrix(t, open(t).Server, "testdata/routes.golden")
}

// held is what a station holds.
func held(h entryrulesview.Held, err error) func(context.Context) (entryrulesview.Held, error) {
	return func(context.Context) (entryrulesview.Held, error) { return h, err }
}

func station(t *testing.T, h entryrulesview.Held) *webtest.Site {
	t.Helper()
	return webtest.New(t, migrations.Station, func(s *webtest.Site) {
		entryrules.Register(s.Server, entryrules.Options{Held: held(h, nil)})
		s.Handle(http.MethodGet, "/", auth.SessionOwn, func(c *web.Context) error { return c.SeeOther("/entry-rules") })
	}, func(o *web.Options) { o.Nav, o.Zone = []view.NavItem{entryrules.Nav()}, time.UTC })
}

func TestAStationOnlyReads(t *testing.T) {
	s := station(t, entryrulesview.Held{Book: book(), Number: 3, AsOf: time.Date(2026, 11, 21, 6, 0, 0, 0, time.UTC), Held: true})
	webtest.Matrix(t, s.Server, "testdata/station.golden")
	client := s.SignedIn(t, s.Person(t, auth.RoleOfficer, "olga"))
	for query, want := range map[string]string{
		"nationality=uto&document=P&on=2026-12-01":                                   "Rule 3",
		"nationality=FRA&document=PD&on=2026-12-01":                                  "Rule 1",
		"nationality=FRA&document=P&on=2026-11-30&port=airport-1":                    "Rule 4",
		"nationality=FRA&document=P&on=2026-11-30&port=land-2":                       "Rule 5",
		"nationality=XYZ&document=P&on=2026-12-01&basis=residence_permit":            "Rule 2",
		"nationality=XYZ&document=I&on=2026-12-01&category=ordinary&purpose=tourism": "Rule 5",
	} {
		body := s.Get(t, client, "/entry-rules?"+query).Body
		require.Contains(t, body, want+"</a>", query)
		require.Contains(t, body, `class="applies" aria-current="true"`, query)
	}
	body := s.Get(t, client, "/entry-rules?nationality=FRA&document=P&on=2026-11-30&port=land-2").Body
	require.Contains(t, body, "not met: In force from", "why the nearer rule does not apply")
	require.Contains(t, body, "not met: Crossing points")
	for _, shown := range []string{"2026.1", "Visa Act", "2 hours ago", "35.00 EUR", "Annex III"} {
		require.Contains(t, body, shown)
	}
	require.NotContains(t, body, "/entry-rules/draft")
	for _, query := range []string{
		"nationality=F1&document=P&on=2026-11-30", "nationality=FRAN&document=P&on=2026-11-30", "nationality=FRA&document=&on=2026-11-30",
		"nationality=FRA&document=P&on=2026", "nationality=FRA&document=P&on=2026-11-30&category=x", "nationality=FRA&document=P&on=2026-11-30&basis=x",
		"nationality=FRA&document=P&on=2026-11-30&purpose=x", "nationality=%3Cscript%3E&document=P&on=2026-11-30", "nationality=FRA&document=P&on=2026-11-30&issuer=12",
	} {
		require.Equal(t, http.StatusUnprocessableEntity, s.Get(t, client, "/entry-rules?"+query).Status, query)
	}
}

// Three outcomes: a table that never came is not checked, an empty one asks nothing of anybody.
func TestNothingHeldIsNotNothingAsked(t *testing.T) {
	question := "/entry-rules?nationality=FRA&document=P&on=2026-12-01"
	s := station(t, entryrulesview.Held{})
	body := s.Get(t, s.SignedIn(t, s.Person(t, auth.RoleOfficer, "olga")), question).Body
	require.Contains(t, body, "not-checked")
	require.Contains(t, body, "No rules of entry ever came here")
	require.NotContains(t, body, "No visa needed")
	s = station(t, entryrulesview.Held{Held: true, AsOf: time.Date(2026, 11, 21, 6, 0, 0, 0, time.UTC)})
	body = s.Get(t, s.SignedIn(t, s.Person(t, auth.RoleOfficer, "olga")), question).Body
	require.Contains(t, body, "nobody is asked for a visa")
}

// hidden is what a form carries.
func hidden(t *testing.T, body, name string) string {
	t.Helper()
	_, rest, found := strings.Cut(body, `name="`+name+`" value="`)
	require.True(t, found, name)
	value, _, _ := strings.Cut(rest, `"`)
	return html.UnescapeString(value)
}

// carry is the draft of a page, for the next act on it.
func carry(t *testing.T, body string) url.Values {
	t.Helper()
	v := url.Values{"book": {hidden(t, body, "book")}, "base": {hidden(t, body, "base")}}
	if strings.Contains(body, `name="before"`) {
		v.Set("before", hidden(t, body, "before"))
	}
	return v
}

func with(v url.Values, pairs ...string) url.Values {
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

func TestADraftIsWrittenPreviewedAndPutInForceByASecondPerson(t *testing.T) {
	c := open(t)
	c.put(book())
	cyd := c.SignedIn(t, c.Person(t, auth.RoleVisaSupervisor, "cyd"))
	dan := c.SignedIn(t, c.Person(t, auth.RoleVisaSupervisor, "dan"))
	body := c.Get(t, cyd, "/entry-rules/draft").Body
	require.Contains(t, body, "Nothing changes.")

	// A rule that is not one is shown again with what was typed.
	rule := []string{"act", "keep", "at", "0", "id", "students", "kind", "visa_on_arrival", "basis", "Art. 9", "place", "1", "nationalities", "uto, mar", "documents", "p*", "purposes", "study", "days", "60", "fee", "20.00 EUR"}
	for field, bad := range map[string]string{
		"id": "no blank here", "basis": "", "nationalities": "U1", "documents": "PPP", "days": "-1", "fee": "20 EUR", "from": "2026", "until": "x", "place": "0",
		"purposes": "x", "categories": "x", "bases": "x",
	} {
		f := with(carry(t, body), rule...)
		f.Set(field, bad)
		r := c.Post(t, cyd, "/entry-rules/draft", f)
		require.Equal(t, http.StatusUnprocessableEntity, r.Status, field)
		require.Contains(t, r.Body, "Art. 9"[:3], field)
	}
	for field, bad := range map[string]string{"at": "two", "act": "remove:x"} { // no number is never taken for another place
		f := with(carry(t, body), rule...)
		f.Set(field, bad)
		require.Equal(t, http.StatusUnprocessableEntity, c.Post(t, cyd, "/entry-rules/draft", f).Status, field)
	}
	show := with(carry(t, body), "act", "show", "from_place", "1st")
	require.Equal(t, http.StatusUnprocessableEntity, c.Post(t, cyd, "/entry-rules/draft", show).Status)
	taken := with(carry(t, body), rule...)
	taken.Set("id", "others")
	require.Equal(t, http.StatusUnprocessableEntity, c.Post(t, cyd, "/entry-rules/draft", taken).Status)
	body = c.Post(t, cyd, "/entry-rules/draft", with(carry(t, body), rule...)).Body
	require.Contains(t, body, "Rules that change: 1")
	require.Contains(t, body, "UTO · P · ")

	// Acts on rows, and their undoing.
	body = c.Post(t, cyd, "/entry-rules/draft", with(carry(t, body), "act", "remove:6")).Body
	require.Contains(t, body, "Rules that change: 2")
	body = c.Post(t, cyd, "/entry-rules/draft", with(carry(t, body), "act", "undo")).Body
	require.Contains(t, body, "Rules that change: 1")
	body = c.Post(t, cyd, "/entry-rules/draft", with(carry(t, body), "act", "down:4")).Body
	require.Contains(t, body, "tried in another order")
	require.Contains(t, c.Post(t, cyd, "/entry-rules/draft", with(carry(t, body), "act", "edit:1")).Body, `value="students"`)

	for field, bad := range map[string]string{"version": "", "why": "", "book": "{", "base": "2020"} {
		f := with(carry(t, body), "version", "2026.2", "legal", "Visa Act", "why", "students may come")
		f.Set(field, bad)
		require.Contains(t, []int{http.StatusUnprocessableEntity, http.StatusConflict}, c.Post(t, cyd, "/entry-rules/versions", f).Status, field)
	}
	f := with(carry(t, body), "version", "2026.2", "legal", "Visa Act", "why", "students may come")
	r := c.Post(t, cyd, "/entry-rules/versions", f)
	require.Equal(t, http.StatusSeeOther, r.Status, r.Body)
	at := r.Header.Get("Location")
	require.Contains(t, c.Get(t, cyd, at).Body, "You proposed this")
	require.Equal(t, http.StatusForbidden, c.Post(t, cyd, at+"/approve", url.Values{"seen": {"yes"}}).Status)
	body = c.Get(t, dan, at).Body
	require.Contains(t, body, "students may come")
	require.Contains(t, body, "Rules that change: 2")
	require.Equal(t, http.StatusUnprocessableEntity, c.Post(t, dan, at+"/approve", nil).Status, "look first")
	require.Equal(t, http.StatusSeeOther, c.Post(t, dan, at+"/approve", url.Values{"seen": {"yes"}}).Status)
	current, found, err := c.rules.Current(t.Context())
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, "2026.2", current.Book.Version)
	require.Equal(t, "students", current.Book.Rules[0].ID)
	require.Equal(t, http.StatusConflict, c.Post(t, dan, at+"/approve", url.Values{"seen": {"yes"}}).Status)
	require.Contains(t, c.Get(t, dan, "/entry-rules/versions").Body, "was in force")
	officer := c.SignedIn(t, c.Person(t, auth.RoleVisaOfficer, "ada"))
	require.Equal(t, http.StatusForbidden, c.Get(t, officer, "/entry-rules/draft").Status)
	require.Contains(t, c.Get(t, officer, "/entry-rules?nationality=UTO&document=P&purpose=study&on=2026-12-01").Body, "20.00 EUR")
}

func TestAProposalIsTakenBackOrRejected(t *testing.T) {
	c := open(t)
	c.put(book())
	cyd := c.SignedIn(t, c.Person(t, auth.RoleVisaSupervisor, "cyd"))
	body := c.Get(t, cyd, "/entry-rules/draft").Body
	whole := book()
	whole.Rules = whole.Rules[1:]
	text, err := json.Marshal(whole)
	require.NoError(t, err)
	require.Equal(t, http.StatusUnprocessableEntity, c.Post(t, cyd, "/entry-rules/draft", with(carry(t, body), "act", "whole", "whole", `{"rules": [{"id": ""}]}`)).Status)
	require.Equal(t, http.StatusUnprocessableEntity, c.Post(t, cyd, "/entry-rules/draft", with(carry(t, body), "act", "whole", "whole", `<script>`)).Status)
	body = c.Post(t, cyd, "/entry-rules/draft", with(carry(t, body), "act", "whole", "whole", string(text))).Body
	require.Contains(t, body, "goes")
	r := c.Post(t, cyd, "/entry-rules/versions", with(carry(t, body), "version", "2026.3", "why", "no diplomats"))
	at := r.Header.Get("Location")
	require.Equal(t, http.StatusUnprocessableEntity, c.Post(t, cyd, at+"/reject", nil).Status)
	require.Equal(t, http.StatusSeeOther, c.Post(t, cyd, at+"/reject", url.Values{"remark": {"a mistake"}}).Status)
	require.Contains(t, c.Get(t, cyd, at).Body, "a mistake")
	for _, path := range []string{"/entry-rules/versions/" + uuid.NewString(), "/entry-rules/versions/x"} {
		require.Equal(t, http.StatusNotFound, c.Get(t, cyd, path).Status, path)
	}
}

func TestThePagesInABrowser(t *testing.T) {
	c := open(t)
	c.put(book())
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			p := browsertest.Open(t, language)
			p.Size(1366, 768)
			c.SignIn(p, c.Person(t, auth.RoleVisaSupervisor, "cyd"+language, language))
			for name, path := range map[string]string{
				"which": "/entry-rules", "answer": "/entry-rules?nationality=FRA&document=P&on=2026-11-30&port=land-2", "history": "/entry-rules/versions", "draft": "/entry-rules/draft",
			} {
				p.Goto(c.URL + path)
				p.WaitFor("main h1")
				p.Screenshot("entryrules-" + name + "-" + language)
				p.CheckAccessible()
				p.CheckNoSidewaysScroll()
				require.NotContains(t, p.Text("body"), "⟦", path)
			}
			// A rule is added, previewed and proposed by keyboard.
			ready := func(selector string) {
				p.WaitFor(selector)
				p.Wait("document.readyState === 'complete'")
			}
			p.Goto(c.URL + "/entry-rules/draft")
			ready("#proposing")
			p.Press("F3")
			ready("#rule-title")
			p.TabTo("#field-id")
			p.Type("new-" + language)
			p.TabTo("#field-basis")
			p.Type("Art. 10")
			p.TabTo("#field-nationalities")
			p.Type("KEN")
			p.Screenshot("entryrules-rule-" + language)
			p.CheckAccessible()
			p.Press("F2")
			ready("#proposing")
			p.Screenshot("entryrules-preview-" + language)
			p.CheckAccessible()
			p.TabTo("#field-version")
			p.Press("Control+a")
			p.Type("v-" + language)
			p.TabTo("#field-why")
			p.Type("because")
			p.Press("F9")
			ready("#deciding")
			require.NotContains(t, p.Text("body"), "⟦")
			p.Screenshot("entryrules-proposal-" + language)
			p.CheckAccessible()
		})
	}
}

// The history goes on for as many pages as there are.
func TestTheHistoryDoesNotEndEarly(t *testing.T) {
	c := open(t)
	_, err := c.DB.Pool.Exec(t.Context(), `INSERT INTO entry_rules (id, version, book, remark, state, proposed_by, proposed_login, proposed_at)
		SELECT gen_random_uuid(), 'v' || (1000 + n), json_build_object('version', 'v' || (1000 + n)), 'why', 'rejected', 'x', 'x', $1 FROM generate_series(1, 230) n`, c.Clock.Now())
	require.NoError(t, err)
	client := c.SignedIn(t, c.Person(t, auth.RoleVisaSupervisor, "sue", "en"))
	all, last := c.Follow(t, client, "/entry-rules/versions", "after", regexp.MustCompile(`<bdi>v1\d{3}</bdi>`))
	require.Len(t, all, 230)
	require.Contains(t, last, "· 230")
	require.NotContains(t, last, `rel="next"`)
	require.Equal(t, http.StatusUnprocessableEntity, c.Get(t, client, "/entry-rules/versions?after=x").Status)
}
