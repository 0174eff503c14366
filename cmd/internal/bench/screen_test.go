package bench_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/browsertest"
)

// stopwatch runs in the page: from the last key of a scan to the frame in which the traveller stands there with the band of all
// findings. The message is posted when that frame has been painted.
const stopwatch = `(() => {
	let key = 0;
	globalThis.bench = { armed: false, took: [] };
	addEventListener("keydown", () => { key = performance.now(); }, true);
	const shown = () => document.querySelector("#traveller-name") && !document.querySelector("#stream")
		&& document.querySelector("#band").matches(".no-hit, .hit, .not-checked");
	new MutationObserver(() => {
		if (!bench.armed || !shown()) return;
		bench.armed = false;
		requestAnimationFrame(() => {
			const painted = new MessageChannel();
			painted.port1.onmessage = () => bench.took.push(performance.now() - key);
			painted.port2.postMessage(0);
		});
	}).observe(document.body, { childList: true, subtree: true, attributeFilter: ["class"] });
	return true;
})()`

// lane signs in in a browser and takes the first lane.
func (c *country) lane(b *testing.B) *browsertest.Page {
	b.Helper()
	p := browsertest.Open(b, "en")
	p.Goto(c.post.url() + "/signin")
	p.WaitFocus("[name=login]")
	p.Type(officer)
	p.Press("Tab")
	p.Type(c.password)
	p.Press("Enter")
	p.WaitFocus("button[name=lane]")
	p.Press("Enter")
	p.Wait("location.pathname === '/counter' && document.readyState === 'complete' && !!globalThis.wedge")
	return p
}

// scansOnScreen lets travellers be scanned and admitted in the browser by keys alone.
func (t *travellers) scansOnScreen(b *testing.B, n int) durations {
	b.Helper()
	p := t.lane(b)
	browsertest.Eval[bool](p, stopwatch)
	const warm = 5 // the first scans compile the page's scripts
	for i := range n + warm {
		zone, err := t.clear()
		require.NoError(b, err)
		browsertest.Eval[bool](p, "bench.armed = true")
		p.Scan(zone, "")
		p.Wait(fmt.Sprintf("bench.took.length === %d && document.querySelector('[data-hotkey=F2]')", i+1))
		p.Press("F2")
		p.Wait("!document.querySelector('#traveller-name')")
	}
	var took durations
	for _, ms := range browsertest.Eval[[]float64](p, "bench.took")[warm:] {
		took = append(took, time.Duration(ms*float64(time.Millisecond)))
	}
	return took
}

// clear is the zone of somebody whose document has not expired.
func (t *travellers) clear() (string, error) {
	for {
		zone, expired, err := t.draw()
		if err != nil || !expired {
			return zone, err
		}
	}
}

// sizes is what the browser loads for the counter, in kilobytes as sent (packed): scripts and styles, then fonts.
func (c *country) sizes(b *testing.B) (page, assets, fonts float64) {
	b.Helper()
	p := c.lane(b)
	p.Wait("document.fonts.status === 'loaded'")
	return browsertest.Eval[float64](p, `performance.getEntriesByType("navigation")[0].encodedBodySize / 1024`),
		browsertest.Eval[float64](p, `performance.getEntriesByType("resource").filter(e => /\.(js|css)$/.test(e.name)).reduce((n, e) => n + e.encodedBodySize, 0) / 1024`),
		browsertest.Eval[float64](p, `performance.getEntriesByType("resource").filter(e => /\.woff2$/.test(e.name)).reduce((n, e) => n + e.encodedBodySize, 0) / 1024`)
}
