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
		specimenFrenchID, specimenFrenchLicence, specimenSwissLicence,
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
		requireOffers(t, d)
	})
}

// requireOffers: every suggestion fits the zone, changes what it says, and is not silent when carried out.
func requireOffers(t *testing.T, d *mrz.Document) {
	for _, s := range d.Suggestions() {
		require.NotEmpty(t, s.Edits)
		require.Len(t, s.Lines, len(d.Lines()))
		repaired, err := mrz.ParseRepaired(d.Input, inspection(t), s.Edits)
		require.NoError(t, err)
		require.Equal(t, s.Lines, repaired.Lines())
		require.Equal(t, d.TravelDocument().MRZ, repaired.TravelDocument().MRZ)
		shown := 0
		for _, f := range repaired.Findings {
			if f.Code == mrz.CodeRepaired {
				shown++
			}
		}
		require.Equal(t, len(s.Edits), shown)
		for _, id := range s.Satisfied {
			require.True(t, right(repaired, id), "%s", id)
		}
	}
}

func right(d *mrz.Document, id mrz.FieldID) bool {
	for _, check := range d.Checks() {
		if check.Field == id {
			return check.OK
		}
	}
	return false
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
	if !d.Format.Licence() {
		require.GreaterOrEqual(t, len(d.Checks()), 3)
	}
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
