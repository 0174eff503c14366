package counterview

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/ui/text"
)

// An adapter that the configuration names has words in every language, whether or not the catalogue knows it; so has a simulator.
func TestOutsideServicesHaveNames(t *testing.T) {
	texts, err := text.Load()
	require.NoError(t, err)
	for _, language := range text.Languages() {
		ctx := text.NewContext(t.Context(), texts.Printer(language))
		require.NotEqual(t, "interpol.sltd", checkName(ctx, "interpol.sltd"))
		third := checkName(ctx, "interpol.region-2")
		require.Contains(t, third, "REGION 2", language)
		require.NotEqual(t, third, sourceName(ctx, "interpol.region-2.simulator"), language)
		require.Contains(t, sourceName(ctx, "interpol.region-2.simulator"), "REGION 2")
		for _, reason := range []string{border.ReasonBreakerOpen, border.ReasonNotAdmitted} {
			require.NotEqual(t, reason, notCheckedReason(ctx, reason))
		}
		for _, e := range []border.Evidence{{Code: "alert_reason", Field: "notice", Expected: "red"}, {Code: "alert_reason", Field: "document_status", Expected: "found_again"}} {
			require.NotEqual(t, e.Expected, Fact(ctx, e, e.Expected), language)
		}
	}
}
