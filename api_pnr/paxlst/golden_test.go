package paxlst_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// TestGolden compares what is read of the messages in testdata with what was found right. BMIS_UPDATE_GOLDEN=1 writes it anew.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.edi")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			body, err := os.ReadFile(file)
			require.NoError(t, err)
			messages, outside := read(string(body))
			got, err := json.MarshalIndent(struct {
				Messages []apipnr.Message    `json:"messages"`
				Outside  []apipnr.Diagnostic `json:"outside"`
			}{messages, outside}, "", "  ")
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
