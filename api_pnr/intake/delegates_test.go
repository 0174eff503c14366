package intake_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/api_pnr/intake"
)

// A carrier speaks for itself and for those that a line names, in that direction alone.
func TestDelegates(t *testing.T) {
	path := filepath.Join(t.TempDir(), "delegates")
	require.NoError(t, os.WriteFile(path, []byte("# handling\nXA XAB yy\n\n xa ZZ\n"), 0o600))
	d, err := intake.LoadDelegates(path)
	require.NoError(t, err)
	for pair, speaks := range map[[2]string]bool{
		{"XA", "XA"}: true, {"XA", "XAB"}: true, {"XA", "YY"}: true, {"xa", "zz"}: true, {"ZZ", "ZZ"}: true,
		{"YY", "XA"}: false, {"XAB", "XA"}: false, {"XA", "QQ"}: false, {"XA", ""}: false,
	} {
		require.Equal(t, speaks, d.SpeaksFor(pair[0], pair[1]), pair)
	}
	none, err := intake.LoadDelegates("")
	require.NoError(t, err)
	require.True(t, none.SpeaksFor("XA", "XA"))
	require.False(t, none.SpeaksFor("XA", "YY"))
}

func TestDelegatesRefused(t *testing.T) {
	for text, says := range map[string]string{
		"XA XAB\nXB": "line 2: expected DOOR CARRIER", "XA *": "line 1: carrier \"*\"", "XA XABC": "two or three",
	} {
		_, err := intake.ReadDelegates(strings.NewReader(text))
		require.ErrorContains(t, err, says)
	}
	_, err := intake.LoadDelegates(filepath.Join(t.TempDir(), "none"))
	require.ErrorContains(t, err, "carriers' delegates")
}
