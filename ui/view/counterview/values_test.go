package counterview

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
)

// What each source says of a step stands in the details: it is what the officer and the second line decide by.
func TestTheValuesOfAStepAreShown(t *testing.T) {
	texts, err := text.Load()
	require.NoError(t, err)
	ctx := text.NewContext(t.Context(), texts.Printer("en"))
	step := border.Step{ID: "viz.document_number", Verdict: traveldoc.Fail, Values: []border.StepValue{
		{Source: "viz", Field: "document_number", Text: "P4148242J"}, {Source: "mrz", Field: "document_number", Text: "P4143242J"},
	}}
	var page strings.Builder
	require.NoError(t, StepList(StepGroup{Steps: []border.Step{step}}).Render(ctx, &page))
	require.NotContains(t, page.String(), "cellValue")
	require.Contains(t, page.String(), "<mark>8</mark>")
	require.Contains(t, page.String(), "<mark>3</mark>")
}

func TestACheckWithoutAnswerSaysWhyInWords(t *testing.T) {
	texts, err := text.Load()
	require.NoError(t, err)
	for _, language := range text.Languages() {
		words := notCheckedReason(text.NewContext(t.Context(), texts.Printer(language)), "no_csca")
		require.NotEqual(t, "no_csca", words, "%s", language)
	}
}

// Found and expected stand in a sentence of the page's direction, each isolated: on an Arabic page they would change sides otherwise.
func TestFoundAndExpectedKeepTheirSides(t *testing.T) {
	ctx := text.NewContext(t.Context(), text.Must().Printer("ar"))
	show := func(e border.Evidence) string {
		var page strings.Builder
		require.NoError(t, EvidenceValues(border.Finding{}, e).Render(ctx, &page))
		return page.String()
	}
	both := show(border.Evidence{Code: "visa_zone_differs", Field: "nationality", Found: "KEN", Expected: "UTO"})
	require.Contains(t, both, "<span>\u2068KEN\u2069 ")
	require.Contains(t, both, "\u2068UTO\u2069</span>")
	require.Equal(t, "<bdi>KEN</bdi>", show(border.Evidence{Code: "visa_zone_differs", Found: "KEN"}))
	require.Empty(t, show(border.Evidence{Code: "visa_zone_differs"}))
}
