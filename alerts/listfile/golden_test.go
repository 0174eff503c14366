package listfile_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts/listfile"
)

// samples are small invented files with every edge, and the form that they are of.
var samples = map[string]listfile.Format{
	"un.xml": listfile.UNXML, "sdn.csv": listfile.OFACCSV, "sdn.xml": listfile.OFACXML, "sdn_advanced.xml": listfile.OFACAdvancedXML,
	"eu.csv":         listfile.EUCSV,
	"uk-conlist.csv": listfile.UKCSV, "uk-sanctions-list.csv": listfile.UKCSV, "own.csv": listfile.OwnCSV, "gtas.csv": listfile.OwnCSV,
	"own.json": listfile.OwnJSON,
}

func sample(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return text
}

// options are how a sample is read: SDN.CSV with what belongs to it.
func options(t testing.TB, name string) listfile.Options {
	o := listfile.Options{List: "test", Name: name}
	if name == "sdn.csv" {
		for _, other := range []string{"alt.csv", "add.csv", "sdn_comments.csv"} {
			o.Companions.Set(listfile.CompanionOf(other), bytes.NewReader(sample(t, other)))
		}
	}
	return o
}

func TestGolden(t *testing.T) {
	for name, format := range samples {
		t.Run(name, func(t *testing.T) {
			f, err := listfile.Read(bytes.NewReader(sample(t, name)), options(t, name))
			require.NoError(t, err)
			require.Equal(t, format, f.Format)
			again, err := listfile.Read(bytes.NewReader(sample(t, name)), options(t, name))
			require.NoError(t, err)
			require.Equal(t, f, again, "the same bytes give the same alerts in the same order")
			var got bytes.Buffer
			lines := json.NewEncoder(&got)
			lines.SetIndent("", " ")
			lines.SetEscapeHTML(false)
			require.NoError(t, lines.Encode(f))
			path := filepath.Join("testdata", name+".golden")
			if os.Getenv("UPDATE_GOLDEN") != "" {
				require.NoError(t, os.WriteFile(path, got.Bytes(), 0o600))
			}
			want, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, string(want), got.String())
		})
	}
}
