package webtest

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/ui/web"
)

// UpdateGolden is the environment variable that makes golden files be written instead of compared.
const UpdateGolden = "BMIS_UPDATE_GOLDEN"

// state of a session, as the matrix shows it.
type state string

// states are all there are, in the order of the letters in a cell.
func states() []state { return []state{"none", "expired", "locked", "setup", "ok"} }

// legend explains the matrix to who reviews it.
const legend = `# Every route x every role x every state of the session, as the server answers. Change it only on purpose.
# A cell has one letter per state: no session, expired session, locked session, password still to be chosen, open session.
#   A  admitted: the handler is reached      s  sent to sign-in       l  asked to unlock
#   p  sent to choose a password             f  forbidden
# The last column: the same change with an open session, but from another site, and with neither Origin nor Sec-Fetch-Site.
#   -  not a change                          x  refused               A  admitted
`

// Matrix asks for every registered route with every role in every state of the session and compares the answers with the golden
// file. No handler runs. Run with BMIS_UPDATE_GOLDEN=1 to write the file, then read it.
func Matrix(t *testing.T, server *web.Server, golden string) {
	t.Helper()
	probe, err := server.Probe(fakeSessions{})
	require.NoError(t, err)
	var out strings.Builder
	out.WriteString(legend + "\n")
	row(&out, "route", "permission", append(roleNames(), "origin"))
	for _, r := range server.Routes() {
		var cells []string
		for _, role := range auth.Roles() {
			cells = append(cells, cell(t, probe, r, role))
		}
		permission := string(r.Permission)
		if r.Public {
			permission = "(public)"
		}
		row(&out, r.Method+" "+r.Path, permission, append(cells, origins(t, probe, r)))
	}
	compare(t, golden, out.String())
}

func roleNames() []string {
	var names []string
	for _, role := range auth.Roles() {
		names = append(names, string(role))
	}
	return names
}

func row(out *strings.Builder, route, permission string, cells []string) {
	line := fmt.Sprintf("%-44s %-18s", route, permission)
	for _, c := range cells {
		line += fmt.Sprintf(" %-13s", c)
	}
	fmt.Fprintln(out, strings.TrimRight(line, " "))
}

func cell(t *testing.T, probe http.Handler, r web.Route, role auth.Role) string {
	t.Helper()
	letters := ""
	for _, s := range states() {
		letters += letter(t, ask(t, probe, r, string(role)+"/"+string(s), "Sec-Fetch-Site", "same-origin"))
	}
	return letters
}

// origins asks as the supervisor-proof case: whatever role is admitted, from elsewhere.
func origins(t *testing.T, probe http.Handler, r web.Route) string {
	t.Helper()
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return "--"
	}
	token := string(auth.RoleOfficer) + "/ok"
	for _, role := range auth.Roles() {
		if auth.Allowed(role, r.Permission) {
			token = string(role) + "/ok"
		}
	}
	foreign := ask(t, probe, r, token, "Sec-Fetch-Site", "cross-site", "Origin", "https://elsewhere.example")
	silent := ask(t, probe, r, token)
	return strings.ReplaceAll(letter(t, foreign)+letter(t, silent), "f", "x")
}

var parameter = regexp.MustCompile(`:[a-z_]+|\*`)

func ask(t *testing.T, probe http.Handler, r web.Route, token string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	path := parameter.ReplaceAllString(r.Path, "1")
	request := httptest.NewRequestWithContext(t.Context(), r.Method, path, nil)
	if !strings.HasSuffix(token, "/none") {
		request.Header.Set("Cookie", "__Host-session="+token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	answer := httptest.NewRecorder()
	probe.ServeHTTP(answer, request)
	return answer
}

func letter(t *testing.T, answer *httptest.ResponseRecorder) string {
	t.Helper()
	to := answer.Header().Get("Location")
	switch {
	case answer.Code == http.StatusOK && (answer.Body.String() == web.Reached || answer.Header().Get("Content-Type") != "text/html; charset=utf-8"):
		return "A"
	case answer.Code == http.StatusSeeOther && strings.HasPrefix(to, "/signin"):
		return "s"
	case answer.Code == http.StatusSeeOther && to == "/account":
		return "p"
	case answer.Code == http.StatusLocked:
		return "l"
	case answer.Code == http.StatusForbidden:
		return "f"
	case answer.Code == http.StatusNotFound && strings.HasPrefix(answer.Body.String(), "404"):
		return "A" // a built-in file that does not exist: the file server was reached
	}
	require.Failf(t, "an answer that the matrix does not know", "status %d, location %q, body %q", answer.Code, to, answer.Body)
	return "?"
}

func compare(t *testing.T, golden, have string) {
	t.Helper()
	if os.Getenv(UpdateGolden) != "" {
		require.NoError(t, os.MkdirAll(filepath.Dir(golden), 0o755))  //nolint:gosec // part of the source
		require.NoError(t, os.WriteFile(golden, []byte(have), 0o644)) //nolint:gosec // part of the source
		return
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err, "run once with %s=1", UpdateGolden)
	require.Equal(t, string(want), have, "who may do what has changed; if on purpose, run with %s=1 and review the file", UpdateGolden)
}

// fakeSessions reads role and state from the token "role/state".
type fakeSessions struct{}

func (fakeSessions) Authenticate(_ context.Context, token string) (auth.Session, error) {
	role, is, _ := strings.Cut(token, "/")
	if state(is) == "expired" {
		return auth.Session{}, auth.ErrNoSession
	}
	return auth.Session{
		ID:     uuid.UUID{1},
		User:   auth.User{ID: uuid.UUID{2}, Login: role, DisplayName: role, Role: auth.Role(role), MustChangePassword: is == "setup"},
		Locked: is == "locked",
	}, nil
}

func (f fakeSessions) Inspect(ctx context.Context, token string) (auth.Session, error) {
	return f.Authenticate(ctx, token)
}

func (fakeSessions) Watch(ctx context.Context, _ auth.Session) context.Context { return ctx }
