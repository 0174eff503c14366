package listfile_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts/listfile"
)

// real opens a file of the public lists, which are not part of the repository.
func real(t testing.TB, name string) *os.File {
	t.Helper()
	root := os.Getenv("BMIS_TEST_DATA")
	if root == "" {
		t.Skip("BMIS_TEST_DATA is not set: the real lists are not here")
	}
	f, err := os.Open(filepath.Join(root, "watchlists", name))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, f.Close()) })
	return f
}

func TestRealUN(t *testing.T) {
	f, err := listfile.Read(real(t, "un-consolidated.xml"), listfile.Options{List: "un"})
	require.NoError(t, err)
	fmt.Printf("%+v\n", f.Counts)
	for _, n := range f.Notes {
		fmt.Println(n)
	}
	for _, n := range f.Refused {
		fmt.Println(n)
	}
}

func TestRealOFAC(t *testing.T) {
	f, err := listfile.Read(real(t, "ofac-sdn.csv"), listfile.Options{List: "ofac", Companions: listfile.Companions{Aliases: real(t, "ofac-alt.csv"), Comments: real(t, "ofac-sdn-comments.csv")}})
	require.NoError(t, err)
	fmt.Printf("%+v\n", f.Counts)
	for _, n := range f.Notes {
		fmt.Println(n)
	}
	for _, n := range f.Refused {
		fmt.Println(n)
	}
}
