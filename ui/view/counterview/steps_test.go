package counterview

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border/crosscheck"
	"github.com/openbmis/openbmis/border/documentcheck"
	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/seal"
	"github.com/openbmis/openbmis/ui/text"
)

func TestEveryStepAndItsReasonsHaveWordsInEveryLanguage(t *testing.T) {
	texts, err := text.Load()
	require.NoError(t, err)
	for _, language := range text.Languages() {
		has := func(key string) { require.True(t, texts.Printer(language).Has(text.Key(key)), "%s: %s", language, key) }
		for _, i := range crosscheck.Catalogue() {
			if i.ID != crosscheck.DeviceItem {
				has("step." + i.ID)
			}
		}
		for _, id := range documentcheck.Steps() {
			has("step." + id)
		}
		for _, name := range emrtd.StepNames() {
			has("step.chip." + name)
		}
		for _, reasons := range [][]string{crosscheck.Reasons(), documentcheck.StepReasons(), emrtd.Reasons()} {
			for _, reason := range reasons {
				has("step_reason." + reason)
			}
		}
		for _, reason := range []seal.Reason{seal.Signed, seal.WrongSignature, seal.NoCertificate, seal.NotValidThen, seal.UnsupportedSignature, seal.Unsigned, seal.NoAnchor} {
			has("step_reason." + string(reason))
		}
	}
}
