package audit_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/audit"
)

func TestNotesAreSplitAfterTheirSignatures(t *testing.T) {
	one, two := "a\n1\nAAA=\n\n— a x\n— central y\n", "a\n2\nBBB=\n\n— a z\n"
	for text, want := range map[string][]string{
		"":                               nil,
		one:                              {one},
		one + two:                        {one, two},
		"\n" + one + "\n\n" + two + "\n": {one, two},
		"garbage":                        {"garbage"},
	} {
		var got []string
		for _, note := range audit.SplitNotes([]byte(text)) {
			got = append(got, string(note))
		}
		require.Equal(t, want, got, "%q", text)
	}
}
