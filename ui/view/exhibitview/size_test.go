package exhibitview

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/ui/text"
)

// Every size has words in every language, whatever its grouping and plural: a page once showed a key for 1,000 kB and more.
func TestEverySizeIsShownInWords(t *testing.T) {
	texts, err := text.Load()
	require.NoError(t, err)
	for _, language := range text.Languages() {
		ctx := text.NewContext(t.Context(), texts.Printer(language))
		for _, n := range []int64{0, 1, 1 << 10, 2 << 10, 3 << 10, 11 << 10, 100 << 10, 999 << 10, 1000 << 10, 7 << 20, 12 << 20, 5000 << 20} {
			require.NotContains(t, size(ctx, n), "⟦", "%s: %d bytes", language, n)
		}
	}
	require.Equal(t, "7,168 kB", size(text.NewContext(t.Context(), texts.Printer("en")), 7<<20))
}
