package counterview

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/documentcheck"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/border/staycheck"
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
		for _, code := range []string{"alert_document", "alert_name", "alert_birth_date", "alert_reason", "alert_action", "previous_none",
			"previous_entry", "previous_exit", "open_entry", "exit_without_entry", "other_bearer", "check_broken"} {
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
		for _, mode := range border.Modes() {
			require.NotEqual(t, string(mode), Mode(ctx, mode), language)
		}
	}
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
