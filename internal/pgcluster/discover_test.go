package pgcluster

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// install makes a directory with programs that only know their version.
func install(t *testing.T, dir, version string) string {
	t.Helper()
	require.NoError(t, os.MkdirAll(dir, 0o700))
	script := fmt.Sprintf("#!/bin/sh\necho 'postgres (PostgreSQL) %s'\n", version)
	for _, name := range []string{"initdb", "postgres"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(script), 0o700))
	}
	return dir
}

// machine is a directory like /usr with several PostgreSQLs; 14 has lost its initdb.
func machine(t *testing.T) (root string, places []string) {
	t.Helper()
	t.Setenv("PATH", "/bin:/usr/bin")
	root = t.TempDir()
	install(t, filepath.Join(root, "lib/postgresql/9.6/bin"), "9.6.24")
	install(t, filepath.Join(root, "lib/postgresql/15/bin"), "15.18 (Debian 15.18-0+deb12u1)")
	require.NoError(t, os.Remove(filepath.Join(install(t, filepath.Join(root, "lib/postgresql/14/bin"), "14.1"), "initdb")))
	install(t, filepath.Join(root, "pgsql-16/bin"), "16.4")
	return root, []string{root + "/lib/postgresql/*/bin", root + "/pgsql-*/bin"}
}

func TestTheHighestVersionIsTaken(t *testing.T) {
	root, places := machine(t)
	withoutPgConfig(t)
	found, err := discover(t.Context(), "", 0, places)
	require.NoError(t, err)
	require.Equal(t, programs{filepath.Join(root, "pgsql-16/bin"), 16}, found)
	found, err = discover(t.Context(), "", 0, places[:1])
	require.NoError(t, err)
	require.Equal(t, programs{filepath.Join(root, "lib/postgresql/15/bin"), 15}, found, "15 is above 9.6, and 14 is incomplete")
}

func TestTheVersionOfTheDataIsTaken(t *testing.T) {
	root, places := machine(t)
	withoutPgConfig(t)
	found, err := discover(t.Context(), "", 15, places)
	require.NoError(t, err)
	require.Equal(t, programs{filepath.Join(root, "lib/postgresql/15/bin"), 15}, found)
	_, err = discover(t.Context(), "", 13, places)
	require.ErrorContains(t, err, "the data directory was made by PostgreSQL 13, but only 16 in")
}

func TestPgConfigGoesFirst(t *testing.T) {
	root, places := machine(t)
	own := install(t, filepath.Join(root, "own/bin"), "12.1")
	script := "#!/bin/sh\n[ \"$1\" = --bindir ] && echo " + own + "\n"
	require.NoError(t, os.WriteFile(filepath.Join(root, "pg_config"), []byte(script), 0o700))
	t.Setenv("PATH", root+":/bin")
	found, err := discover(t.Context(), "", 0, places)
	require.NoError(t, err)
	require.Equal(t, programs{own, 12}, found)
}

func TestTheConfiguredDirectoryIsTakenOrRefused(t *testing.T) {
	root, places := machine(t)
	dir := filepath.Join(root, "lib/postgresql/9.6/bin")
	found, err := discover(t.Context(), dir, 0, places)
	require.NoError(t, err)
	require.Equal(t, programs{dir, 9}, found)
	_, err = discover(t.Context(), root, 0, places)
	require.ErrorIs(t, err, ErrNoBinaries)
	require.ErrorContains(t, err, "BMIS_PG_BIN "+root)
}

func TestWithoutPostgreSQLTheErrorNamesTheCure(t *testing.T) {
	withoutPgConfig(t)
	_, err := discover(t.Context(), "", 0, []string{t.TempDir() + "/*/bin"})
	require.ErrorIs(t, err, ErrNoBinaries)
	require.ErrorContains(t, err, "apt-get install postgresql postgresql-contrib")
	require.ErrorContains(t, err, "BMIS_DSN")
}

func TestProgramsThatDoNotRunAreAnError(t *testing.T) {
	withoutPgConfig(t)
	root := t.TempDir()
	_, err := discover(t.Context(), install(t, root+"/mute", ""), 0, nil)
	require.ErrorContains(t, err, "expected a number")
	broken := install(t, root+"/broken", "")
	require.NoError(t, os.WriteFile(broken+"/postgres", []byte("#!/bin/sh\nexit 3\n"), 0o700))
	_, err = discover(t.Context(), broken, 0, nil)
	require.ErrorContains(t, err, "exit status 3")
}

// withoutPgConfig leaves a PATH with a shell and nothing else.
func withoutPgConfig(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.Symlink("/bin/sh", filepath.Join(dir, "sh")))
	t.Setenv("PATH", dir)
}
