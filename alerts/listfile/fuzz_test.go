package listfile_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts/listfile"
)

// fuzz reads anything as a form: an error, or a file that holds what it says.
func fuzz(f *testing.F, format listfile.Format) {
	for name, of := range samples {
		if of == format {
			f.Add(sample(f, name))
		}
	}
	f.Add([]byte(""))
	f.Add([]byte("\"\n\"\"\"\n,\"a\"b,\n\x1a"))
	f.Fuzz(func(t *testing.T, data []byte) {
		o := listfile.Options{List: "fuzz", Format: format, Limits: listfile.Limits{Bytes: 1 << 20, Entries: 1000, Field: 2000, Nodes: 2000}}
		o.Companions = listfile.Companions{Aliases: bytes.NewReader(data), Addresses: bytes.NewReader(data), Comments: bytes.NewReader(data)}
		file, err := listfile.Read(bytes.NewReader(data), o)
		if err != nil {
			require.Empty(t, file.Alerts, "half a list is no list")
			return
		}
		seen := map[string]bool{}
		for _, a := range file.Alerts {
			require.NotEmpty(t, a.ID)
			require.False(t, seen[a.ID], "an id twice")
			seen[a.ID] = true
			require.Equal(t, "fuzz", a.List)
			require.Zero(t, a.Version)
			require.NotEmpty(t, string(a.Category)+string(a.Action))
			for _, b := range a.Subject.Births {
				require.False(t, b.From.IsZero() || b.To.IsZero() || b.To.Before(b.From), "%v", b)
			}
		}
		require.Equal(t, len(file.Alerts), file.Counts.Entries)
		for _, r := range file.Refused {
			require.Contains(t, listfile.RefusalCodes(), r.Code)
			require.LessOrEqual(t, utf8.RuneCountInString(r.Raw), listfile.RawLength+1)
		}
		for _, n := range file.Notes {
			require.Contains(t, listfile.NoteCodes(), n.Code)
		}
		text, err := json.Marshal(file)
		require.NoError(t, err)
		again, err := listfile.Read(bytes.NewReader(text), listfile.Options{List: "fuzz", Format: listfile.OwnJSON})
		require.NoError(t, err)
		require.Empty(t, again.Refused, "what is written of a list, the own form reads: %v", again.Refused)
		require.Len(t, again.Alerts, len(file.Alerts))
	})
}

func FuzzUN(f *testing.F)       { fuzz(f, listfile.UNXML) }
func FuzzOFACCSV(f *testing.F)  { fuzz(f, listfile.OFACCSV) }
func FuzzOFACXML(f *testing.F)  { fuzz(f, listfile.OFACXML) }
func FuzzAdvanced(f *testing.F) { fuzz(f, listfile.OFACAdvancedXML) }
func FuzzEU(f *testing.F)       { fuzz(f, listfile.EUCSV) }
func FuzzUK(f *testing.F)       { fuzz(f, listfile.UKCSV) }
func FuzzOwnCSV(f *testing.F)   { fuzz(f, listfile.OwnCSV) }
func FuzzOwnJSON(f *testing.F)  { fuzz(f, listfile.OwnJSON) }

func FuzzDetect(f *testing.F) {
	f.Add("sdn.csv", []byte("<CONSOLIDATED_LIST"))
	f.Fuzz(func(t *testing.T, name string, head []byte) {
		if format := listfile.Detect(name, head); format != "" {
			require.Contains(t, listfile.Formats(), format)
		}
	})
}
