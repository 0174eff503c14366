package crosscheck_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border/crosscheck"
)

// The table of docs/documents.md is the catalogue.
func TestTheCatalogueIsDocumented(t *testing.T) {
	const path, head = "../../docs/documents.md", "| item | check | compares | severity | amber |\n|---|---|---|---|---|\n"
	var table strings.Builder
	for _, i := range crosscheck.Catalogue() {
		amber := ""
		if i.Amber {
			amber = "yes"
		}
		fmt.Fprintf(&table, "| `%s` | `%s` | %s | %s | %s |\n", i.ID, i.Check, strings.Join(i.Inputs, ", "), i.Severity, amber)
	}
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	before, rest, ok := strings.Cut(string(text), head)
	require.True(t, ok)
	_, after, ok := strings.Cut(rest, "\n## ")
	require.True(t, ok)
	want := before + head + table.String() + "\n## " + after
	if os.Getenv("BMIS_UPDATE_GOLDEN") != "" {
		require.NoError(t, os.WriteFile(path, []byte(want), 0o644))
		return
	}
	require.Equal(t, want, string(text))
}
