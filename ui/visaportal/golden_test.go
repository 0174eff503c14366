package visaportal_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/ui/web/webtest"
)

// compare holds a text against its golden file, or writes it.
func compare(t *testing.T, file, text string) {
	t.Helper()
	if os.Getenv(webtest.UpdateGolden) != "" {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), text)
}
