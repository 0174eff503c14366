package migrations

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

func TestEachKindIsOneFlatFolder(t *testing.T) {
	for _, kind := range []Kind{Station, Central} {
		t.Run(kind.String(), func(t *testing.T) {
			merged, err := FS(kind)
			require.NoError(t, err)
			names, err := fs.Glob(merged, "*.sql")
			require.NoError(t, err)
			require.Contains(t, names, "00001_extensions.sql")
			require.NoError(t, fstest.TestFS(merged, names...))
		})
	}
}

// Numbers below 100 are the common folder's, so that a number can never mean two things.
func TestNumbersStayInTheirFolder(t *testing.T) {
	for _, folder := range []string{"common", "station", "central"} {
		names, err := fs.Glob(files, folder+"/*.sql")
		require.NoError(t, err)
		for _, path := range names {
			n, err := number(strings.TrimPrefix(path, folder+"/"))
			require.NoError(t, err)
			require.Equal(t, folder == "common", len(n) < 3, "number of %s", path)
		}
	}
}

func TestEveryMigrationSaysHowItIsApplied(t *testing.T) {
	for _, kind := range []Kind{Station, Central} {
		merged, err := FS(kind)
		require.NoError(t, err)
		names, err := fs.Glob(merged, "*.sql")
		require.NoError(t, err)
		for _, name := range names {
			text, err := fs.ReadFile(merged, name)
			require.NoError(t, err)
			require.Contains(t, string(text), "-- +goose Up", name)
		}
	}
}

func TestTheSameNumberTwiceIsAnError(t *testing.T) {
	base := fstest.MapFS{
		"common/00010_accounts.sql": {Data: []byte("-- +goose Up")},
		"station/0010_border.sql":   {Data: []byte("-- +goose Up")},
	}
	_, err := merge(base, "common", "station")
	require.EqualError(t, err, "migrations common/00010_accounts.sql and station/0010_border.sql have the same number")
}

func TestANameWithoutNumberIsAnError(t *testing.T) {
	for _, name := range []string{"border.sql", "_border.sql", "000_border.sql", "1a_border.sql", "00100.sql"} {
		_, err := merge(fstest.MapFS{"common/" + name: {}}, "common")
		require.ErrorContains(t, err, "migration "+name)
	}
}

func TestOtherFilesAreNoMigrations(t *testing.T) {
	m, err := merge(fstest.MapFS{"common/README.md": {}, "common/00001_a.sql": {}}, "common")
	require.NoError(t, err)
	_, err = m.Open("README.md")
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func TestDigestFollowsTheFiles(t *testing.T) {
	station, err := Digest(Station)
	require.NoError(t, err)
	again, err := Digest(Station)
	require.NoError(t, err)
	require.Equal(t, station, again)
	require.Len(t, station, 64)
}

func TestParseKind(t *testing.T) {
	for _, kind := range []Kind{Station, Central} {
		parsed, err := ParseKind(kind.String())
		require.NoError(t, err)
		require.Equal(t, kind, parsed)
	}
	_, err := ParseKind("ship")
	require.EqualError(t, err, `kind of database "ship": expected "station" or "central"`)
}
