package mrz_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc/mrz"
)

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		specimenTD1, specimenTD2, specimenTD3, specimenMRA, specimenMRB,
		strings.ToLower(specimenTD3), strings.ReplaceAll(specimenTD3, "\n", ""), strings.ReplaceAll(specimenTD1, "\n", "\r\n"),
		"I<UTOD23145890<515<<<<<<<<<<<<" + specimenTD1[30:], specimenTD3[:60], specimenTD3[45:], "«««\xff\xfe&lt;", "",
	} {
		f.Add(seed)
	}
	today := inspection(f)
	f.Fuzz(func(t *testing.T, text string) {
		d, err := mrz.Parse(text, today)
		require.NotNil(t, d)
		require.Equal(t, text, d.Input)
		if err != nil {
			require.Equal(t, mrz.Unknown, d.Format)
			require.NotEmpty(t, d.Findings)
			return
		}
		require.NotEqual(t, mrz.Unknown, d.Format)
		requireWhole(t, d)
	})
}

// requireWhole: whatever was read, every field is there within its range, and every finding can be told.
func requireWhole(t *testing.T, d *mrz.Document) {
	for id := mrz.DocumentCode; id <= mrz.Composite; id++ {
		f := d.Field(id)
		require.LessOrEqual(t, len(f.Raw), f.At.Len())
		if f.Raw != "" {
			require.Contains(t, d.Lines()[f.At.Line-1], f.Raw)
		}
	}
	require.GreaterOrEqual(t, len(d.Checks()), 3)
	for _, check := range d.Checks() {
		require.NotEmpty(t, check.Field.String())
		require.LessOrEqual(t, len(check.Printed), 1)
	}
	for _, f := range d.Findings {
		require.NotEmpty(t, f.Message())
		require.NotEqual(t, string(f.Code), f.Message())
	}
	require.NotContains(t, d.DocumentNumber, "<")
	require.NotContains(t, d.Surname, "<")
}
