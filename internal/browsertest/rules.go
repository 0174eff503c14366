package browsertest

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// settleTime is how long a page may take to lay itself out.
const settleTime = 3 * time.Second

// axeFile is axe-core in the repository; tests read it, nothing embeds it.
const axeFile = "ui/assets/vendor/axe-core/axe.min.js"

// fault is one rule of axe that the page breaks.
type fault struct {
	ID     string   `json:"id"`
	Help   string   `json:"help"`
	Target []string `json:"target"`
}

// CheckAccessible holds the page, as it stands, to axe's rules for WCAG 2.2 AA and best practice: none may be broken.
func (p *Page) CheckAccessible() {
	p.t.Helper()
	axe, err := os.ReadFile(filepath.Join(root(p.t), axeFile))
	require.NoError(p.t, err)
	raw := read[string](p, string(axe)+"\n;"+`axe.run(document, {resultTypes: ["violations"],
		runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
		.then(r => JSON.stringify(r.violations.map(v => ({id: v.id, help: v.help, target: v.nodes.map(n => n.target.join(" ") + " " + (n.any[0]?.message || ""))}))))`)
	var faults []fault
	require.NoError(p.t, json.Unmarshal([]byte(raw), &faults))
	assert.Empty(p.t, faults, "accessibility of %s", p.Path())
}

// root is the folder of go.mod above the test's own.
func root(t require.TestingT) string {
	dir, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		require.NotEqual(t, parent, dir, "no go.mod above the working directory")
		dir = parent
	}
}

// CheckOneScreen asks that the page needs no scrolling at the window sizes of counters.
func (p *Page) CheckOneScreen() {
	p.t.Helper()
	for _, size := range [][2]int64{{1366, 768}, {1280, 720}} {
		p.Size(size[0], size[1])
		over := p.settled(overflowing)
		assert.Empty(p.t, over, "at %dx%d these do not fit", size[0], size[1])
	}
	p.Size(1366, 768)
}

// settled gives the complaints that the script finds when the page has settled: a page lays itself out again a moment after its window
// has another size.
func (p *Page) settled(script string) []string {
	p.t.Helper()
	deadline, cancel := context.WithTimeout(p.ctx, settleTime)
	defer cancel()
	for {
		complaints := read[[]string](p, script)
		if len(complaints) == 0 || deadline.Err() != nil {
			return complaints
		}
		select {
		case <-deadline.Done():
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// overflowing lists what does not fit: the page itself, whatever main hides because it is too large for it, and what stands out
// of the header.
const overflowing = `(() => { const out = [];
	const d = document.documentElement;
	if (d.scrollHeight > innerHeight || d.scrollWidth > innerWidth) out.push("page " + d.scrollWidth + "x" + d.scrollHeight);
	const main = document.querySelector("main");
	if (main.scrollHeight > main.clientHeight + 1) out.push("main " + main.scrollHeight + " > " + main.clientHeight);
	if (main.scrollWidth > main.clientWidth + 1) out.push("main is " + main.scrollWidth + " wide > " + main.clientWidth);
	const top = document.querySelector("header.top")?.getBoundingClientRect();
	for (const e of document.querySelectorAll("header.top > *, header.top .status")) {
		const r = e.getBoundingClientRect();
		if (r.top < top.top - 1 || r.bottom > top.bottom + 1 || r.left < -1 || r.right > innerWidth + 1)
			out.push("header: " + (e.innerText || e.className).trim());
	}
	return out; })()`

// CheckNoSidewaysScroll asks that the page at 200 % zoom (half the width) needs no scrolling sideways.
func (p *Page) CheckNoSidewaysScroll() {
	p.t.Helper()
	p.Size(683, 384)
	wide := p.settled(`document.documentElement.scrollWidth > innerWidth + 1 ? ["" + document.documentElement.scrollWidth] : []`)
	assert.Empty(p.t, wide, "%s scrolls sideways at 200 %%", p.Path())
	p.Size(1366, 768)
}

// Screenshot writes what the page shows to BMIS_SCREENSHOTS/name.png; nothing when that is not set.
func (p *Page) Screenshot(name string) {
	p.t.Helper()
	dir := os.Getenv("BMIS_SCREENSHOTS")
	if dir == "" {
		return
	}
	picture := Run(p, chromedp.CaptureScreenshot())
	require.NoError(p.t, os.MkdirAll(dir, 0o755))
	path := filepath.Join(dir, strings.ReplaceAll(name, "/", "-")+".png")
	require.NoError(p.t, os.WriteFile(path, picture, 0o644))
}
