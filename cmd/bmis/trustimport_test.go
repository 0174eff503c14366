package main

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/trustdb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc/pki/pkitest"
)

const trustPassword = "granite lantern orchid seventeen"

// trustTool runs bmis trust on a database of the test.
type trustTool struct {
	*testing.T
	db *postgres.DB
}

func newTrustTool(t *testing.T, people map[string]auth.Role) trustTool {
	t.Helper()
	tool := trustTool{t, pgtest.New(t, migrations.Central)}
	service := userTool{t, tool.db}.running()
	for login, role := range people {
		_, _, err := service.CreateUser(t.Context(), audit.Actor{ID: "test", Role: "administrator"}, auth.NewUser{
			Login: login, DisplayName: login, Role: role, Password: trustPassword,
		})
		require.NoError(t, err)
	}
	return tool
}

func (u trustTool) run(password string, args ...string) (code int, out, problems string) {
	u.Helper()
	var stdout, stderr bytes.Buffer
	variables := map[string]string{"BMIS_DSN": pgtest.DSN(u.T, u.db), "USER": "root"}
	code = run(u.Context(), append([]string{"trust"}, args...), &app{
		In: strings.NewReader(password + "\n"), Out: &stdout, Err: &stderr, Now: time.Now,
		Getenv: func(name string) string { return variables[name] }, Exit: func(int) {},
	})
	return code, stdout.String(), stderr.String()
}

func TestTrustImportTakesTwoPeople(t *testing.T) {
	tool := newTrustTool(t, map[string]auth.Role{"ada": auth.RoleAdministrator, "ben": auth.RoleAdministrator, "ann": auth.RoleAnalyst})
	random := rand.NewChaCha8([32]byte{1})
	file := filepath.Join(t.TempDir(), "csca.cer")
	der := pkitest.CSCA(random, pkitest.NameOf("AA", "CSCA AA"), pkitest.NewKey(random, "secp256r1")).DER
	require.NoError(t, os.WriteFile(file, der, 0o600))

	code, _, problems := tool.run("", "import", file)
	require.Equal(t, exitUsage, code, problems)
	code, _, problems = tool.run("wrong password altogether", "import", "--as", "ada", file)
	require.Equal(t, exitFailed, code, problems)
	code, _, problems = tool.run(trustPassword, "import", "--as", "ann", file)
	require.Equal(t, exitFailed, code)
	require.Contains(t, problems, "may not propose")
	code, out, problems := tool.run(trustPassword, "import", "--as", "ada", "--origin", "bilateral", "--json", file)
	require.Equal(t, exitDone, code, problems)
	var p trustdb.Proposal
	require.NoError(t, json.Unmarshal([]byte(out), &p))
	require.Equal(t, trustdb.Pending, p.State)
	code, out, _ = tool.run("", "list")
	require.Equal(t, exitDone, code)
	require.Contains(t, out, "Nothing has been published yet")
	code, out, _ = tool.run("", "show", p.ID.String())
	require.Equal(t, exitDone, code)
	require.Contains(t, out, "CSCA AA")

	approve := func(login string) (int, string, string) {
		return tool.run(trustPassword, "import", "--as", login, "--approve", p.ID.String())
	}
	code, _, problems = approve("ada")
	require.Equal(t, exitFailed, code)
	require.Contains(t, problems, "second person")
	code, out, problems = approve("ben")
	require.Equal(t, exitShown, code, problems)
	require.Contains(t, out, "CSCA AA", "first everything is shown")
	code, out, problems = approve("ben")
	require.Equal(t, exitDone, code, problems)
	require.Contains(t, out, "decided")

	code, out, _ = tool.run("", "list", "--country", "AA")
	require.Equal(t, exitDone, code)
	require.Contains(t, out, "version 1 of")
	code, out, _ = tool.run("", "list", "--json")
	require.Equal(t, exitDone, code)
	var item trustdb.Listed
	require.NoError(t, json.Unmarshal([]byte(out), &item))
	code, out, _ = tool.run("", "show", item.ID[:12])
	require.Equal(t, exitDone, code)
	require.Contains(t, out, item.ID)
	require.Contains(t, out, "history")
	code, out, problems = tool.run(trustPassword, "import", "--as", "ben", "--withdraw", item.ID[:12], "--remark", "key compromised")
	require.Equal(t, exitDone, code, problems)
	require.Contains(t, out, "1 withdraw")
	code, out, _ = tool.run("", "list", "--proposals")
	require.Equal(t, exitDone, code)
	require.Len(t, strings.Split(strings.TrimSpace(out), "\n"), 2)
}
