package browsertest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/browsertest"
)

// A page that answers no more fails its own test; the others go on.
func TestAPageThatHangsDoesNotHoldUpTheEnd(t *testing.T) {
	url := serve(t, `<!DOCTYPE html><html lang="en"><head><title>x</title><link rel="icon" href="data:,"></head><body><main><h1>x</h1></main>
		</body></html>`)
	require.True(t, fails(t, func(t testing.TB) {
		p := browsertest.Open(t, "en")
		p.Goto(url)
		browsertest.Eval[int](p, "setTimeout(() => { for (;;); }, 0)")
	}))
	p := browsertest.Open(t, "en")
	p.Goto(url)
	require.Equal(t, "x", p.Text("h1"))
}
