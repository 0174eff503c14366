package main

import (
	"bytes"
	"crypto/rand"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/accounts"
	"github.com/openbmis/openbmis/migrations"
)

// userTool runs bmis user on a database of the test.
type userTool struct {
	*testing.T
	db *postgres.DB
}

func (u userTool) run(in string, args ...string) (code int, out, problems string) {
	u.Helper()
	var stdout, stderr bytes.Buffer
	variables := map[string]string{"BMIS_DSN": pgtest.DSN(u.T, u.db), "USER": "root", "SUDO_USER": "ada"}
	code = run(u.Context(), append([]string{"user"}, args...), &app{
		In: strings.NewReader(in), Out: &stdout, Err: &stderr, Now: time.Now,
		Getenv: func(name string) string { return variables[name] }, Exit: func(int) {},
	})
	return code, stdout.String(), stderr.String()
}

func (u userTool) must(in string, args ...string) string {
	u.Helper()
	code, out, problems := u.run(in, args...)
	require.Equal(u, exitDone, code, problems)
	require.Empty(u, problems)
	return out
}

// running is the program that runs beside the command.
func (u userTool) running() *auth.Service {
	u.Helper()
	hasher, err := auth.NewHasher(auth.OWASPParams(), 1, rand.Reader)
	require.NoError(u, err)
	service, err := auth.NewService(auth.Config{
		Store: accounts.New(u.db), Hasher: hasher, Policy: auth.DefaultPolicy(), Key: make([]byte, 32), Post: "xaa-apt",
		Now: time.Now, Random: rand.Reader, NewID: uuid.New,
	})
	require.NoError(u, err)
	return service
}

func TestUserCommandsKeepTheAccounts(t *testing.T) {
	tool := userTool{t, pgtest.New(t, migrations.Station)}
	station := tool.running()

	out := tool.must("", "add", "Amara", "--name", "Amara Okafor", "--role", "officer", "--language", "fr")
	oneTime := regexp.MustCompile(`one-time password (\S+)`).FindStringSubmatch(out)
	require.Len(t, oneTime, 2, out)
	token, session, err := station.SignIn(t.Context(), auth.Attempt{Login: "amara", Password: oneTime[1]})
	require.NoError(t, err)
	require.True(t, session.User.MustChangePassword)
	require.Regexp(t, `amara +Amara Okafor +officer + +fr +one-time password +20`, tool.must("", "list"))

	require.Contains(t, tool.must("", "role", "amara", "supervisor"), "amara is supervisor now.")
	session, err = station.Authenticate(t.Context(), token)
	require.NoError(t, err)
	require.Equal(t, auth.RoleSupervisor, session.User.Role)

	out = tool.must("six tall grey herons\n", "password", "amara", "--stdin")
	require.NotContains(t, out, "heron")
	_, err = station.Authenticate(t.Context(), token)
	require.ErrorIs(t, err, auth.ErrNoSession)
	token, _, err = station.SignIn(t.Context(), auth.Attempt{Login: "amara", Password: "six tall grey herons"})
	require.NoError(t, err)

	tool.must("", "disable", "amara")
	_, err = station.Authenticate(t.Context(), token)
	require.ErrorIs(t, err, auth.ErrNoSession)
	require.Contains(t, tool.must("", "list"), "disabled")
	tool.must("", "enable", "amara")

	var byAda int
	require.NoError(t, tool.db.Pool.QueryRow(t.Context(),
		`SELECT count(*) FROM audit WHERE actor = 'console:ada' AND verb = 'administration'`).Scan(&byAda))
	require.Equal(t, 5, byAda)
}

// A command in another process must also close what is open on the screens of the running one.
func TestDisablingFromTheConsoleEndsOpenStreams(t *testing.T) {
	tool := userTool{t, pgtest.New(t, migrations.Station)}
	station := tool.running()
	go func() { _ = station.Run(t.Context()) }()
	tool.must("six tall grey herons", "add", "amara", "--name", "Amara", "--role", "officer", "--stdin")
	_, session, err := station.SignIn(t.Context(), auth.Attempt{Login: "amara", Password: "six tall grey herons"})
	require.NoError(t, err)
	stream := station.Watch(t.Context(), session)
	require.NoError(t, stream.Err())
	tool.must("", "disable", "amara")
	<-stream.Done()
}

func TestUserCommandsSayWhatIsWrong(t *testing.T) {
	tool := userTool{t, pgtest.New(t, migrations.Station)}
	tool.must("six tall grey herons", "add", "amara", "--name", "Amara", "--role", "officer", "--stdin")
	for _, c := range []struct {
		name, in, want string
		code           int
		args           []string
	}{
		{"taken", "", "There is an account of this name already.", exitFailed, []string{"add", "amara", "--name", "A", "--role", "officer"}},
		{"short", "short\n", "too short: at least 12", exitFailed, []string{"add", "b2", "--name", "B", "--role", "officer", "--stdin"}},
		{"silent", "", "expected one line on the standard input", exitFailed, []string{"add", "b2", "--name", "B", "--role", "officer", "--stdin"}},
		{"role", "", "--role must be one of", exitUsage, []string{"add", "b2", "--name", "B", "--role", "king"}},
		{"unknown", "", "There is no such account.", exitFailed, []string{"disable", "nobody"}},
		{"no login", "", "A user name is 2 to 64", exitFailed, []string{"disable", " "}},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, out, problems := tool.run(c.in, c.args...)
			require.Equal(t, c.code, code)
			require.Contains(t, problems, c.want)
			require.Empty(t, out)
		})
	}
}

func TestUserCommandsAskWhichDatabase(t *testing.T) {
	code, _, problems := bmis(t, nil, "user list")
	require.Equal(t, exitFailed, code)
	require.Contains(t, problems, "which database? Expected --data-dir DIR, or BMIS_DATA_DIR or BMIS_DSN")
	code, _, problems = bmis(t, nil, "user list --data-dir "+t.TempDir())
	require.Equal(t, exitFailed, code)
	require.Contains(t, problems, "there is no private database")
	code, _, problems = bmis(t, map[string]string{"BMIS_DSN": pgtest.Empty(t)}, "user list")
	require.Equal(t, exitFailed, code)
	require.Contains(t, problems, "the database has no tables yet")
}

func TestTheAgencyOfAPerson(t *testing.T) {
	tool := userTool{t, pgtest.New(t, migrations.Central)}
	tool.must("six tall grey herons\n", "add", "olu", "--name", "Olu", "--role", "list_owner", "--agency", "NCB Utopia", "--stdin")
	require.Regexp(t, `olu +Olu +list_owner +NCB Utopia +en +active`, tool.must("", "list"))
	require.Contains(t, tool.must("", "agency", "olu", "Customs"), "olu works for Customs now.")
	require.Contains(t, tool.must("", "agency", "olu"), "olu works for no agency now.")
	for _, role := range auth.Roles() {
		tool.must("six tall grey herons\n", "add", strings.ReplaceAll(string(role), "_", "-"), "--name", "X", "--role", string(role), "--stdin")
	}
}
