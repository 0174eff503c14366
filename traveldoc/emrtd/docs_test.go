package emrtd_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc/emrtd"
)

// The page on the chip names every step, reason and note.
func TestThePageOnTheChipIsWhole(t *testing.T) {
	page, err := os.ReadFile("../../docs/chip.md")
	require.NoError(t, err)
	for _, step := range emrtd.StepNames() {
		if !strings.HasPrefix(step, "hash_dg") {
			require.Contains(t, string(page), "| `"+step+"`")
		}
	}
	for _, code := range append(emrtd.Reasons(), emrtd.Notes()...) {
		require.Contains(t, string(page), "`"+code+"`", "reason %s", code)
	}
}
