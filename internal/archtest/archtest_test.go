package archtest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/archtest"
)

const module = archtest.Module

// The repository itself keeps the rules.
func TestHouseIsInOrder(t *testing.T) {
	violations, err := archtest.Check(root(t), archtest.OpenBMIS())
	require.NoError(t, err)
	for _, v := range violations {
		t.Error(v)
	}
}

// A planted violation of each rule is caught, and named where it stands.
func TestPlantedViolationIsCaught(t *testing.T) {
	for _, c := range []struct{ name, file, imports, expected string }{
		{"plug-ins import one another", "alerts/match.go", quote("replication"), "alerts/match.go:3: imports replication of its own layer"},
		{"an import points up", "border/inspect.go", quote("alerts"), "which stands above border; expected imports to point down"},
		{"the domain knows a database package", "border/store.go", quote("internal/postgres/stationdb"), "which stands above border"},
		{"level 1 knows the domain", "internal/auth/role.go", quote("border"), "which stands above internal/auth"},
		{"traveldoc leans on plumbing", "traveldoc/mrz/read.go", quote("internal/config"), "of its own layer"},
		{"screens import one another", "ui/counter/page.go", quote("ui/analyst"), "of its own layer"},
		{"a view reaches for the server", "ui/view/page.go", quote("ui/web"), "which stands above ui/view"},
		{"NATS outside its places", "alerts/listen.go", `"github.com/nats-io/nats.go"`, "NATS stays in internal/bus"},
		{"echo in a test of the domain", "border/http_test.go", `"github.com/labstack/echo/v4"`, "echo stays in ui and cmd"},
		{"the means to test the bus in real code", "replication/relay.go", quote("internal/bus/bustest"), "which is for tests"},
		{"echo in the domain", "border/http.go", `"github.com/labstack/echo/v4"`, "echo stays in ui and cmd"},
		{"echo in a view", "ui/view/page.go", `"github.com/labstack/echo/v4"`, "views and texts know no transport"},
		{"GORM outside the database", "central/flows.go", `"gorm.io/gorm"`, "GORM stays in internal/postgres"},
		{"GORM in a test outside", "central/flows_test.go", `"gorm.io/gorm"`, "GORM stays in internal/postgres"},
		{"pgx in a plug-in", "replication/outbox.go", `"github.com/jackc/pgx/v5"`, "the database stays in internal/postgres"},
		{"HTTP in the domain", "border/call.go", `"net/http"`, "the domain is values and algorithms"},
		{"test database in real code", "internal/postgres/open.go", quote("internal/pgtest"), "which is for tests"},
		{"fault proxy in real code", "cmd/station/main.go", quote("internal/faultnet"), "which is for tests"},
		{"browser in real code", "ui/web/server.go", quote("internal/browsertest"), "which is for tests"},
		{"conformance suite in real code", "internal/postgres/stationdb/store.go", quote("border/bordertest"), "which is for tests"},
		{"testify in real code", "border/assert.go", `"github.com/stretchr/testify/require"`, "test libraries stay in tests"},
		{"a folder in no layer", "utils/strings.go", `"strings"`, "utils: stands in no layer"},
		{"an internal package in no layer", "internal/helpers/strings.go", `"strings"`, "internal/helpers: stands in no layer"},
		{"api_pnr without its name", "cmd/central/main.go", quote("api_pnr"), "expected apipnr"},
		{"api_pnr under another name", "cmd/central/main.go", "pnr " + quote("api_pnr"), "expected apipnr"},
		{"unstructured log", "border/say.go", `"log"`, "expected log/slog"},
		{"old random numbers", "border/dice.go", `"math/rand"`, "math/rand/v2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Contains(t, strings.Join(check(t, tree{c.file: source(c.file, c.imports)}), "\n"), c.expected)
		})
	}
}

func TestPermittedImportsPass(t *testing.T) {
	for _, c := range []struct{ name, file, imports string }{
		{"a test speaks with the real NATS", "internal/postgres/relaydb/line_test.go", `"github.com/nats-io/nats.go"`},
		{"a conformance suite uses testify", "border/bordertest/store.go", `"github.com/stretchr/testify/require"`},
		{"a test runs the conformance suite", "internal/postgres/stationdb/store_test.go", quote("border/bordertest")},
		{"downwards", "alerts/check.go", quote("border")},
		{"own sub-package", "traveldoc/mrz/read.go", quote("traveldoc")},
		{"plumbing on plumbing", "internal/ca/issue.go", quote("internal/audit")},
		{"the problem is everybody's", "traveldoc/mrz/read.go", quote("internal/problem")},
		{"a test uses the test database", "internal/postgres/open_test.go", quote("internal/pgtest")},
		{"the test database opens databases", "internal/pgtest/new.go", quote("internal/postgres")},
		{"a program imports its wiring", "cmd/bmis/demo.go", quote("cmd/internal/demo")},
		{"structured log", "border/say.go", `"log/slog"`},
		{"an address is no connection", "border/ip.go", `"net/netip"`},
		{"seeded random numbers", "cmd/internal/simulate/draw.go", `"math/rand/v2"`},
		{"api_pnr under its name", "cmd/central/main.go", "apipnr " + quote("api_pnr")},
		{"echo on a screen", "ui/counter/page.go", `"github.com/labstack/echo/v4"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Empty(t, check(t, tree{c.file: source(c.file, c.imports)}))
		})
	}
}

func TestOutsideTestMayLookFromAbove(t *testing.T) {
	above := "package replication_test\n\nimport _ " + quote("internal/postgres/relaydb") + "\n"
	require.Empty(t, check(t, tree{"replication/relay_test.go": above}))
	inside := strings.Replace(above, "replication_test", "replication", 1)
	require.Len(t, check(t, tree{"replication/relay_test.go": inside}), 1)
}

func TestPackageComment(t *testing.T) {
	for _, c := range []struct {
		name  string
		files tree
		ok    bool
	}{
		{"none", tree{"border/a.go": "package border\n"}, false},
		{"of another package", tree{"border/a.go": "// Package frontier is.\npackage border\n"}, false},
		{"in one of two files", tree{"border/a.go": "// Package border is.\npackage border\n", "border/b.go": "package border\n"}, true},
		{"only in a generated file", tree{"border/a.go": "// Code generated by x. DO NOT EDIT.\n\n// Package border is.\npackage border\n"}, false},
		{"a program without", tree{"cmd/station/main.go": "package main\n"}, false},
		{"a program", tree{"cmd/station/main.go": "// Command station is.\npackage main\n"}, true},
		{"tests only", tree{"border/a_test.go": "package border\n"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.ok, len(check(t, c.files)) == 0)
		})
	}
}

func TestLeftOut(t *testing.T) {
	bad := "package x\nimport \"gorm.io/gorm\"\n"
	require.Empty(t, check(t, tree{"border/testdata/x.go": bad, ".cache/x.go": bad, "_old/x.go": bad, "tools/x.go": bad, "tools/go.mod": "module x\n"}))
}

func TestUnreadableFileIsAnError(t *testing.T) {
	_, err := archtest.Check(plant(t, tree{"border/a.go": "pakage"}), archtest.OpenBMIS())
	require.ErrorContains(t, err, "border")
}

type tree map[string]string

func quote(folder string) string { return `"` + module + "/" + folder + `"` }

func source(file, imports string) string {
	name, kind := filepath.Base(filepath.Dir(file)), "Package"
	if strings.HasPrefix(file, "cmd/") && !strings.HasPrefix(file, "cmd/internal") {
		return "// Command " + name + " is planted.\npackage main\nimport " + imports + "\n"
	}
	return "// " + kind + " " + name + " is planted.\npackage " + name + "\nimport " + imports + "\n"
}

func plant(t *testing.T, files tree) string {
	dir := t.TempDir()
	for name, text := range files {
		full := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(full), 0o755))
		require.NoError(t, os.WriteFile(full, []byte(text), 0o644))
	}
	return dir
}

func check(t *testing.T, files tree) []string {
	violations, err := archtest.Check(plant(t, files), archtest.OpenBMIS())
	require.NoError(t, err)
	texts := make([]string, len(violations))
	for i, v := range violations {
		texts[i] = v.String()
	}
	return texts
}

// root is the folder of go.mod above the test.
func root(t *testing.T) string {
	dir, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		require.NotEqual(t, dir, parent, "go.mod stands above the test")
		dir = parent
	}
}
