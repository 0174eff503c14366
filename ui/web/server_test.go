package web_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/web"
)

func TestEchoKnowsNoOtherRoutes(t *testing.T) {
	b := newBench(t, standard)
	require.ElementsMatch(t, tableOf(b.Server), web.EchoRoutes(b.Server))
}

func tableOf(s *web.Server) []string {
	var table []string
	for _, r := range s.Routes() {
		table = append(table, r.Method+" "+r.Path)
	}
	return table
}

// Only the registration in this package may call echo's own; everything else would serve without a permission.
func TestNobodyRegistersPastTheTable(t *testing.T) {
	register := regexp.MustCompile(`^(Add|Any|CONNECT|DELETE|File|FileFS|GET|Group|HEAD|Host|Match|OPTIONS|PATCH|POST|PUT|RouteNotFound|Static|StaticFS|TRACE)$`)
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	found := map[string]int{}
	require.NoError(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil || !importsEcho(file) {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if selector, ok := n.(*ast.SelectorExpr); ok && register.MatchString(selector.Sel.Name) {
				if receiver := name(selector.X); receiver == "echo" || receiver == "e" || receiver == "g" {
					relative, _ := filepath.Rel(root, path)
					found[relative]++
				}
			}
			return true
		})
		return nil
	}))
	require.Equal(t, map[string]int{filepath.Join("ui", "web", "route.go"): 1}, found)
}

func importsEcho(file *ast.File) bool {
	for _, i := range file.Imports {
		if strings.Contains(i.Path.Value, "labstack/echo") {
			return true
		}
	}
	return false
}

func name(x ast.Expr) string {
	switch x := x.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.SelectorExpr:
		return x.Sel.Name
	}
	return ""
}

func TestFaultyRegistrationsAreTold(t *testing.T) {
	b := newBench(t, func(*web.Server) {})
	nothing := func(*web.Context) error { return nil }
	b.Handle(http.MethodGet, "/a", "no.such", nothing)
	b.Handle(http.MethodGet, "relative", auth.SessionOwn, nothing)
	b.Handle(http.MethodGet, "/b", auth.SessionOwn, nil)
	b.HandlePublic(http.MethodGet, "/c", nothing)
	b.HandlePublic(http.MethodGet, "/c", nothing)
	_, err := b.Handler()
	require.ErrorContains(t, err, `GET /a: unknown permission "no.such"`)
	require.ErrorContains(t, err, `"relative"`)
	require.ErrorContains(t, err, `"/b"`)
	require.ErrorContains(t, err, "GET /c: registered twice")
}

func TestOptionsMustBeComplete(t *testing.T) {
	_, err := web.NewServer(web.Options{})
	require.ErrorContains(t, err, "expected sessions")
}

func TestWhoGetsIn(t *testing.T) {
	b := newBench(t, standard)
	for name, c := range map[string]struct {
		call
		status   int
		location string
		says     string
	}{
		"an officer":                  {call{method: "GET", path: "/", token: "officer"}, 200, "", "done officer"},
		"nobody":                      {call{method: "GET", path: "/?q=ERIKSSON"}, 303, "/signin", ""},
		"nobody, elsewhere":           {call{method: "GET", path: "/broken?q=1"}, 303, "/signin?next=%2Fbroken%3Fq%3D1", ""},
		"an old session":              {call{method: "GET", path: "/", token: "gone"}, 303, "/signin", ""},
		"a role without the right":    {call{method: "GET", path: "/", token: "analyst"}, 403, "", "Your role does not allow this"},
		"a locked session":            {call{method: "GET", path: "/broken?q=1", token: "locked"}, 423, "", `name="next" value="/broken?q=1"`},
		"a generated password":        {call{method: "GET", path: "/", token: "fresh"}, 303, "/account", ""},
		"nobody, by htmx":             {call{method: "GET", path: "/", headers: part()}, 401, "", "session-gate"},
		"a locked session, by htmx":   {call{method: "GET", path: "/", token: "locked", headers: part()}, 423, "", "session-gate"},
		"no right, by htmx":           {call{method: "GET", path: "/", token: "analyst", headers: part()}, 403, "", `role="alert"`},
		"no such page":                {call{method: "GET", path: "/nothing", token: "officer"}, 404, "", "There is no such page"},
		"no such page, by htmx":       {call{method: "GET", path: "/nothing", token: "officer", headers: part()}, 404, "", `role="alert"`},
		"no such method":              {call{method: "DELETE", path: "/", token: "officer", headers: ours()}, 405, "", "does not take this kind"},
		"a machine":                   {call{method: "POST", path: "/enrol"}, 200, "", "done"},
		"a change":                    {call{method: "POST", path: "/record/7", token: "officer", headers: ours()}, 200, "", "done officer"},
		"a change from nowhere":       {call{method: "POST", path: "/record/7", token: "officer"}, 403, "", "did not come from a page"},
		"a change from elsewhere":     {call{method: "POST", path: "/record/7", token: "officer", headers: []string{"Sec-Fetch-Site", "cross-site"}}, 403, "", "did not come from a page"},
		"a change from a sister site": {call{method: "POST", path: "/record/7", token: "officer", headers: []string{"Sec-Fetch-Site", "same-site"}}, 403, "", "did not come from a page"},
		"a foreign origin":            {call{method: "POST", path: "/record/7", token: "officer", headers: []string{"Origin", "https://elsewhere.example"}}, 403, "", "did not come from a page"},
		"our origin, an old browser":  {call{method: "POST", path: "/record/7", token: "officer", headers: []string{"Origin", "https://example.com"}}, 200, "", "done"},
		"a sign-in from nowhere":      {call{method: "POST", path: "/signin"}, 403, "", "did not come from a page"},
		"too large a body":            {call{method: "POST", path: "/record/7", token: "officer", headers: ours(), body: strings.Repeat("x", 2049)}, 413, "", "at most 2 kB"},
		"a failure":                   {call{method: "GET", path: "/broken", token: "officer"}, 500, "", "Something failed on our side"},
		"a panic":                     {call{method: "GET", path: "/panic", token: "officer"}, 500, "", "Something failed on our side"},
		"a panic, by htmx":            {call{method: "GET", path: "/panic", token: "officer", headers: part()}, 500, "", `role="alert"`},
		"a panic, in Arabic":          {call{method: "GET", path: "/panic", token: "officer", headers: []string{"Accept-Language", "ar"}}, 500, "", `dir="rtl"`},
	} {
		t.Run(name, func(t *testing.T) {
			answer := b.ask(t, c.call)
			require.Equal(t, c.status, answer.Code, answer.Body)
			require.Equal(t, c.location, answer.Header().Get("Location"))
			require.Contains(t, answer.Body.String(), c.says)
			require.NotContains(t, answer.Body.String(), "goroutine")
			require.NotContains(t, answer.Body.String(), "disk on fire")
			if c.location == "" {
				require.NotEmpty(t, answer.Body.String())
			}
		})
	}
	require.NotContains(t, b.log.String(), "ERIKSSON", "neither query strings nor what a panic said reach the log")
	require.Contains(t, b.log.String(), `"route":"/record/:id"`)
	require.Contains(t, b.log.String(), "disk on fire")
	require.NotContains(t, b.log.String(), "Ann Example")
}

func TestFragmentsOfFailuresLeaveThePageAlone(t *testing.T) {
	b := newBench(t, standard)
	answer := b.ask(t, call{method: "GET", path: "/broken", token: "officer", headers: part()})
	require.Equal(t, "#notices", answer.Header().Get("HX-Retarget"))
	require.NotContains(t, answer.Body.String(), "<html")
	full := append(part(), "HX-History-Restore-Request", "true")
	require.Contains(t, b.ask(t, call{method: "GET", path: "/broken", token: "officer", headers: full}).Body.String(), "<html")
	require.Contains(t, b.ask(t, call{method: "GET", path: "/broken", token: "officer", headers: []string{
		"HX-Request", "true", "HX-Request-Type", "full"}}).Body.String(), "<html")
}

func TestFailureOfTheSessionStoreIsNoSignOut(t *testing.T) {
	b := newBench(t, standard)
	b.sessions.fail = problem.New(problem.Unavailable, "")
	answer := b.ask(t, call{method: "GET", path: "/", token: "officer"})
	require.Equal(t, http.StatusServiceUnavailable, answer.Code)
	require.Empty(t, answer.Header().Values("Set-Cookie"))
}

func TestHeaders(t *testing.T) {
	b := newBench(t, standard)
	nonces := map[string]bool{}
	for range 3 {
		h := b.ask(t, call{method: "GET", path: "/", token: "officer"}).Header()
		csp := regexp.MustCompile(`'nonce-([^']+)'`).FindStringSubmatch(h.Get("Content-Security-Policy"))
		require.Len(t, csp, 2)
		nonces[csp[1]] = true
		require.Equal(t, "default-src 'none'; script-src 'nonce-"+csp[1]+"'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "+
			"font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types htmx",
			h.Get("Content-Security-Policy"))
		for name, value := range map[string]string{
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "X-Content-Type-Options": "nosniff",
			"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "Strict-Transport-Security": "max-age=63072000",
			"Content-Type": "text/html; charset=utf-8",
		} {
			require.Equal(t, value, h.Get(name), name)
		}
	}
	require.Len(t, nonces, 3, "a nonce is used once")
	require.Equal(t, "no-store", b.ask(t, call{method: "GET", path: "/nothing"}).Header().Get("Cache-Control"))
}

func TestCookie(t *testing.T) {
	b := newBench(t, func(s *web.Server) {
		s.HandlePublic(http.MethodGet, "/in", func(c *web.Context) error { c.SetToken("secret"); return c.SeeOther("/") })
	})
	cookie := b.ask(t, call{method: "GET", path: "/in"}).Header().Get("Set-Cookie")
	require.Equal(t, "__Host-session=secret; Path=/; HttpOnly; Secure; SameSite=Strict", cookie)
	gone := b.ask(t, call{method: "GET", path: "/in?x", token: "gone"})
	require.Equal(t, 303, gone.Code)
}

func TestLanguage(t *testing.T) {
	b := newBench(t, standard)
	says := func(headers ...string) string {
		return b.ask(t, call{method: "GET", path: "/nothing", headers: headers}).Body.String()
	}
	require.Contains(t, says("Accept-Language", "fr-CH, en;q=0.5"), `lang="fr"`)
	require.Contains(t, says("Accept-Language", "de"), `lang="en"`)
	require.Contains(t, says("Accept-Language", "fr", "Cookie", "__Host-language=ar"), `lang="ar" dir="rtl"`)
	own := person(auth.RoleOfficer)
	own.User.Language, own.Language = "es", ""
	b.sessions.open["officer"] = own
	cookies := []string{"Cookie", "__Host-session=officer; __Host-language=ar"}
	require.Contains(t, b.ask(t, call{method: "GET", path: "/broken", headers: cookies}).Body.String(), `lang="es"`, "the person's own wins")
}

func TestStaticFiles(t *testing.T) {
	b := newBench(t, standard)
	path := b.Assets.URL("app.css")
	require.Regexp(t, `^/static/app\.[0-9a-f]{16}\.css$`, path)
	answer := b.ask(t, call{method: "GET", path: path, headers: []string{"Accept-Encoding", "gzip"}})
	require.Equal(t, 200, answer.Code)
	require.Equal(t, "public, max-age=31536000, immutable", answer.Header().Get("Cache-Control"))
	require.Equal(t, "gzip", answer.Header().Get("Content-Encoding"))
	require.Equal(t, 404, b.ask(t, call{method: "GET", path: "/static/..%2fassets.go"}).Code)
}
