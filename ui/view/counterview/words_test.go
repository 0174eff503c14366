package counterview

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/expected"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/documentcheck"
	"github.com/openbmis/openbmis/border/group"
	"github.com/openbmis/openbmis/border/minor"
	"github.com/openbmis/openbmis/border/pass"
	"github.com/openbmis/openbmis/border/secondline"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/border/staycheck"
	"github.com/openbmis/openbmis/border/vehicle"
	"github.com/openbmis/openbmis/evisa/visacheck"
	"github.com/openbmis/openbmis/ui/text"
)

func TestEveryCodeHasWordsInEveryLanguage(t *testing.T) {
	texts, err := text.Load()
	require.NoError(t, err)
	for _, language := range text.Languages() {
		ctx := text.NewContext(t.Context(), texts.Printer(language))
		for _, code := range stayCodes() {
			require.NotEqual(t, code, evidenceWord(ctx, border.Evidence{Code: code}), language)
		}
		for _, code := range documentcheck.EvidenceCodes() {
			require.NotEqual(t, code, evidenceWord(ctx, border.Evidence{Code: code}), language)
		}
		for _, code := range expected.EvidenceCodes() {
			require.NotEqual(t, code, evidenceWord(ctx, border.Evidence{Code: code}), language)
		}
		for _, code := range visacheck.EvidenceCodes() {
			require.NotEqual(t, code, evidenceWord(ctx, border.Evidence{Code: code}), language)
		}
		for _, code := range []string{"alert_document", "alert_name", "alert_birth_date", "alert_reason", "alert_action", "previous_none",
			"previous_entry", "previous_exit", "open_entry", "exit_without_entry", "other_bearer", "second_document", "check_broken"} {
			require.NotEqual(t, code, evidenceWord(ctx, border.Evidence{Code: code}), language)
		}
		lists := [][]string{border.AdmitReasons(), border.ReferReasons(), border.RefuseReasons(), border.CorrectionReasons(), border.DismissReasons()}
		for _, codes := range lists {
			for _, code := range codes {
				require.NotEqual(t, code, Reason(ctx, code), language)
			}
		}
		for _, code := range border.Purposes() {
			require.NotEqual(t, code, Purpose(ctx, code), language)
		}
		for area, codes := range codesOfTheDomain() {
			for _, code := range codes {
				require.True(t, text.FromContext(ctx).Has(text.Key(area+"."+code)), "%s.%s in %s", area, code, language)
			}
		}
		for _, check := range []string{"document", "alerts.national", "crossing.previous", border.CheckStay, border.CheckMinor, border.CheckPass, vehicle.Name, expected.Name} {
			require.NotEqual(t, check, checkName(ctx, check), language)
			require.NotEqual(t, check, sourceName(ctx, check), language)
		}
		for _, mode := range border.Modes() {
			require.NotEqual(t, string(mode), Mode(ctx, mode), language)
		}
	}
}

func TestEvidenceIsWrittenInWordsAndDates(t *testing.T) {
	texts, err := text.Load()
	require.NoError(t, err)
	ctx := text.NewContext(t.Context(), texts.Printer(text.English))
	tests := map[string]struct {
		evidence border.Evidence
		want     string
	}{
		"a stay":                   {border.Evidence{Code: staycheck.CodeGranted, Found: "90 · 2027-02-19 · 90/180"}, "90 · 19 FEB 2027 · 90/180"},
		"a date in brackets":       {border.Evidence{Code: "other_bearer", Field: "document_number", Expected: "DOE, JOHN (1990-05-06)"}, "DOE, JOHN (06 MAY 1990)"},
		"a date known in part":     {border.Evidence{Code: "alert_birth_date", Field: "birth_date", Found: "1990"}, "1990"},
		"a month":                  {border.Evidence{Code: "alert_birth_date", Field: "birth_date", Found: "1990-05"}, "MAY 1990"},
		"a number like a date":     {border.Evidence{Code: "alert_document", Field: "document_number", Found: "A2027-02-19"}, "A2027-02-19"},
		"no date of the calendar":  {border.Evidence{Code: staycheck.CodeGranted, Found: "2027-02-31"}, "2027-02-31"},
		"a basis":                  {border.Evidence{Code: border.CodeNotApplicable, Found: string(border.FreeMovement)}, Basis(ctx, border.FreeMovement)},
		"an adult":                 {border.Evidence{Code: border.CodeNotApplicable, Found: minor.Adult}, "an adult"},
		"no vehicle":               {border.Evidence{Code: border.CodeNotApplicable, Found: vehicle.NoVehicle}, "no vehicle noted"},
		"why a pass was withdrawn": {border.Evidence{Code: pass.CodeRevoked, Found: "stolen"}, coded(ctx, "pass_code", "stolen")},
	}
	for name, test := range tests {
		require.Equal(t, test.want, facts(ctx, test.evidence), name)
	}
	require.NotEqual(t, "stolen", coded(ctx, "pass_code", "stolen"))
}

// stayCodes are the codes of the check of stays, with the bounds and the reasons of days that screens show beside them.
func stayCodes() []string {
	codes := staycheck.EvidenceCodes()
	for _, bound := range append(stay.Bounds(), border.BoundOfficer) {
		codes = append(codes, "stay.bound_"+bound)
	}
	for _, reason := range stay.DayReasons() {
		codes = append(codes, "stay.day_"+reason)
	}
	return codes
}

// codesOfTheDomain are all codes by the area of the catalogue that has their words.
func codesOfTheDomain() map[string][]string {
	areas := map[string][]string{
		"relation": slices.Concat(border.Relations(), expected.Relations()), "field": expected.Fields(), "consent": border.Consents(), "days_reason": border.DaysReasons(), "day_why": stay.DayReasons(),
		"group_code":        slices.Concat(group.MissingReasons(), group.StrangerReasons(), group.Whys()),
		"evidence":          slices.Concat(minor.EvidenceCodes(), pass.EvidenceCodes(), []string{vehicle.CodeListed, vehicle.CodeClear, border.CodeNotApplicable}),
		"exempt":            {minor.Adult, vehicle.NoVehicle, expected.NoFlight},
		"expected_outcome":  {border.Hit.String(), border.NoHit.String(), border.NotChecked.String()},
		"expected_decision": {string(apipnr.DecideBoard), string(apipnr.DecideNoBoard), string(apipnr.DecideRefer)},
		"expected_status": {
			string(apipnr.StatusExpected), string(apipnr.StatusCancelled), string(apipnr.StatusOnBoard), string(apipnr.StatusNotOnBoard),
		},
		"expected_board":   {"board", "do_not_board", "contact", "not_checked"},
		"expected_flight":  expected.Standings(),
		"expected_verdict": {string(border.Admit), string(border.Refer), string(border.Refuse)},
		"pass_code":        pass.RevocationReasons(),
		"particular":       {"plate", "plate_country", "driver", "occupants", "guardian_surname", "other_parent"},
	}
	for _, c := range border.Categories() {
		areas["category"] = append(areas["category"], string(c))
		for _, m := range border.Modes() {
			for _, f := range border.Fields(m, c) {
				areas["particular"] = append(areas["particular"], f.Code)
			}
		}
	}
	for _, f := range border.VisaFields() {
		areas["particular"] = append(areas["particular"], f.Code)
	}
	for _, b := range border.Bases() {
		areas["basis"] = append(areas["basis"], string(b))
	}
	for _, s := range group.States() {
		areas["group_state"] = append(areas["group_state"], string(s))
	}
	for _, o := range append(secondline.Outcomes(), secondline.WithdrawnOutcome) {
		areas["outcome"] = append(areas["outcome"], string(o.ForFirstLine()))
	}
	return areas
}
