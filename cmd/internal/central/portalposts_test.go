package central

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa"
)

// The portal is told the names of the posts that rules name and of no other; a new name is told without new rules.
func TestThePortalIsToldTheNamesOfPosts(t *testing.T) {
	book := evisa.RuleBook{Version: "7", Rules: []evisa.EntryRule{{ID: "a", Ports: []string{"xaa-apt", "xab-sea"}}, {ID: "b"}}}
	names := map[string]string{"xaa-apt": "Lanet airport", "xac-rail": "Border station"}
	name := func(id string) string {
		if names[id] != "" {
			return names[id]
		}
		return id
	}
	told, err := withPosts(book, name)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"xaa-apt": "Lanet airport"}, told.Posts)
	require.True(t, strings.HasPrefix(told.Version, "7+"), told.Version)
	again, err := withPosts(book, name)
	require.NoError(t, err)
	require.Equal(t, told, again)
	names["xaa-apt"] = "Lanet international airport"
	renamed, err := withPosts(book, name)
	require.NoError(t, err)
	require.NotEqual(t, told.Version, renamed.Version)
	plain, err := withPosts(book, func(id string) string { return id })
	require.NoError(t, err)
	require.Equal(t, book, plain, "without names it is the book as it stands")
}
