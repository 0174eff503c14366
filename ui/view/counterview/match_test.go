package counterview

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/listcheck"
	"github.com/openbmis/openbmis/alerts/match"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/vehicle"
	"github.com/openbmis/openbmis/ui/text"
)

func TestEveryCodeOfAMatchHasWords(t *testing.T) {
	texts, err := text.Load()
	require.NoError(t, err)
	areas := map[string][]string{
		"relation": match.Relations(), "band": {string(alerts.Certain), string(alerts.Probable), string(alerts.Possible)},
		"field":      {"name", "family", "given", "birth_date", "sex", "nationality", "document", "vehicle"},
		"safety":     {"armed", "violent", "escaped", "contagious", "suicide_risk"},
		"lists_held": {string(listcheck.Fresh), string(listcheck.Aging), string(listcheck.Old), string(listcheck.Incomplete)},
		"evidence": {
			listcheck.CodeMatch, listcheck.CodeDocument, listcheck.CodeVehicle, listcheck.CodeField, listcheck.CodeCategory, listcheck.CodeSafety,
			listcheck.CodeFlagged, listcheck.CodeNoDetails, listcheck.CodeMore, listcheck.CodeIncomplete, border.CodeListTooOld, vehicle.CodeClear,
		},
	}
	for _, c := range alerts.Categories() {
		areas["alert_category"] = append(areas["alert_category"], string(c))
	}
	for _, a := range alerts.Actions() {
		areas["alert_action"] = append(areas["alert_action"], string(a))
	}
	for _, language := range text.Languages() {
		p := texts.Printer(language)
		for area, codes := range areas {
			for _, code := range codes {
				require.True(t, p.Has(text.Key(area+"."+code)), "%s.%s in %s", area, code, language)
			}
		}
	}
}

func TestMatchesAreTakenApart(t *testing.T) {
	evidence := []border.Evidence{
		{Code: listcheck.CodeMatch, Ref: "un/1@2", Band: "possible", Score: .8}, {Code: listcheck.CodeField, Field: "family", Relation: match.RelTypo, Ref: "un/1@2"},
		{Code: listcheck.CodeDocument, Field: "document", Relation: match.RelEqual, Ref: "un/1@2"},
		{Code: listcheck.CodeSafety, Expected: "armed,violent", Ref: "un/1@2"}, {Code: listcheck.CodeReason, Expected: "r", Ref: "un/1@2"},
		{Code: listcheck.CodeDocument, Ref: "national/2@1", Band: "certain"}, {Code: border.CodeListTooOld, Found: "un"},
	}
	matches, rest := MatchesOf(evidence)
	require.Len(t, matches, 2)
	require.Equal(t, evidence[1:3], matches[0].Rows)
	require.Equal(t, []string{"armed", "violent"}, matches[0].Safety)
	require.Equal(t, evidence[4:5], matches[0].Facts)
	require.Equal(t, evidence[5], matches[1].Head)
	require.Equal(t, evidence[6:], rest, "nothing is lost")
}

func TestAComparedFieldIsToldBySignAndWord(t *testing.T) {
	texts, err := text.Load()
	require.NoError(t, err)
	for relation, want := range map[string]string{match.RelEqual: "agrees", match.RelDifferent: "differs", match.RelUnknown: "not known", match.RelCommon: "not known"} {
		var page strings.Builder
		m := Matched{Rows: []border.Evidence{{Field: "family", Found: "A", Expected: "B", Relation: relation, Score: .5}}}
		require.NoError(t, MatchTable(m).Render(text.NewContext(t.Context(), texts.Printer("en")), &page))
		require.Contains(t, page.String(), want+":", relation)
		require.Contains(t, page.String(), "50 %")
	}
}
