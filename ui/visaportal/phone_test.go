package visaportal_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/browsertest"
)

// phone is a real browser in the size of a small telephone.
type phone struct {
	*browsertest.Page
	t    testing.TB
	w    *world
	name string // of screenshots
	// script says that the page's own scripts run.
	script bool
	seen   map[string]bool
}

const (
	phoneWidth, phoneHeight = 360, 640
)

func (w *world) phone(t testing.TB, language string, script bool) *phone {
	t.Helper()
	p := &phone{Page: browsertest.Open(t, language), t: t, w: w, name: language, script: script, seen: map[string]bool{}}
	p.AllowConsole("422") // a form with something wrong
	p.Size(phoneWidth, phoneHeight)
	if !script {
		p.name += "-noscript"
		p.Do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
			_, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
			return err
		}))
	}
	return p
}

func (p *phone) path() string {
	path, _, _ := strings.Cut(p.Path(), "?")
	return path
}

func (p *phone) open(path string) {
	p.t.Helper()
	p.Goto(p.w.url + path)
}

// look holds the page, as it stands, to what every page must be: no sideways scroll, targets for a thumb, accessible, one h1, nobody's data
// in the title. A page is looked at once per name.
func (p *phone) look(name string) {
	p.t.Helper()
	if p.seen[name] {
		return
	}
	p.seen[name] = true
	require.Empty(p.t, browsertest.Eval[[]string](p.Page, tooWide), "%s scrolls sideways", name)
	require.Empty(p.t, browsertest.Eval[[]string](p.Page, tooSmall), "%s has targets too small for a thumb", name)
	require.Equal(p.t, 1, browsertest.Eval[int](p.Page, "document.querySelectorAll('h1').length"), name)
	require.NotContains(p.t, browsertest.Eval[string](p.Page, "document.title"), "Eriksson")
	if p.script { // axe is a script itself; without one the pages are the same
		p.CheckAccessible()
	}
	if os.Getenv("BMIS_SCREENSHOTS") != "" {
		p.Size(phoneWidth, min(4000, int64(browsertest.Eval[int](p.Page, "document.documentElement.scrollHeight"))))
		p.Screenshot("visaportal-" + p.name + "-" + name)
		p.Size(phoneWidth, phoneHeight)
	}
}

const tooWide = `(() => { const out = []; const w = document.documentElement.clientWidth;
	if (document.documentElement.scrollWidth > w) out.push("page " + document.documentElement.scrollWidth);
	for (const e of document.querySelectorAll("main *")) { const r = e.getBoundingClientRect();
		if (r.width > 1 && (r.right > w + 1 || r.left < -1)) out.push(e.outerHTML.slice(0, 90)); }
	return out.slice(0, 5); })()`

// tooSmall: every control, or the label that belongs to it, is 44 pixels high; links within a sentence are not meant.
const tooSmall = `(() => { const out = [];
	for (const e of document.querySelectorAll("button, select, textarea, input:not([type=hidden]), a.button, .portal-links a, .portal-foot a, .portal-back, .portal-tasks a")) {
		const r = (e.type === "radio" || e.type === "checkbox" ? e.closest("label") : e).getBoundingClientRect();
		if (r.width > 0 && r.height < 44) out.push(r.height + " " + e.outerHTML.slice(0, 90)); }
	return out.slice(0, 5); })()`

// write types into a field that is reached by the keyboard alone.
func (p *phone) write(name, value string) {
	p.t.Helper()
	p.TabTo(`main [name="` + name + `"]`)
	p.Type(value)
}

func (p *phone) date(name, day, month, year string) {
	p.t.Helper()
	p.write(name+"_day", day)
	p.write(name+"_month", month)
	p.write(name+"_year", year)
}

// pick chooses one of a choice, by the keyboard: the group is reached by Tab, and its options by the arrows.
func (p *phone) pick(name, value string) {
	p.t.Helper()
	p.TabTo(`main [name="` + name + `"]`)
	p.Press("Space")
	for range 20 {
		if browsertest.Eval[bool](p.Page, fmt.Sprintf(`document.querySelector('[name="%s"][value="%s"]').checked`, name, value)) {
			return
		}
		p.Press("ArrowDown")
	}
	require.FailNow(p.t, "no such option", "%s=%s", name, value)
}

// open a list and choose: what the browser draws for it is out of the page's reach.
func (p *phone) selected(name, value string) {
	p.t.Helper()
	p.TabTo(`main select[name="` + name + `"]`)
	require.Equal(p.t, value, browsertest.Eval[string](p.Page, fmt.Sprintf(`(() => { const s = document.querySelector('select[name="%s"]'); s.value = %q; return s.value; })()`, name, value)))
}

// tick ticks a box by the keyboard.
func (p *phone) tick(name string) {
	p.t.Helper()
	p.TabTo(`main [name="` + name + `"]`)
	p.Press("Space")
}

// send sends the form that the element is in, by the keyboard, and waits for the next page.
func (p *phone) send(button string) {
	p.t.Helper()
	p.TabTo(button)
	p.follow(func() { p.Press("Enter") })
}

// follow waits until what is done has led to another document.
func (p *phone) follow(act func()) {
	p.t.Helper()
	browsertest.Eval[bool](p.Page, "window.before = true")
	act()
	p.Wait("window.before !== true && document.readyState === 'complete'")
}

func (p *phone) upload(data []byte) {
	p.t.Helper()
	file := filepath.Join(p.t.TempDir(), "picture.jpg")
	require.NoError(p.t, os.WriteFile(file, data, 0o600))
	p.Do(chromedp.SetUploadFiles(`#f-file`, []string{file}))
}
