package analystview

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/border/staycheck"
	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/counterview"
)

// An analyst reads what the officer read: no code without words, in any language.
func TestEvidenceAndFactsAreInWords(t *testing.T) {
	texts, err := text.Load()
	require.NoError(t, err)
	for _, language := range text.Languages() {
		ctx := text.NewContext(t.Context(), texts.Printer(language))
		for _, code := range append(staycheck.EvidenceCodes(), border.CodeNotApplicable, "previous_entry", "alert_name") {
			require.NotEqual(t, code, evidenceWords(ctx, border.Evidence{Code: code}), language)
		}
		for _, code := range []string{"adult", "no_vehicle"} {
			require.NotEqual(t, code, evidenceFacts(ctx, border.Evidence{Code: border.CodeNotApplicable, Found: code}), language)
		}
		for _, check := range []string{border.CheckStay, border.CheckMinor, border.CheckPass, "document", "alerts.national"} {
			require.NotEqual(t, check, counterview.CheckName(ctx, check), language)
		}
		for _, ground := range file.AuthorisationGrounds() {
			require.NotEqual(t, ground, factWords(ctx, central.Fact{Name: "ground", Value: ground, Code: true}), language)
		}
		require.Equal(t, "21 NOV 2026", factWords(ctx, central.Fact{Name: "date", Value: "2026-11-21"}))
		require.Equal(t, "2026-11-21", factWords(ctx, central.Fact{Name: "evidence", Value: "2026-11-21"}), "people's own words stay")
	}
}

func TestDatesAndTimesOfEvidenceAreThePrinters(t *testing.T) {
	texts, err := text.Load()
	require.NoError(t, err)
	ctx := text.NewContext(t.Context(), texts.Printer(text.English))
	for found, want := range map[string]string{
		"90 · 2027-02-18 · 90/180": "90 · 18 FEB 2027 · 90/180",
		"2026-11-22T00:06:09Z":     "2026-11-22 00:06 +00:00",
	} {
		require.Equal(t, want, evidenceFacts(ctx, border.Evidence{Code: staycheck.CodeGranted, Found: found}))
	}
	require.Equal(t, "1 ≠ 2", evidenceFacts(ctx, border.Evidence{Found: "1", Expected: "2"}))
}
