package mrz

import (
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/language"

	"github.com/openbmis/openbmis/traveldoc"
)

// The lists are read in place, so that their form is part of the program.
func TestListsHaveTheirForm(t *testing.T) {
	for _, list := range []struct {
		text  string
		width int
		dates [2]int
	}{{statesText, stateWidth, [2]int{20, 31}}, {documentsText, documentWidth, [2]int{20, 31}}} {
		for row := range strings.Lines(list.text) {
			require.Len(t, row, list.width, row)
			for _, at := range list.dates {
				if column := row[at : at+10]; column != "----------" {
					date, err := traveldoc.ParseDate(column)
					require.NoError(t, err, row)
					require.Equal(t, traveldoc.PrecisionDay, date.Precision(), row)
				}
			}
		}
	}
	codes := States()
	require.True(t, sort.StringsAreSorted(codes))
	for i, code := range codes {
		require.True(t, i == 0 || codes[i-1] != code, "%s twice", code)
		s, ok := LookupState(code)
		require.True(t, ok, code)
		require.Contains(t, []string{"iso", "icao", "person", "historical", "training"}, s.Kind)
		require.NotEmpty(t, s.Name)
		require.True(t, s.From.IsZero() || s.To.IsZero() || s.From.Before(s.To), code)
	}
}

// The ISO codes of the list are the regions of CLDR that are officially assigned: as many as ISO 3166-1 has, none renamed.
func TestStatesAgreeWithISO(t *testing.T) {
	n := 0
	for _, code := range States() {
		if s, _ := LookupState(code); s.Kind != "iso" {
			continue
		}
		region, err := language.ParseRegion(code)
		require.NoError(t, err, code)
		require.Equal(t, code, region.ISO3())
		require.True(t, region.IsCountry(), code)
		require.Equal(t, region, region.Canonicalize(), code)
		n++
	}
	require.Equal(t, 249, n)
}

func TestEveryCodeHasWords(t *testing.T) {
	for _, code := range Codes() {
		f := Finding{Code: code, Field: Name, Printed: "1", Computed: "2", At: Range{1, 2, 3}}
		require.NotContains(t, f.Message(), string(code))
	}
}

func TestDocumentCodes(t *testing.T) {
	for code, known := range map[string]bool{
		"P": true, "P<": true, "PD": true, "PZ": true, "V": true, "VB": true, "I": true, "ID": true, "AC": true, "IV": false, "AV": false,
		"RP": false, "": false, "P1": false, "PAA": false, "X": false,
	} {
		require.Equal(t, known, KnownDocumentCode(code), code)
	}
}

func TestFormatNames(t *testing.T) {
	for _, f := range Formats() {
		text, err := f.MarshalText()
		require.NoError(t, err)
		var again Format
		require.NoError(t, again.UnmarshalText(text))
		require.Equal(t, f, again)
	}
	var f Format
	require.ErrorContains(t, f.UnmarshalText([]byte("TD9")), "expected one of")
	require.NoError(t, f.UnmarshalText(nil))
	require.Equal(t, Unknown, f)
}
