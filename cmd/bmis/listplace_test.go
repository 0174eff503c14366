package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres/listdb"
)

// runList runs bmis list on the tool's database.
func (u trustTool) runList(password string, args ...string) (code int, out, problems string) {
	u.Helper()
	var stdout, stderr bytes.Buffer
	variables := map[string]string{"BMIS_DSN": pgtest.DSN(u.T, u.db), "USER": "root"}
	code = run(u.Context(), append([]string{"list"}, args...), &app{
		In: strings.NewReader(password + "\n"), Out: &stdout, Err: &stderr, Now: time.Now,
		Getenv: func(name string) string { return variables[name] }, Exit: func(int) {},
	})
	return code, stdout.String(), stderr.String()
}

func (u trustTool) listFile(names ...string) string {
	u.Helper()
	var rows []alerts.Alert
	for _, name := range names {
		a := alerts.Flat{ID: name, Surname: name, DocumentNumber: "P" + name, IssuingState: "UTO", Reason: "test", Action: "refer"}.Alert("un")
		a.Version = 0
		rows = append(rows, a)
	}
	raw, err := json.Marshal(map[string]any{"alerts": rows})
	require.NoError(u, err)
	path := filepath.Join(u.TempDir(), "un.json")
	require.NoError(u, os.WriteFile(path, raw, 0o600))
	return path
}

// A list of the centre is imported, approved and undone by command as at its screens: by persons who sign in, and by two of them.
func TestListsByCommandTakeTwoPeople(t *testing.T) {
	tool := newTrustTool(t, map[string]auth.Role{"ada": auth.RoleSupervisor, "ben": auth.RoleSupervisor, "ann": auth.RoleAnalyst})
	lists := listdb.New(listdb.Config{DB: tool.db, Now: time.Now, NewID: uuid.New})
	first, second := listdb.Person{Actor: audit.Actor{ID: "i1", Name: "i1", Role: "installation"}}, listdb.Person{Actor: audit.Actor{ID: "i2", Name: "i2"}}
	second.Role = "installation"
	_, err := lists.Add(t.Context(), first, second, listdb.List{ID: "un", Title: "United Nations", Owner: "UNSC", Policy: alerts.DefaultPolicy()})
	require.NoError(t, err)

	code, _, problems := tool.runList("", "import", "--list", "un", tool.listFile("ONE"))
	require.Equal(t, exitUsage, code, problems)
	code, _, problems = tool.runList("wrong password altogether", "import", "--as", "ada", "--list", "un", tool.listFile("ONE"))
	require.Equal(t, exitFailed, code, problems)
	code, _, problems = tool.runList(trustPassword, "import", "--as", "ann", "--list", "un", tool.listFile("ONE"))
	require.Equal(t, exitFailed, code)
	require.Contains(t, problems, "may not")

	propose := func(args ...string) string {
		code, out, problems := tool.runList(trustPassword, args...)
		require.Equal(t, exitDone, code, problems)
		return strings.Fields(out)[0]
	}
	approve := func(login, id string) (int, string, string) {
		return tool.runList(trustPassword, "approve", "--as", login, id)
	}
	agree := func(id string) {
		code, _, problems := approve("ben", id)
		require.Equal(t, exitShown, code, problems)
		code, out, problems := approve("ben", id)
		require.Equal(t, exitDone, code, problems)
		require.Contains(t, out, "approved")
	}
	id := propose("import", "--as", "ada", "--list", "un", tool.listFile("ONE", "TWO"))
	code, _, problems = approve("ada", id)
	require.Equal(t, exitFailed, code)
	require.Contains(t, problems, "second person")
	code, out, problems := approve("ben", id)
	require.Equal(t, exitShown, code, problems)
	require.Contains(t, out, "ONE", "first everything is shown")
	code, out, problems = approve("ben", id)
	require.Equal(t, exitDone, code, problems)
	require.Contains(t, out, "2 added")
	agree(propose("import", "--as", "ada", "--list", "un", tool.listFile("ONE")))

	_, out, _ = tool.runList(trustPassword, "show", "--as", "ada")
	require.Contains(t, out, "un  version 3")
	require.Contains(t, out, "1 entries")
	agree(propose("undo", "--as", "ada", "un", "--to", "2", "--remark", "wrong file"))
	code, out, problems = tool.runList(trustPassword, "show", "--as", "ada", "un")
	require.Equal(t, exitDone, code, problems)
	require.Contains(t, out, "version 4")
	require.Contains(t, out, "2 entries  proposed by ada, approved by ben")

	id = propose("import", "--as", "ada", "--list", "un", tool.listFile("THREE"))
	_, out, _ = tool.runList(trustPassword, "show", "--as", "ben", id)
	require.Contains(t, out, "removed   ONE")
	code, out, problems = tool.runList(trustPassword, "approve", "--as", "ben", "--reject", "cut off", id)
	require.Equal(t, exitDone, code, problems)
	require.Contains(t, out, "rejected")
}
