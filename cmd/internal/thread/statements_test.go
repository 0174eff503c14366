package thread_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/cmd/internal/world"
	"github.com/openbmis/openbmis/internal/auth"
)

// bounded acts and holds the program to a number of statements.
func bounded(t *testing.T, p *world.Part, what string, most int, act func() world.Response) {
	t.Helper()
	p.Statements.Watch()
	answer := act()
	require.NoError(t, answer.OK(), "%s: %s", what, answer.Body)
	sent := p.Statements.Sent()
	if testing.Verbose() {
		t.Log(strings.Join(sent, "\n"))
	}
	t.Logf("%-36s %2d statements (at most %d)", what, len(sent), most)
	require.NotEmpty(t, sent, what)
	require.LessOrEqual(t, len(sent), most, "%s sends\n%s", what, strings.Join(sent, "\n"))
}

// What a request asks of the database does not grow with what is in the database or on the page.
func TestRequestsSendAFewStatements(t *testing.T) {
	t.Parallel()
	w := world.New(t, airport(), world.Post{ID: "land-2", Transport: border.Land})
	station, ctx := w.Station(0), t.Context()
	officer, analyst := station.Officer(t, auth.RoleOfficer, "1"), w.Central.Client(t)
	require.NoError(t, analyst.SignIn(ctx, w.Central.Person(t, auth.RoleAnalyst, "anna")))
	for n := range 30 {
		_, err := officer.Cross(ctx, world.NewTraveller(n).MRZ(t))
		require.NoError(t, err)
	}
	for n := range 4 { // they wait at the counter
		checked(t, officer, 50+n)
	}
	w.WaitDrained(t, station)

	bounded(t, station.Part, "scan", 14, func() world.Response { return checked(t, officer, 60).Response })
	bounded(t, station.Part, "counter", 4, func() world.Response { d, err := officer.Look(ctx); require.NoError(t, err); return d.Response })
	bounded(t, station.Part, "decision", 20, func() world.Response {
		d, err := officer.Look(ctx)
		require.NoError(t, err)
		return decide(t, officer, d, border.Refer, "hit").Response
	})
	get := func(path string) func() world.Response {
		return func() world.Response {
			answer, err := analyst.Get(ctx, path)
			require.NoError(t, err)
			return answer
		}
	}
	bounded(t, w.Central.Part, "live", 6, get("/live?purpose=risk_analysis"))
	bounded(t, w.Central.Part, "flows", 4, get("/flows"))
	bounded(t, w.Central.Part, "stations", 8, get("/stations"))
	bounded(t, w.Central.Part, "alerts", 10, get("/alerts"))
	terms := url.Values{"name": {world.SeedName}, "purpose": {"risk_analysis"}}
	var found world.Response
	bounded(t, w.Central.Part, "search", 10, func() world.Response {
		var err error
		found, err = analyst.Post(ctx, "/search", terms)
		require.NoError(t, err)
		return found
	})
	bounded(t, w.Central.Part, "history", 16, get(between(t, found.Body, `href="`, "/travellers/", `"`)))
	bounded(t, w.Central.Part, "export", 12, func() world.Response {
		answer, err := analyst.Post(ctx, "/flows/export", url.Values{"format": {"csv"}, "from": {"2026-01-01"}, "to": {"2026-12-31"}})
		require.NoError(t, err)
		return answer
	})
}

// between finds the text that begins with start after before, up to after.
func between(t *testing.T, body, before, start, after string) string {
	t.Helper()
	_, rest, found := strings.Cut(body, before+start)
	require.True(t, found, "no %s on the page", start)
	rest, _, _ = strings.Cut(rest, after)
	return strings.ReplaceAll(start+rest, "&amp;", "&")
}
