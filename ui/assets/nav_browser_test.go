package assets_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/ui/assets"
)

const headerPage = `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Header</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="%s"><script defer src="%s"></script></head><body><header class="top"><nav aria-label="Pages"><ul>
<li><a href="#counter">Counter of this lane</a></li><li><a href="#second">Second line</a><span class="nav-count">12</span></li>
<li><a href="#hits">Hits to be judged</a></li><li><a href="#flights" aria-current="page">Expected flights</a></li></ul>
<details class="menu more" hidden><summary>More</summary><div class="menu-body"><ul></ul></div></details></nav>
<div class="badges"><span class="status" id="badge">Centre</span></div></header><main></main></body></html>`

// What the header has no room for stands under More, and comes back when there is room; the page that is open stays in sight.
func TestPagesThatDoNotFitStandUnderMore(t *testing.T) {
	files, err := assets.New()
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.Handle(assets.Prefix, files)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprintf(w, headerPage, files.URL("app.css"), files.URL("app.js"))
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	p := browsertest.Open(t, "en")
	p.Goto(server.URL + "/")
	const row, under = "[...document.querySelectorAll('.top nav > ul a')].map(a => a.hash).join()", "[...document.querySelectorAll('details.more a')].map(a => a.hash).join()"
	p.Wait("document.querySelector('details.more').hidden && " + row + " === '#counter,#second,#hits,#flights'")
	browsertest.Eval[bool](p, "(document.getElementById('badge').style.inlineSize = '900px', true)") // what the badges say has grown
	p.Wait(row + " === '#second,#flights' && " + under + " === '#counter,#hits'")
	require.True(t, browsertest.Eval[bool](p, "(() => { const r = document.querySelector('.top nav > ul'); return r.scrollWidth <= r.clientWidth; })()"))
	p.WaitFor("details.more > summary")
	browsertest.Eval[bool](p, "(document.getElementById('badge').style.inlineSize = '', true)")
	p.Wait("document.querySelector('details.more').hidden && " + row + " === '#counter,#second,#hits,#flights'")
}
