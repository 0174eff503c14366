package pnrgov_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/api_pnr/pnrgov"
)

// What is read of the messages in testdata, whole, telephone numbers dialled. BMIS_UPDATE_GOLDEN=1 writes it anew.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.edi")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			body, err := os.ReadFile(file)
			require.NoError(t, err)
			messages := parse(t, string(body))
			for i := range messages {
				pnrgov.Dial(&messages[i])
			}
			got, err := json.MarshalIndent(messages, "", "  ")
			require.NoError(t, err)
			golden := strings.TrimSuffix(file, ".edi") + ".json"
			if os.Getenv("BMIS_UPDATE_GOLDEN") != "" {
				require.NoError(t, os.WriteFile(golden, append(got, '\n'), 0o600))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			require.JSONEq(t, string(want), string(got))
		})
	}
}
