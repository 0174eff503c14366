package airport_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/api_pnr/airport"
	"github.com/openbmis/openbmis/traveldoc/mrz"
)

func TestBuiltIn(t *testing.T) {
	table, err := airport.Load("")
	require.NoError(t, err)
	require.Equal(t, "GBR", table.Country("lhr"))
	require.Equal(t, "Africa/Windhoek", table.Zone("WDH").String())
	require.Nil(t, table.Zone("QQQ"))
	require.Empty(t, table.Country("QQQ"))
}

// Every State of the table is one of Doc 9303, every line in order.
func TestBuiltInStates(t *testing.T) {
	table, err := airport.Load("")
	require.NoError(t, err)
	for _, code := range []string{"FRA", "PRN", "HKG", "JFK", "ICN", "TPE", "SAH"} {
		_, known := mrz.LookupState(table.Country(code))
		require.True(t, known, code)
	}
}

func TestFileLaysOver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "airports")
	require.NoError(t, os.WriteFile(path, []byte("# ours\n\nUTA Asia/Dubai UTO\nLHR UTC\n"), 0o600))
	table, err := airport.Load(path)
	require.NoError(t, err)
	require.Equal(t, "UTO", table.Country("UTA"))
	require.Equal(t, "UTC", table.Zone("LHR").String())
	require.Empty(t, table.Country("LHR"))
	require.Equal(t, "FRA", table.Country("CDG"))
}

func TestBadLines(t *testing.T) {
	for text, expected := range map[string]string{"LHR": "line 1: expected CODE Zone", "A B\n": "line 1: zone", "A UTC B C": "line 1: expected"} {
		path := filepath.Join(t.TempDir(), "airports")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		_, err := airport.Load(path)
		require.ErrorContains(t, err, expected)
	}
	_, err := airport.Load(filepath.Join(t.TempDir(), "none"))
	require.Error(t, err)
}
