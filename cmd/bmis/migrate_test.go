package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/migrations"
)

// bmis carries out a command line with the given variables.
func bmis(t *testing.T, variables map[string]string, line string) (code int, out, problems string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = run(t.Context(), strings.Fields(line), &app{In: strings.NewReader(""), Out: &stdout, Err: &stderr, Now: time.Now,
		Getenv: func(name string) string { return variables[name] }, Exit: func(int) {}})
	return code, stdout.String(), stderr.String()
}

func TestMigrateShowsAndAppliesWhatIsMissing(t *testing.T) {
	dsn := pgtest.Empty(t)
	variables := map[string]string{"BMIS_DSN": dsn, "BMIS_MIGRATE_DSN": dsn}
	names, err := migrations.Names(migrations.Station)
	require.NoError(t, err)

	code, out, problems := bmis(t, variables, "migrate status station")
	require.Equal(t, exitDone, code, problems)
	require.Equal(t, len(names), strings.Count(out, "pending"), out)
	require.Contains(t, out, "00001  00001_extensions.sql")

	code, out, problems = bmis(t, variables, "migrate up station")
	require.Equal(t, exitDone, code, problems)
	require.Contains(t, out, "applied, up to date")

	code, out, problems = bmis(t, variables, "migrate status station")
	require.Equal(t, exitDone, code, problems)
	require.NotContains(t, out, "pending")
	require.Equal(t, len(names), strings.Count(out, "Z\n"), out)

	code, out, _ = bmis(t, variables, "migrate up station")
	require.Equal(t, exitDone, code)
	require.Equal(t, "station: 0 applied, up to date\n", out)
}

func TestMigrateOnAMachineWithoutDSN(t *testing.T) {
	variables := map[string]string{"BMIS_DATA_DIR": filepath.Join(pgtest.TempDir(t), "station")}
	code, out, problems := bmis(t, variables, "migrate up station")
	require.Equal(t, exitDone, code, problems)
	require.Contains(t, out, "applied, up to date")
	_, out, problems = bmis(t, variables, "migrate status station")
	require.NotContains(t, out, "pending")
	require.NotEmpty(t, out, problems)
}

func TestMigrateSaysWhatIsWrong(t *testing.T) {
	tests := map[string]struct {
		variables map[string]string
		line      string
		code      int
		says      string
	}{
		"kind":            {nil, "migrate up ship", exitUsage, `must be one of "station","central"`},
		"owner is needed": {map[string]string{"BMIS_DSN": "host=/nowhere"}, "migrate up station", exitFailed, "BMIS_MIGRATE_DSN is not set"},
		"away":            {map[string]string{"BMIS_DSN": "host=/nowhere", "BMIS_MIGRATE_DSN": "host=/nowhere"}, "migrate status central", exitFailed, "/nowhere"},
		"configuration":   {map[string]string{"BMIS_MIGRATE_DSN": "host=/nowhere"}, "migrate up station", exitFailed, "BMIS_DSN"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			code, _, problems := bmis(t, test.variables, test.line)
			require.Equal(t, test.code, code)
			require.Contains(t, problems, test.says)
		})
	}
}
